"""Many items, whatever becomes of each: what fails does not stop the others."""

from collections.abc import Iterator
from typing import Any

from tests.unit.conftest import LogLines

from teppan.batch import Listed, list_all, run_each

SECRET = "aiko@example.com"


class TestRunEach:
    def test_each_is_done_in_order(self) -> None:
        done: list[int] = []

        assert run_each([3, 1, 2], done.append).failures == 0
        assert done == [3, 1, 2]

    def test_what_fails_does_not_stop_the_others_and_is_returned(self, logged: LogLines) -> None:
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

    def test_an_item_that_can_not_be_listed_takes_none_before_it_along(
        self, logged: LogLines
    ) -> None:
        def items() -> Iterator[int]:
            yield 1
            yield 2
            raise ValueError(SECRET)

        outcome = run_each(items(), lambda item: item)

        assert (outcome.results, outcome.failures, outcome.is_listed) == ([1, 2], 1, False)
        (line,) = logged()
        assert (line["message"], line["error"]) == ("list ended early", "ValueError")
        assert SECRET not in repr(line)

    def test_an_item_that_can_not_be_named_fails_alone(self, logged: LogLines) -> None:
        class Nameless:
            def __str__(self) -> str:
                raise ValueError(SECRET)

        items: list[Any] = [Nameless(), 2]

        outcome = run_each(items, lambda item: item)

        assert (outcome.results, outcome.failed) == ([2], items[:1])
        assert SECRET not in repr(logged())

    def test_out_of_time_nothing_more_is_begun(self) -> None:
        has_time = iter([True, True, False])

        outcome = run_each(range(5), lambda item: item, lambda: next(has_time))

        assert (outcome.begun, outcome.results, outcome.left) == (2, [0, 1], [2, 3, 4])


def test_a_list_that_ends_early_keeps_what_came_before(logged: LogLines) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError(SECRET)

    assert list_all(items()) == Listed([1], is_complete=False)
    assert [line["message"] for line in logged()] == ["list ended early"]


def test_a_list_that_ends_is_complete() -> None:
    assert list_all(iter([1, 2])) == Listed([1, 2], is_complete=True)
