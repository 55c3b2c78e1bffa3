"""What a captured payment does to a booking, by when it comes and whether it covers the booking."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.builders import (
    PAYMENT,
    booking,
    caller,
    confirmed,
    in_status,
    system,
)

from teppan.domain.bookings.cancellation import CancellationRequest, cancel, expire
from teppan.domain.bookings.transition import TRANSITIONS, Status
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.effect import (
    EFFECTS_IF_SLOT_TAKEN,
    PAYMENT_EFFECTS,
    TRANSITION_CAUSES,
    PaymentEffect,
    PaymentTiming,
    payment_effect,
    payment_timing,
)

SECOND = timedelta(seconds=1)


OVERDUE = booking().payment_due_at + SECOND


LATE = OVERDUE + timedelta(hours=1)


STARTED = booking().slot.starts_at


EXPIRED = expire(booking(), system(OVERDUE)).after


CANCELLED = cancel(booking(), CancellationRequest(), caller()).after


STATUSES = {
    PaymentTiming.WHILE_PENDING: booking(),
    PaymentTiming.AFTER_START: booking(),
    PaymentTiming.WHILE_CONFIRMED: confirmed(0),
    PaymentTiming.AFTER_COMPLETION: in_status(Status.COMPLETED, 0),
    PaymentTiming.AFTER_EXPIRY: EXPIRED,
    PaymentTiming.AFTER_CANCELLATION: CANCELLED,
}


class TestTables:
    def test_every_payment_timing_has_an_effect_whether_covered_or_not(self) -> None:
        assert set(PAYMENT_EFFECTS) == {
            (each, covered) for each in PaymentTiming for covered in (True, False)
        }

    @pytest.mark.parametrize(
        ("covered", "expected"),
        [
            (True, {"while_pending": "confirm", "after_expiry": "reinstate"}),
            (False, {"while_pending": "keep", "after_expiry": "refund"}),
        ],
    )
    def test_the_payment_effects_are_those_of_the_rules(
        self, covered: bool, expected: dict[str, str]
    ) -> None:
        found = {each: PAYMENT_EFFECTS[each, covered] for each in PaymentTiming}

        always = {
            "after_start": "expire",
            "while_confirmed": "keep",
            "after_completion": "keep",
            "after_cancellation": "refund",
        }
        assert found == expected | always

    def test_only_reinstating_needs_the_slot_and_refunds_if_it_is_taken(self) -> None:
        assert EFFECTS_IF_SLOT_TAKEN == {PaymentEffect.REINSTATE: PaymentEffect.REFUND}

    def test_every_effect_with_a_cause_has_a_transition(self) -> None:
        assert set(TRANSITION_CAUSES) == {
            PaymentEffect.CONFIRM,
            PaymentEffect.REINSTATE,
            PaymentEffect.EXPIRE,
        }
        assert set(TRANSITION_CAUSES.values()) <= {cause for _, cause in TRANSITIONS}

    @pytest.mark.parametrize("table", [PAYMENT_EFFECTS, EFFECTS_IF_SLOT_TAKEN, TRANSITION_CAUSES])
    def test_the_tables_of_effects_are_immutable(self, table: dict[object, object]) -> None:
        with pytest.raises(TypeError):
            table["cancelled"] = "keep"


class TestPaymentTiming:
    @pytest.mark.parametrize("expected", PaymentTiming)
    def test_every_status_has_a_payment_timing(self, expected: PaymentTiming) -> None:
        at = STARTED if expected is PaymentTiming.AFTER_START else LATE

        assert payment_timing(STATUSES[expected], at) is expected

    def test_a_no_show_has_the_payment_timing_after_completion(self) -> None:
        assert payment_timing(in_status(Status.NO_SHOW), LATE) is PaymentTiming.AFTER_COMPLETION

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            (STARTED - SECOND, PaymentTiming.AFTER_EXPIRY),
            (STARTED, PaymentTiming.AFTER_CANCELLATION),
            (STARTED + timedelta(days=9), PaymentTiming.AFTER_CANCELLATION),
        ],
    )
    def test_an_expired_booking_can_be_reinstated_until_its_start(
        self, at: datetime, expected: PaymentTiming
    ) -> None:
        assert payment_timing(EXPIRED, at) is expected


class TestPaymentEffect:
    @pytest.mark.parametrize("stands", PaymentTiming)
    @pytest.mark.parametrize("covered", [True, False])
    @pytest.mark.parametrize("slot_taken", [True, False])
    def test_the_payment_effect_follows_from_timing_and_coverage_and_slot(
        self, stands: PaymentTiming, covered: bool, slot_taken: bool
    ) -> None:
        paid = replace(
            STATUSES[stands], payments={PAYMENT: Balance(captured=9_951 - (not covered))}
        )

        decided = PAYMENT_EFFECTS[stands, covered]
        expected = EFFECTS_IF_SLOT_TAKEN.get(decided, decided) if slot_taken else decided
        at = STARTED if stands is PaymentTiming.AFTER_START else LATE
        assert payment_effect(paid, at, slot_taken=slot_taken) is expected
