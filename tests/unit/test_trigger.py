"""The decorators of functions that AWS services call: triggers and jobs."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.builders import NOW, lambda_context
from tests.conftest import Clock
from tests.unit.conftest import LogLines

from teppan.batch import BatchResult, run_each
from teppan.domain.caller import Caller, Role
from teppan.domain.payments.errors import PaymentsNotConfigured
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


def test_a_trigger_passes_the_event_on_and_returns_the_answer() -> None:
    assert run(lambda event: event | {"seen": True}, {"version": "2"}) == {
        "version": "2",
        "seen": True,
    }


def test_a_failed_trigger_raises_an_error_without_details() -> None:
    with pytest.raises(TriggerFailedError) as failure:
        run(fail)

    assert str(failure.value) == "rollCall"
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


def test_a_failed_trigger_is_logged_without_the_errors_message(logged: LogLines) -> None:
    with pytest.raises(TriggerFailedError):
        run(fail)

    (line,) = logged()
    assert (line["level"], line["message"], line["error"]) == ("ERROR", "failed", "ValueError")
    assert line["stack"][-1].endswith(" fail")
    assert SECRET not in repr(line)


@pytest.mark.parametrize("setting", ["true", "TRUE", "1"])
def test_the_event_of_a_trigger_is_never_logged(
    setting: str, logged: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", setting)

    run(lambda event: event, {"request": {"userAttributes": {"email": SECRET}}})

    (line,) = logged()
    assert line["message"] == "answered"
    assert SECRET not in repr(line)


def test_log_keys_of_a_trigger_last_for_one_call(logged: LogLines) -> None:
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
    """Return the only line of metrics that a run has written."""
    lines = [json.loads(line) for line in written.splitlines()]
    (found,) = [line for line in lines if "_aws" in line]
    return dict(found)


class TestJob:
    @pytest.mark.usefixtures("now")
    def test_a_job_acts_as_the_system_with_the_request_id_of_its_invocation(self) -> None:
        seen: list[tuple[Event, Caller]] = []
        context = lambda_context()

        job("followUpPayments")(lambda event, author, _: seen.append((event, author())))(
            {"a": 1}, context
        )

        assert seen == [
            ({"a": 1}, Caller("followUpPayments", Role.SYSTEM, context.aws_request_id, NOW))
        ]

    def test_a_job_reads_the_clock_for_each_item(self, now: Clock) -> None:
        seen: list[datetime] = []

        def body(_event: Event, author: Author, _time_left: TimeLeft) -> None:
            for _ in range(2):
                seen.append(author().at)
                now.set(now.at + timedelta(minutes=3))

        job("reconcilePayments")(body)({}, lambda_context())

        assert seen == [NOW, NOW + timedelta(minutes=3)]

    def test_a_job_gets_the_remaining_time(self) -> None:
        left: list[timedelta] = []
        context = lambda_context()
        context.get_remaining_time_in_millis = iter([90_000, 250]).__next__

        def body(_event: Event, _author: Author, time_left: TimeLeft) -> None:
            left.extend([time_left(), time_left()])

        job("releaseUnpaidBookings")(body)({}, context)

        assert left == [timedelta(seconds=90), timedelta(milliseconds=250)]

    def test_a_job_returns_its_answer(self) -> None:
        failures: Event = {"batchItemFailures": [{"itemIdentifier": "7"}]}

        assert job("followUpPayments")(lambda _event, _caller, _left: failures)(
            {}, lambda_context()
        ) == (failures)

    def test_a_job_may_return_nothing(self) -> None:
        assert (
            job("reconcilePayments")(lambda _event, _caller, _left: None)({}, lambda_context())
            is None
        )

    def test_a_failed_job_raises_an_error_without_details(self, logged: LogLines) -> None:
        with pytest.raises(TriggerFailedError) as failure:
            job("followUpPayments")(lambda event, _caller, _left: fail(event))({}, lambda_context())

        assert str(failure.value) == "followUpPayments"
        (line,) = logged()
        assert (line["message"], line["operation"]) == ("failed", "followUpPayments")
        assert SECRET not in repr(line)

    @pytest.mark.parametrize("failed", [False, True])
    def test_a_job_run_is_counted_also_if_it_fails(
        self, failed: bool, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def body(event: Event, _author: Author, _time_left: TimeLeft) -> Event:
            return fail(event) if failed else event

        try:
            job("followUpPayments")(body)({}, lambda_context())
        except TriggerFailedError:
            assert failed

        found = metrics_in(capsys.readouterr().out)
        assert (found["operation"], found["Runs"]) == ("followUpPayments", [1])
        assert found["Failures"] == [int(failed)]


class TestNotConfigured:
    def test_a_job_whose_service_is_not_set_up_is_logged_and_counted_and_does_not_fail(
        self, logged: LogLines, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def body(_event: Event, _author: Author, _time_left: TimeLeft) -> None:
            raise PaymentsNotConfigured

        assert job("followUpPayments")(body)({}, lambda_context()) is None

        lines = [(line["level"], line["message"]) for line in logged()]
        assert lines == [("WARNING", "payments are not configured"), ("INFO", "answered")]
        found = metrics_in(capsys.readouterr().out)
        assert (found["Failures"], found["PaymentsNotConfigured"]) == ([0], [1])

    def test_a_batch_that_only_this_stopped_raises_it(self) -> None:
        def items() -> Iterator[int]:
            yield 1
            raise PaymentsNotConfigured

        outcome = run_each(items(), lambda item: item)

        assert (outcome.results, outcome.failures, outcome.is_listed) == ([1], 0, False)
        with pytest.raises(PaymentsNotConfigured):
            raise_if_any_failed(outcome)
        with pytest.raises(PartlyFailedError, match="1 failed"):
            raise_if_any_failed(outcome, BatchResult(1, [], [], ["a"]))


class TestRaiseIfAnyFailed:
    def test_raise_if_any_failed_without_failures_raises_nothing(self) -> None:
        raise_if_any_failed(BatchResult(1, [], [1], []), BatchResult(0, [], [], []))

    def test_raise_if_any_failed_counts_failed_items_and_lists(self) -> None:
        with pytest.raises(PartlyFailedError, match="3 failed"):
            raise_if_any_failed(
                BatchResult(2, [], [], ["a", "b"]), BatchResult(0, [], [], [], is_listed=False)
            )
