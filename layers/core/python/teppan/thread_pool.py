"""Work on many items by a few threads, for jobs that wait for other services most of the time.

What `do` calls must be safe for threads: clients of botocore and of Stripe are, metrics are not.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from teppan.batch import BatchResult
from teppan.observability.log import failure_of, logger


def run_in_threads[T, R](
    items: Sequence[T], do: Callable[[T], R], *, threads: int, may_begin: Callable[[], bool]
) -> BatchResult[T, R]:
    """Do each item, begun in order, until `may_begin` says no; return when all begun have ended.

    One that fails is logged and does not stop the others. Each line that is logged meanwhile names
    the item as `str` does, so that may tell of no person.
    """
    waiting, results, failed = deque(items), list[R](), list[T]()

    def work() -> None:
        while may_begin():
            try:
                item = waiting.popleft()
            except IndexError:
                return
            try:
                logger.thread_safe_append_keys(item=str(item))
                results.append(do(item))
            except Exception as error:  # noqa: BLE001 - logged; the others must not wait for this one
                logger.error("failed in part", **failure_of(error))
                failed.append(item)

    with ThreadPoolExecutor(threads) as pool:
        for worker in [pool.submit(work) for _ in range(min(threads, len(items)))]:
            worker.result()
    return BatchResult(len(items) - len(waiting), list(waiting), results, failed)
