"""A job's queue across runs: items that fail repeatedly do not block the items behind them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from teppan.batch import BatchResult, list_all
from teppan.store import jobs
from teppan.store.queue import Queued
from teppan.store.table import Table

MIN_TIME_PER_ITEM: Final = timedelta(seconds=60)
"""The time that must be left to begin an item: the longest that one booking takes."""


def work_through[R](
    table: Table,
    name: str,
    queue: Iterable[Queued],
    run: Callable[[list[Queued]], BatchResult[Queued, R]],
) -> BatchResult[Queued, R]:
    """Pass the queue to `run`, starting behind the place where the previous run stopped.

    Items for which there is no time are left to the next run. Raises `StorageUnavailable`.
    """
    stopped_at = jobs.stopped_at(table, name)
    listed = list_all(queue)
    ordered = sorted(listed.items, key=lambda each: (each.place <= stopped_at, each.place))
    outcome = replace(run(ordered), is_listed=listed.is_complete)
    if not outcome.begun and (ordered or not listed.is_complete):
        return outcome
    has_more = outcome.remaining or not listed.is_complete
    last_place = ordered[outcome.begun - 1].place if has_more else ""
    if last_place != stopped_at:
        jobs.stop_at(table, name, last_place)
    return outcome
