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

from teppan.clock import to_rfc3339, utc_now
from teppan.store import keys

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


def script(cloud: RunningCloud, commands: list[str]) -> str:
    """Return the commands with the addresses of a cloud, and a mark after each block."""
    text = "".join(f"{command}echo '{_END}'\n" for command in commands)
    text = re.sub(r"(?m)^API=.*$", f"API={cloud.description.api_url}", text)
    return re.sub(r"(?m)^STRIPE=.*$", f"STRIPE={cloud.description.stripe_url}", text)


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


@pytest.fixture
def spent_limits(cloud: RunningCloud, customer_token: str) -> None:
    """The demo customer may make no more bookings: half of the limits are spent by the seed."""
    me = cloud.api.request("GET", "/api/v1/auth/me", token=customer_token).json()
    made = {f"{to_rfc3339(utc_now())}#bkg_{number}" for number in range(10)}
    cloud.client("dynamodb").put_item(
        TableName=cloud.description.table,
        Item={
            **dict(
                zip(("pk", "sk"), ({"S": key} for key in keys.quota(me["user_id"])), strict=True)
            ),
            "pending": {"SS": sorted(entry.partition("#")[2] for entry in made)},
            "made": {"SS": sorted(made)},
        },
    )


@pytest.mark.usefixtures("spent_limits")
@pytest.mark.parametrize("time", ["first", "second"])
def test_the_tour_answers_as_the_readme_shows(cloud: RunningCloud, time: str) -> None:
    # Given the commands of the README, with the addresses of this cloud
    steps = list(tour())
    assert len(steps) > 10

    # When a shell runs them in the checkout
    run = subprocess.run(
        ["bash", "-c", script(cloud, [step.command for step in steps])],
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


def test_the_tour_names_a_refused_booking_and_sends_nothing_about_it(cloud: RunningCloud) -> None:
    # Given an interactive shell in which the booking is refused
    commands = [step.command.replace('"guests": 12', '"guests": 0') for step in tour()]
    after = next(number for number, each in enumerate(commands) if "${ID:?was not" in each) + 1

    # When the rest of the tour is pasted too
    run = subprocess.run(
        ["bash", "--norc", "-i"],
        input=script(cloud, commands),
        cwd=ROOT,
        env=os.environ | {CLOUD_VARIABLE: str(cloud.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    # Then it says so, and no command about the booking is sent
    assert "ID: was not set, because the booking was refused" in run.stderr
    printed = run.stdout.split(_END)[after:]
    assert not any(code in "".join(printed) for code in ("not_found", "validation_failed", "bkg_"))
