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

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print `title` at once, and the outcome and duration when the block ends."""
        started = time.monotonic()
        self._write(f"  {title:<44}")
        try:
            yield
        except BaseException:
            self._write("failed\n")
            raise
        self._write(f"{time.monotonic() - started:5.1f} s\n")

    def line(self, text: str = "") -> None:
        """Print one line."""
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
