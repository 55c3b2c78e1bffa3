"""Repeated work in its own thread."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def repeating(action: Callable[[], None], *, every_seconds: float) -> Iterator[None]:
    """Repeat `action` with a pause until the block ends; wait for the last run to end."""
    stop = Event()

    def work() -> None:
        while not stop.wait(every_seconds):
            action()

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
