"""The decorators of functions that another AWS service calls: what is the same for all of them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.builders import NOW, lambda_context
from tests.conftest import Clock
from tests.unit.conftest import LogLines

from teppan.batch import BatchResult
from teppan.domain.caller import Caller, Role
from teppan.observability.log import logger
from teppan.trigger import (
    Author,
    Event,
    PartlyFailedError,
    TimeLeft,
    TriggerFailedError,
    job,
    raise_if_any_failed,
    trigger,
)

SECRET = "aiko@example.com"


def run(handle: Callable[[Event], Event], event: Event | None = None) -> Any:
    return trigger("rollCall")(handle)(event or {}, lambda_context())


def fail(_event: Event) -> Event:
    raise ValueError(SECRET)


def test_the_handler_gets_the_event_and_its_answer_goes_back() -> None:
    assert run(lambda event: event | {"seen": True}, {"version": "2"}) == {
        "version": "2",
        "seen": True,
    }


def test_a_failure_fails_the_call_and_tells_nothing() -> None:
    with pytest.raises(TriggerFailedError) as failure:
        run(fail)

    assert str(failure.value) == "rollCall"
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


def test_it_is_logged_without_its_message(logged: LogLines) -> None:
    with pytest.raises(TriggerFailedError):
        run(fail)

    (line,) = logged()
    assert (line["level"], line["message"], line["error"]) == ("ERROR", "failed", "ValueError")
    assert line["stack"][-1].endswith(" fail")
    assert SECRET not in repr(line)


@pytest.mark.parametrize("asked", ["true", "TRUE", "1"])
def test_the_event_is_not_logged_even_when_the_environment_asks_for_it(
    asked: str, logged: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", asked)

    run(lambda event: event, {"request": {"userAttributes": {"email": SECRET}}})

    (line,) = logged()
    assert line["message"] == "answered"
    assert SECRET not in repr(line)


def test_what_it_logs_carries_its_name_for_one_call_only(logged: LogLines) -> None:
    def note(event: Event) -> Event:
        logger.append_keys(**event)
        logger.info("noted")
        return event

    run(note, {"first": 1})
    run(note, {"second": 2})

    lines = [(line["message"], line["operation"], line.get("first")) for line in logged()]
    assert lines == [
        ("noted", "rollCall", 1),
        ("answered", "rollCall", 1),
        ("noted", "rollCall", None),
        ("answered", "rollCall", None),
    ]


def metrics_in(written: str) -> dict[str, Any]:
    """Return the one line of metrics that a run has written."""
    lines = [json.loads(line) for line in written.splitlines()]
    (found,) = [line for line in lines if "_aws" in line]
    return dict(found)


class TestJob:
    @pytest.mark.usefixtures("now")
    def test_it_acts_as_the_system_under_the_id_of_its_invocation(self) -> None:
        seen: list[tuple[Event, Caller]] = []
        context = lambda_context()

        job("followUpPayments")(lambda event, author, _: seen.append((event, author())))(
            {"a": 1}, context
        )

        assert seen == [
            ({"a": 1}, Caller("followUpPayments", Role.SYSTEM, context.aws_request_id, NOW))
        ]

    def test_each_item_that_it_works_on_has_its_own_instant(self, now: Clock) -> None:
        seen: list[datetime] = []

        def go(_event: Event, author: Author, _time_left: TimeLeft) -> None:
            for _ in range(2):
                seen.append(author().at)
                now.set(now.at + timedelta(minutes=3))

        job("reconcilePayments")(go)({}, lambda_context())

        assert seen == [NOW, NOW + timedelta(minutes=3)]

    def test_it_knows_how_long_it_may_run(self) -> None:
        left: list[timedelta] = []
        context = lambda_context()
        context.get_remaining_time_in_millis = iter([90_000, 250]).__next__

        def go(_event: Event, _author: Author, time_left: TimeLeft) -> None:
            left.extend([time_left(), time_left()])

        job("releaseUnpaidBookings")(go)({}, context)

        assert left == [timedelta(seconds=90), timedelta(milliseconds=250)]

    def test_its_answer_goes_back(self) -> None:
        failures: Event = {"batchItemFailures": [{"itemIdentifier": "7"}]}

        assert job("followUpPayments")(lambda _event, _caller, _left: failures)(
            {}, lambda_context()
        ) == (failures)

    def test_it_may_answer_nothing(self) -> None:
        assert (
            job("reconcilePayments")(lambda _event, _caller, _left: None)({}, lambda_context())
            is None
        )

    def test_a_failure_fails_the_run_and_tells_nothing(self, logged: LogLines) -> None:
        with pytest.raises(TriggerFailedError) as failure:
            job("followUpPayments")(lambda event, _caller, _left: fail(event))({}, lambda_context())

        assert str(failure.value) == "followUpPayments"
        (line,) = logged()
        assert (line["message"], line["operation"]) == ("failed", "followUpPayments")
        assert SECRET not in repr(line)

    @pytest.mark.parametrize("failed", [False, True])
    def test_a_run_is_counted_also_when_it_fails(
        self, failed: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def go(event: Event, _author: Author, _time_left: TimeLeft) -> Event:
            return fail(event) if failed else event

        try:
            job("followUpPayments")(go)({}, lambda_context())
        except TriggerFailedError:
            assert failed

        found = metrics_in(capsys.readouterr().out)
        assert (found["operation"], found["Runs"]) == ("followUpPayments", [1])
        assert found["Failures"] == [int(failed)]


class TestRaiseIfAnyFailed:
    def test_without_failures_nothing_happens(self) -> None:
        raise_if_any_failed(BatchResult(1, [], [1], []), BatchResult(0, [], [], []))

    def test_with_some_the_job_has_failed(self) -> None:
        with pytest.raises(PartlyFailedError, match="3 failed"):
            raise_if_any_failed(
                BatchResult(2, [], [], ["a", "b"]), BatchResult(0, [], [], [], is_listed=False)
            )
