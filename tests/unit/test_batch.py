"""Runs over many items; a failed item does not stop the others."""

from collections.abc import Iterator
from typing import Any

from tests.unit.conftest import LogLines

from teppan.batch import Listed, list_all, run_each

SECRET = "aiko@example.com"


class TestRunEach:
    def test_run_each_processes_the_items_in_order(self) -> None:
        done: list[int] = []

        assert run_each([3, 1, 2], done.append).failures == 0
        assert done == [3, 1, 2]

    def test_run_each_logs_and_returns_failed_items_and_continues(self, logged: LogLines) -> None:
        def do(item: int) -> int:
            if item % 2:
                raise ValueError(SECRET)
            return item * 10

        outcome = run_each(range(5), do)

        assert (outcome.results, outcome.failed, outcome.failures) == ([0, 20, 40], [1, 3], 2)
        lines = logged()
        assert [line["message"] for line in lines] == ["failed in part", "failed in part"]
        assert [line["item"] for line in lines] == ["1", "3"]
        assert all(line["error"] == "ValueError" for line in lines)
        assert SECRET not in repr(lines)

    def test_run_each_processes_the_items_before_a_listing_failure(self, logged: LogLines) -> None:
        def items() -> Iterator[int]:
            yield 1
            yield 2
            raise ValueError(SECRET)

        outcome = run_each(items(), lambda item: item)

        assert (outcome.results, outcome.failures, outcome.is_listed) == ([1, 2], 1, False)
        (line,) = logged()
        assert (line["message"], line["error"]) == ("list ended early", "ValueError")
        assert SECRET not in repr(line)

    def test_run_each_fails_only_the_item_without_a_name(self, logged: LogLines) -> None:
        class Nameless:
            def __str__(self) -> str:
                raise ValueError(SECRET)

        items: list[Any] = [Nameless(), 2]

        outcome = run_each(items, lambda item: item)

        assert (outcome.results, outcome.failed) == ([2], items[:1])
        assert SECRET not in repr(logged())

    def test_run_each_begins_no_item_after_its_time(self) -> None:
        time_left = iter([True, True, False])

        outcome = run_each(range(5), lambda item: item, lambda: next(time_left))

        assert (outcome.begun, outcome.results, outcome.remaining) == (2, [0, 1], [2, 3, 4])


def test_list_all_keeps_the_items_before_a_failure(logged: LogLines) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError(SECRET)

    assert list_all(items()) == Listed([1], is_complete=False)
    assert [line["message"] for line in logged()] == ["list ended early"]


def test_list_all_of_all_items_is_complete() -> None:
    assert list_all(iter([1, 2])) == Listed([1, 2], is_complete=True)
