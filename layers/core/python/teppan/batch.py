"""Run a function on each of many items, one after the other (`thread_pool`: in threads)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from teppan.domain.errors import NotConfigured
from teppan.observability.log import error_fields, logger


@dataclass(frozen=True, slots=True)
class BatchResult[T, R]:
    """The results of a run: `begun` items are in `results` or `failed`, the rest in `remaining`.

    `is_listed` is False if the list of items ended early, so there may be more. This is a failure,
    unless the list was `stopped_by` a service that is not set up on this stage.
    """

    begun: int
    remaining: list[T]
    results: list[R]
    failed: list[T]
    is_listed: bool = True
    stopped_by: NotConfigured | None = None

    @property
    def failures(self) -> int:
        """The number of failures: each item, and the list itself."""
        return len(self.failed) + (not self.is_listed and self.stopped_by is None)


@dataclass(frozen=True, slots=True)
class Listed[T]:
    """The items of a list as far as it could be read; `is_complete` if it was read to its end."""

    items: list[T]
    is_complete: bool
    stopped_by: NotConfigured | None = None


def list_all[T](items: Iterable[T]) -> Listed[T]:
    """Return the items; if listing them fails, log it and return the items before the failure."""
    listed: list[T] = []
    try:
        for item in items:
            listed.append(item)  # noqa: PERF402 - list() would lose the items before a failure
    except NotConfigured as error:
        return Listed(listed, is_complete=False, stopped_by=error)
    except Exception as error:  # noqa: BLE001 - logged; the items listed are still processed
        logger.error("list ended early", **error_fields(error))
        return Listed(listed, is_complete=False)
    return Listed(listed, is_complete=True)


def always() -> bool:
    """Return True: begin every item."""
    return True


def run_each[T, R](
    items: Iterable[T], do: Callable[[T], R], may_begin: Callable[[], bool] = always
) -> BatchResult[T, R]:
    """Call `do` with each item in order, until `may_begin` returns False.

    An item that fails is logged and does not stop the others. If `items` fails, the items before
    the failure are still processed; an item whose reading may fail is therefore read in `do`. Log
    lines written in `do` carry `str(item)`, which must contain no personal data.
    """
    listed = list_all(items)
    results: list[R] = []
    failed: list[T] = []
    begun = 0
    for item in listed.items:
        if not may_begin():
            break
        begun += 1
        try:
            logger.append_keys(item=str(item))
            results.append(do(item))
        except Exception as error:  # noqa: BLE001 - logged; the other items are still processed
            logger.error("failed in part", **error_fields(error))
            failed.append(item)
    logger.remove_keys(["item"])
    left = listed.items[begun:]
    return BatchResult(begun, left, results, failed, listed.is_complete, listed.stopped_by)
