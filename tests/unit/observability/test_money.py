"""The ledger's entries as metrics; some raise an alarm (§7)."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.builders import ledger_entry
from tests.unit.conftest import LogLines

from teppan.domain.ledger import EntryKind
from teppan.domain.payment_event import EventState, Received
from teppan.domain.refund import Settlement
from teppan.observability import money
from teppan.observability.metrics import metrics
from teppan.observability.money import (
    ALARMING,
    COUNTED,
    record_entries,
    record_received,
    record_settlement,
)

type Alarms = Callable[[], dict[str, list[float]]]


@pytest.fixture(autouse=True)
def flushed() -> Iterator[None]:
    """Leave nothing behind for the next test."""
    metrics.clear_metrics()
    yield
    metrics.clear_metrics()


@pytest.fixture
def alarms(capsys: pytest.CaptureFixture[str]) -> Alarms:
    """What was told alone, for an alarm: each is a line of its own."""

    def told() -> dict[str, list[float]]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return {
            each["Name"]: line[each["Name"]]
            for line in lines
            for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
        }

    return told


def counted() -> dict[str, Any]:
    """Return what was counted beside the operation, by name."""
    return {name: each["Value"] for name, each in metrics.metric_set.items()}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (EntryKind.CAPTURED, "PaymentsCaptured"),
        (EntryKind.REFUND_OWED, "RefundsPromised"),
        (EntryKind.GOODWILL_OWED, "RefundsPromised"),
        (EntryKind.REFUNDED, "RefundsSettled"),
        (EntryKind.DISPUTE_WON, "DisputesWon"),
        (EntryKind.DISPUTE_LOST, "DisputesLost"),
    ],
)
def test_what_happens_every_day_is_counted(kind: EntryKind, name: str, alarms: Alarms) -> None:
    record_entries([ledger_entry(kind), ledger_entry(kind)])

    assert counted() == {name: [1, 1]}
    assert alarms() == {}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (EntryKind.REFUND_FAILED, "RefundsFailed"),
        (EntryKind.DISPUTE_OPENED, "DisputesOpened"),
    ],
)
def test_what_somebody_has_to_look_at_is_told(kind: EntryKind, name: str, alarms: Alarms) -> None:
    record_entries([ledger_entry(kind)])

    assert alarms() == {name: [1]}
    assert counted() == {}


@pytest.mark.parametrize("kind", sorted(set(EntryKind) - set(COUNTED) - set(ALARMING)))
def test_the_rest_is_silent(kind: EntryKind, alarms: Alarms) -> None:
    record_entries([ledger_entry(kind)])

    assert (counted(), alarms()) == ({}, {})


@pytest.mark.parametrize(
    ("received", "name"),
    [
        (Received(EventState.HANDLED), "WebhooksHandled"),
        (Received(EventState.HANDLED, repeated=True), "WebhooksRepeated"),
        (Received(EventState.IGNORED), "WebhooksIgnored"),
        (Received(EventState.IGNORED, repeated=True), "WebhooksRepeated"),
    ],
)
def test_an_event_counts_by_what_became_of_it(
    received: Received, name: str, alarms: Alarms
) -> None:
    record_received(received)

    assert counted() == {name: [1]}
    assert alarms() == {}


def test_its_effects_are_counted_with_it(alarms: Alarms) -> None:
    entries = (ledger_entry(EntryKind.CAPTURED), ledger_entry(EntryKind.DISPUTE_OPENED))

    record_received(Received(EventState.HANDLED, entries))

    assert counted() == {"WebhooksHandled": [1], "PaymentsCaptured": [1]}
    assert alarms() == {"DisputesOpened": [1]}


def test_money_that_fits_no_booking_raises_an_alarm(alarms: Alarms) -> None:
    record_received(Received(EventState.IGNORED, unmatched=True))

    assert alarms() == {"PaymentsUnmatched": [1]}


def test_each_refund_that_stripe_refused_raises_an_alarm_and_says_why(
    alarms: Alarms, logged: LogLines
) -> None:
    record_settlement(Settlement(refused=("charge_already_refunded",)))

    assert alarms() == {"RefundsFailed": [1]}
    (line,) = logged()
    assert (line["level"], line["error_code"]) == ("WARNING", "charge_already_refunded")


def test_a_settlement_counts_what_it_settled(alarms: Alarms) -> None:
    record_settlement(Settlement((ledger_entry(EntryKind.REFUNDED),)))

    assert counted() == {"RefundsSettled": [1]}
    assert alarms() == {}


def test_no_kind_is_counted_and_alarming_at_once() -> None:
    assert not set(money.COUNTED) & set(money.ALARMING)
