"""Rebalancing after a step: confirmation when covered, obligations for overpayments."""

from dataclasses import replace

from tests.builders import booking, caller, confirmed, holding

from teppan.domain.bookings.rebalance import rebalance, with_entries
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import EntryKind, RefundReason
from teppan.domain.ledger_balance import Balance


def test_rebalance_without_a_change_makes_no_version() -> None:
    assert rebalance(booking(), booking(), (), caller()).after == booking()


def test_a_pending_booking_that_is_covered_is_confirmed() -> None:
    covered = holding(booking(), Balance(captured=booking().due_to_confirm))

    step = rebalance(booking(), covered, (), caller())

    assert (step.after.status, step.after.version) == (Status.CONFIRMED, booking().version + 1)


def test_a_pending_booking_that_has_started_is_not_confirmed() -> None:
    covered = holding(booking(), Balance(captured=booking().due_to_confirm))

    step = rebalance(booking(), covered, (), caller(at=booking().slot.starts_at))

    assert step.after.status is Status.PENDING


def test_rebalance_owes_back_what_was_paid_beyond_the_total() -> None:
    before = confirmed()
    overpaid = holding(before, Balance(captured=before.price.total + 700))

    step = rebalance(before, overpaid, (), caller())

    [obligation] = step.entries
    assert (obligation.kind, obligation.amount) == (EntryKind.REFUND_OWED, 700)
    assert obligation.reason is RefundReason.OVERPAYMENT
    assert with_entries(overpaid, step.entries).payments == step.after.payments


def test_rebalance_owes_back_nothing_that_is_in_dispute() -> None:
    before = confirmed()
    at_risk = Balance(captured=before.price.total + 700, contested=700)

    step = rebalance(before, holding(before, at_risk), (), caller())

    assert not step.entries


def test_rebalance_adds_no_obligation_to_a_cancelled_booking() -> None:
    cancelled = replace(confirmed(), status=Status.CANCELLED)
    overpaid = holding(cancelled, Balance(captured=cancelled.price.total + 700))

    assert not rebalance(cancelled, overpaid, (), caller()).entries
