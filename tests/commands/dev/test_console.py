"""The progress output of `make dev`: whole lines, also when a step is interrupted."""

import io
import re

import pytest
from local.console import Console


def printed(stream: io.StringIO) -> list[str]:
    """Return the lines without durations and padding."""
    return [
        re.sub(r" +\d+\.\d s$", " <seconds>", line).rstrip()
        for line in stream.getvalue().splitlines()
    ]


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def test_a_step_is_one_line_with_its_duration(stream: io.StringIO) -> None:
    with Console(stream).step("Deploying"):
        pass

    assert printed(stream) == ["  Deploying <seconds>"]


def test_a_failed_step_says_so(stream: io.StringIO) -> None:
    with pytest.raises(ValueError, match="no template"), Console(stream).step("Deploying"):
        raise ValueError("no template")

    assert printed(stream)[0].split() == ["Deploying", "failed"]


def test_a_line_during_a_step_does_not_break_the_step(stream: io.StringIO) -> None:
    console = Console(stream)
    with console.step("Deploying"):
        console.line("A port is in use.")

    assert printed(stream) == ["  Deploying", "A port is in use.", "  Deploying <seconds>"]


def test_an_interrupted_step_has_no_outcome(stream: io.StringIO) -> None:
    console = Console(stream)

    def interrupt() -> None:
        console.interrupt("Stopping")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), console.step("Deploying"):
        interrupt()
    console.line("Stopped.")

    assert printed(stream) == ["  Deploying", "Stopping", "Stopped."]
