"""The commands of the README's tour print what the README shows."""

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from local.description import CLOUD_VARIABLE
from tests.builders import ROOT
from tests.cloud.conftest import RunningCloud

_END = "--- end of step ---"
_CHANGING_VALUES = {
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
    """The commands of a block of the tour and their output in the README."""

    command: str
    shown_output: str


def tour() -> Iterator[Step]:
    """Yield the `sh` blocks of the tour, each with the output in the `text` block below it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = text.partition("## A tour")[2].partition("\n## ")[0].partition("\n### ")[0]
    for command, output in re.findall(
        r"^```sh\n(.*?)^```$(?:\s+^```text\n(.*?)^```$)?", told, re.DOTALL | re.MULTILINE
    ):
        yield Step(command, output)


def pattern(shown_output: str) -> re.Pattern[str]:
    """Return a pattern for the output: `...` matches anything, line breaks do not matter."""
    parts = [
        r"\s*".join(re.escape(word) for word in part.split())
        for part in without_changing_values(shown_output).split("...")
    ]
    return re.compile(r"\s*.*\s*".join(parts), re.DOTALL)


def without_changing_values(text: str) -> str:
    """Replace the values that differ from day to day."""
    for changing, name in _CHANGING_VALUES.items():
        text = re.sub(changing, name, text)
    return text


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_tour_answers_as_the_readme_shows(cloud: RunningCloud, time: str) -> None:
    # Given the commands of the README, with the addresses of this cloud
    steps = list(tour())
    assert len(steps) > 10
    script = "".join(f"{step.command}echo '{_END}'\n" for step in steps)
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
        assert pattern(step.shown_output).fullmatch(without_changing_values(output).strip()), (
            f"{step.command}\nprinted\n{output}\ninstead of\n{step.shown_output}"
        )
