"""Metrics and alarms of payment events and ledger entries (`domain.md §7`)."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import NOW, ledger_entry
from tests.unit.conftest import LogLines

from teppan.domain.alarm import Alarm
from teppan.domain.ledger import EntryKind
from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.payments.refund import SendResult
from teppan.domain.webhook_event import EventState
from teppan.observability.metrics import metrics
from teppan.observability.payment_metrics import (
    ENTRY_METRICS,
    raise_alarm,
    record_entries,
    record_ledger_difference,
    record_reconciled_event,
    record_sent_refunds,
    record_webhook_event,
)

EVENT = PaymentEvent(
    id="evt_1",
    type="payment_intent.succeeded",
    created_at=NOW,
    payment="pi_1",
    payload="{}",
    size=2,
)

type Alarms = Callable[[], dict[str, list[float]]]


@pytest.fixture(autouse=True)
def empty_metrics() -> Iterator[None]:
    """Leave no metrics for the next test."""
    metrics.clear_metrics()
    yield
    metrics.clear_metrics()


@pytest.fixture
def alarms(capsys: pytest.CaptureFixture[str]) -> Alarms:
    """The alarm metrics that were emitted, each on a line of its own, by name."""

    def emitted() -> dict[str, list[float]]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return {
            each["Name"]: line[each["Name"]]
            for line in lines
            for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        }

    return emitted


def counted() -> dict[str, Any]:
    """Return the metrics counted for the operation, by name."""
    return {name: each["Value"] for name, each in metrics.metric_set.items()}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (EntryKind.CAPTURED, "PaymentsCaptured"),
        (EntryKind.REFUND_OWED, "RefundsOwed"),
        (EntryKind.GOODWILL_OWED, "RefundsOwed"),
        (EntryKind.REFUNDED, "RefundsArrived"),
        (EntryKind.DISPUTE_WON, "DisputesWon"),
        (EntryKind.DISPUTE_LOST, "DisputesLost"),
    ],
)
def test_a_ledger_entry_is_counted_under_the_metric_of_its_kind(
    kind: EntryKind, name: str, alarms: Alarms
) -> None:
    record_entries([ledger_entry(kind), ledger_entry(kind)])

    assert counted() == {name: [1, 1]}
    assert alarms() == {}


@pytest.mark.parametrize("alarm", Alarm)
def test_a_raised_alarm_is_emitted_and_logged_with_its_subject(
    alarm: Alarm, alarms: Alarms, logged: LogLines
) -> None:
    raise_alarm(alarm, "pi_1")

    assert alarms() == {alarm: [1]}
    assert counted() == {}
    (line,) = logged()
    assert (line["message"], line["alarm"], line["subject"]) == ("alarm raised", alarm, "pi_1")


@pytest.mark.parametrize("kind", sorted(set(EntryKind) - set(ENTRY_METRICS)))
def test_a_ledger_entry_of_another_kind_is_not_counted(kind: EntryKind, alarms: Alarms) -> None:
    record_entries([ledger_entry(kind)])

    assert (counted(), alarms()) == ({}, {})


@pytest.mark.parametrize(
    ("received", "name"),
    [
        (EventResult(EventState.HANDLED), "WebhooksHandled"),
        (EventResult(EventState.HANDLED, is_repeated=True), "WebhooksRepeated"),
        (EventResult(EventState.IGNORED), "WebhooksIgnored"),
        (EventResult(EventState.IGNORED, is_repeated=True), "WebhooksRepeated"),
    ],
)
def test_an_event_is_counted_by_its_result(
    received: EventResult, name: str, alarms: Alarms
) -> None:
    record_webhook_event(EVENT, received)

    assert counted() == {name: [1]}
    assert alarms() == {}


def test_the_ledger_entries_of_an_event_are_counted_with_it(alarms: Alarms) -> None:
    entries = (ledger_entry(EntryKind.CAPTURED), ledger_entry(EntryKind.DISPUTE_OPENED))

    record_webhook_event(EVENT, EventResult(EventState.HANDLED, entries))

    assert counted() == {"WebhooksHandled": [1], "PaymentsCaptured": [1]}
    assert alarms() == {}


def test_an_event_without_a_booking_raises_an_alarm_and_logs_the_payment(
    alarms: Alarms, logged: LogLines
) -> None:
    record_webhook_event(EVENT, EventResult(EventState.IGNORED, is_unmatched=True))

    assert alarms() == {"PaymentsUnmatched": [1]}
    (line,) = logged()
    assert (line["event_id"], line["payment"]) == (EVENT.id, EVENT.payment)


def test_a_missed_webhook_raises_an_alarm(alarms: Alarms, logged: LogLines) -> None:
    record_reconciled_event(
        EVENT, EventResult(EventState.HANDLED, is_first=True), NOW + timedelta(minutes=1)
    )

    assert alarms() == {"WebhooksMissed": [1]}
    assert [line["event_id"] for line in logged()] == [EVENT.id]
    assert counted() == {"WebhooksHandled": [1]}


@pytest.mark.parametrize(("first", "seconds"), [(False, 60), (True, 59)])
def test_a_delivered_or_recent_event_raises_no_alarm(
    alarms: Alarms, first: bool, seconds: int
) -> None:
    received = EventResult(EventState.HANDLED, is_first=first)

    record_reconciled_event(EVENT, received, NOW + timedelta(seconds=seconds))

    assert alarms() == {}


def test_a_refused_refund_is_logged_with_stripes_error_code(
    alarms: Alarms, logged: LogLines
) -> None:
    record_sent_refunds(SendResult(refused=("charge_already_refunded",)))

    assert alarms() == {}
    (line,) = logged()
    assert (line["level"], line["error_code"]) == ("WARNING", "charge_already_refunded")


def test_a_sent_refund_counts_its_ledger_entries(alarms: Alarms) -> None:
    record_sent_refunds(SendResult((ledger_entry(EntryKind.REFUNDED),)))

    assert counted() == {"RefundsArrived": [1]}
    assert alarms() == {}


def test_ledger_differences_are_summed_by_their_absolute_values(
    alarms: Alarms, logged: LogLines
) -> None:
    before, after = {"pi_1": 500, "pi_2": -500, "pi_3": 20}, {"pi_1": 500, "pi_2": -500}

    record_ledger_difference(before, after)

    assert alarms() == {"LedgerDifferenceFound": [1_020], "LedgerDifference": [1_000]}
    (line,) = logged()
    assert (line["level"], line["payments"]) == ("ERROR", after)


def test_a_repaired_ledger_emits_a_difference_of_0_and_logs_nothing(
    alarms: Alarms, logged: LogLines
) -> None:
    record_ledger_difference({"pi_1": -7}, {})

    assert alarms() == {"LedgerDifferenceFound": [7], "LedgerDifference": [0]}
    assert logged() == []
