"""Run a function on each of many items in a few threads, for jobs that mostly wait for services.

The function must be thread-safe: the clients of botocore and of Stripe are, metrics are not.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from teppan.batch import BatchResult
from teppan.observability.log import error_fields, logger


def run_in_threads[T, R](
    items: Sequence[T], do: Callable[[T], R], *, threads: int, may_begin: Callable[[], bool]
) -> BatchResult[T, R]:
    """Call `do` with each item, begun in order, until `may_begin` returns False.

    Returns when all begun items have ended. An item that fails is logged and does not stop the
    others. Log lines written in `do` carry `str(item)`, which must contain no personal data.
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
            except Exception as error:  # noqa: BLE001 - logged; the other items are still processed
                logger.error("failed in part", **error_fields(error))
                failed.append(item)

    with ThreadPoolExecutor(threads) as pool:
        for worker in [pool.submit(work) for _ in range(min(threads, len(items)))]:
            worker.result()
    return BatchResult(len(items) - len(waiting), list(waiting), results, failed)
