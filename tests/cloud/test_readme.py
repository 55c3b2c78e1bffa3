"""The tour of the README, run as it stands there, answers as it says."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from local.description import CLOUD_VARIABLE
from tests.builders import ROOT
from tests.cloud.conftest import RunningCloud

_END = "--- end of step ---"
_CHANGING = {
    r"bkg_[a-z2-7]{26}": "<booking>",
    r"\bpi_[A-Za-z0-9]{20,}": "<intent>",
    r"\bre_[A-Za-z0-9]{20,}": "<refund>",
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "<uuid>",
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z": "<instant>",
    r"\d{4}-\d{2}-\d{2}": "<date>",
    r"aiko-\d+@": "<address>@",
}


@dataclass(frozen=True)
class Step:
    """A command of the tour and what the README says that it prints."""

    command: str
    promised: str


def tour() -> Iterator[Step]:
    """Yield the commands of every `console` block, each with the output below it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for step in re.findall(r"^\$ .*?(?=^\$ |\Z)", block, re.DOTALL | re.MULTILINE):
            first, *rest = step.splitlines()
            more = [line[2:] for line in rest if line.startswith("> ")]
            said = [line for line in rest if not line.startswith("> ")]
            yield Step("\n".join([first[2:], *more]), "\n".join(said))


def pattern(promised: str) -> re.Pattern[str]:
    """Match what is promised: `...` stands for anything, and lines may be broken anywhere."""
    parts = [
        r"\s*".join(re.escape(word) for word in part.split())
        for part in steady(promised).split("...")
    ]
    return re.compile(r"\s*.*\s*".join(parts), re.DOTALL)


def steady(text: str) -> str:
    """Replace what differs from day to day."""
    for changing, name in _CHANGING.items():
        text = re.sub(changing, name, text)
    return text


def test_the_tour_answers_as_the_readme_shows(cloud: RunningCloud) -> None:
    # Given the commands of the README, with the addresses of this cloud
    steps = list(tour())
    assert len(steps) > 10
    script = "\n".join(f"{step.command}\necho '{_END}'" for step in steps)
    script = re.sub(r"(?m)^API=.*$", f"API={cloud.description.api_url}", script)
    script = re.sub(r"(?m)^STRIPE=.*$", f"STRIPE={cloud.description.stripe_url}", script)

    # When a shell runs them in the checkout
    run = subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env=os.environ | {CLOUD_VARIABLE: str(cloud.path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )

    # Then each prints what the README says
    printed = run.stdout.split(_END)
    assert len(printed) == len(steps) + 1
    for step, output in zip(steps, printed, strict=False):
        assert pattern(step.promised).fullmatch(steady(output).strip()), (
            f"{step.command}\nprinted\n{output}\ninstead of\n{step.promised}"
        )
