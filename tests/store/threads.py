"""Run functions in threads that start together."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def at_once(attempts: Sequence[Callable[[], object]]) -> list[object]:
    """Run every attempt in its own thread, and return each result or exception."""
    start = Barrier(len(attempts))

    def run(attempt: Callable[[], object]) -> object:
        start.wait()
        try:
            return attempt()
        except Exception as error:  # noqa: BLE001 - what an attempt raised is its result
            return error

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))
