"""The local cloud's progress output: one line for each step, with its duration."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Console:
    """Writes progress and plain lines to one stream."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._open_title = ""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print `title` at once, and the outcome and duration when the block ends.

        A step that the developer interrupts has no outcome.
        """
        started = time.monotonic()
        self._open_title = f"  {title:<44}"
        self._write(self._open_title)
        try:
            yield
        except Exception:
            self._end_step("failed")
            raise
        self._end_step(f"{time.monotonic() - started:5.1f} s")

    def line(self, text: str = "") -> None:
        """Print one line, also while a step runs."""
        self._write(f"\n{text}\n{self._open_title}" if self._open_title else f"{text}\n")

    def interrupt(self, text: str) -> None:
        """Print one line instead of the outcome of the step that runs."""
        self._write("\n")
        self._open_title = ""
        self.line(text)

    def _end_step(self, outcome: str) -> None:
        self._open_title = ""
        self._write(f"{outcome}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
