"""Work that repeats in a thread of its own until it is stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def repeating(action: Callable[[], None], *, every_seconds: float) -> Iterator[None]:
    """Repeat `action` with that pause until the block ends, and wait for the last one."""
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
