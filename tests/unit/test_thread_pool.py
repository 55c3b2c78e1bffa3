"""Runs over many items in a few threads, begun in order, until the time is up."""

import time
from collections.abc import Callable
from threading import Barrier, Lock

import pytest
from tests.unit.conftest import LogLines

from teppan.batch import BatchResult
from teppan.observability.log import logger
from teppan.thread_pool import run_in_threads

SECRET = "aiko@example.com"


def run[R](
    items: list[int],
    do: Callable[[int], R],
    threads: int = 4,
    may_begin: Callable[[], bool] = lambda: True,
) -> BatchResult[int, R]:
    return run_in_threads(items, do, threads=threads, may_begin=may_begin)


def test_threads_process_each_item_once() -> None:
    outcome = run(list(range(100)), lambda item: item * 2)

    assert sorted(outcome.results) == list(range(0, 200, 2))
    assert (outcome.begun, outcome.remaining, outcome.failed) == (100, [], [])


def test_threads_without_items_return_an_empty_result() -> None:
    assert run([], lambda item: item) == BatchResult(0, [], [], [])


def test_all_threads_work_at_the_same_time() -> None:
    together = Barrier(4, timeout=60)

    outcome = run(list(range(8)), lambda _: together.wait())

    assert outcome.failed == []


def test_no_more_items_run_at_a_time_than_there_are_threads() -> None:
    running, most, lock = 0, 0, Lock()

    def do(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0)
        with lock:
            running -= 1

    run(list(range(200)), do, threads=3)

    assert most <= 3


def test_threads_begin_the_items_in_order() -> None:
    begun: list[int] = []

    run([3, 1, 2], begun.append, threads=1)

    assert begun == [3, 1, 2]


def test_a_failed_item_does_not_stop_the_other_items_of_the_threads(logged: LogLines) -> None:
    def do(item: int) -> int:
        if item % 2:
            raise ValueError(SECRET)
        return item

    outcome = run(list(range(6)), do)

    assert sorted(outcome.results) == [0, 2, 4]
    assert sorted(outcome.failed) == [1, 3, 5]
    lines = logged()
    assert [(line["message"], line["error"]) for line in lines] == [
        ("failed in part", "ValueError")
    ] * 3
    assert sorted(line["item"] for line in lines) == ["1", "3", "5"]
    assert SECRET not in repr(lines)


def test_log_lines_of_a_thread_carry_its_own_item(logged: LogLines) -> None:
    together = Barrier(4, timeout=60)

    def do(item: int) -> None:
        together.wait()
        logger.info("noted", number=item)

    run(list(range(40)), do)
    logger.info("after")

    *noted, after = logged()
    assert all(line["item"] == str(line["number"]) for line in noted)
    assert "item" not in after


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_begin_no_item_after_their_time_and_end_those_begun(threads: int) -> None:
    answers = iter([True] * 5)

    outcome = run(
        list(range(20)), lambda item: item, threads, may_begin=lambda: next(answers, False)
    )

    assert sorted(outcome.results) == [0, 1, 2, 3, 4]
    assert (outcome.begun, outcome.remaining) == (5, list(range(5, 20)))


def test_an_exception_that_ends_the_process_is_raised_by_the_threads() -> None:
    class Stopped(BaseException):
        """The process stops."""

    def do(_: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        run([1], do)


def test_an_item_without_a_name_does_not_end_its_thread(logged: LogLines) -> None:
    class Nameless:
        def __str__(self) -> str:
            raise ValueError(SECRET)

    items: list[object] = [Nameless(), 1, 2]

    outcome = run_in_threads(items, lambda item: item, threads=1, may_begin=lambda: True)

    assert (outcome.results, outcome.failed) == ([1, 2], items[:1])
    assert SECRET not in repr(logged())
