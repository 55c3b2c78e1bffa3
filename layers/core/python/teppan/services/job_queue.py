"""Work through a job's queue so that what fails again and again is not in the way of the others."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from teppan.batch import BatchResult, list_all
from teppan.store import jobs
from teppan.store.queue import Queued
from teppan.store.table import Table

LAST_BEGIN: Final = timedelta(seconds=60)
"""How long before its end a run begins no more: the longest that one booking takes."""


def work_through[R](
    table: Table,
    name: str,
    queue: Iterable[Queued],
    run: Callable[[list[Queued]], BatchResult[Queued, R]],
) -> BatchResult[Queued, R]:
    """Let `run` do the queue, beginning behind the place where the last run stopped.

    What there is no time for is left to the next run. Raises `StorageUnavailable`.
    """
    stopped_at = jobs.stopped_at(table, name)
    listed = list_all(queue)
    in_turn = sorted(listed.items, key=lambda each: (each.place <= stopped_at, each.place))
    outcome = replace(run(in_turn), is_listed=listed.is_complete)
    if not outcome.begun and (in_turn or not listed.is_complete):
        return outcome
    has_more = outcome.left or not listed.is_complete
    stops_at = in_turn[outcome.begun - 1].place if has_more else ""
    if stops_at != stopped_at:
        jobs.stop_at(table, name, stops_at)
    return outcome
