"""Work on many items, whatever becomes of each: one after the other (`thread_pool`: by threads)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from teppan.domain.payments.errors import PaymentsNotConfigured
from teppan.observability.log import failure_of, logger


@dataclass(frozen=True, slots=True)
class BatchResult[T, R]:
    """What came of the items: `begun` ones are in `results` or `failed`, those after are `left`.

    `is_listed` is False when the list of items ended early: there may be more. That is a failure,
    unless `stopped_by` says that there is no payment provider yet to list them.
    """

    begun: int
    left: list[T]
    results: list[R]
    failed: list[T]
    is_listed: bool = True
    stopped_by: PaymentsNotConfigured | None = None

    @property
    def failures(self) -> int:
        """How much has failed: items, and the list of them."""
        return len(self.failed) + (not self.is_listed and self.stopped_by is None)


@dataclass(frozen=True, slots=True)
class Listed[T]:
    """The items of a list as far as it could be read; `is_complete` when that was to its end."""

    items: list[T]
    is_complete: bool
    stopped_by: PaymentsNotConfigured | None = None


def list_all[T](items: Iterable[T]) -> Listed[T]:
    """Return the items; a failure of what yields them is logged, and keeps those before it."""
    found: list[T] = []
    try:
        for item in items:
            found.append(item)  # noqa: PERF402 - list() would lose what came before a failure
    except PaymentsNotConfigured as error:
        return Listed(found, is_complete=False, stopped_by=error)
    except Exception as error:  # noqa: BLE001 - logged; the items found must not wait for it
        logger.error("list ended early", **failure_of(error))
        return Listed(found, is_complete=False)
    return Listed(found, is_complete=True)


def always() -> bool:
    """Begin every item, whatever time is left."""
    return True


def run_each[T, R](
    items: Iterable[T], do: Callable[[T], R], may_begin: Callable[[], bool] = always
) -> BatchResult[T, R]:
    """Do each in order, whatever becomes of the others, until `may_begin` says no.

    What fails is logged: an item, or whatever yields them, which keeps the items before it. So an
    item has to be read in `do`, if reading it may fail. Each line that is logged meanwhile names
    the item as `str` does, so that may tell of no person.
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
        except Exception as error:  # noqa: BLE001 - logged; the others must not wait for this one
            logger.error("failed in part", **failure_of(error))
            failed.append(item)
    logger.remove_keys(["item"])
    left = listed.items[begun:]
    return BatchResult(begun, left, results, failed, listed.is_complete, listed.stopped_by)
