"""Amounts due and payment attempts (`domain.md §3, §7`)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import NOW, attempt, before, booking, caller, confirmed, holding, in_status

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.attempt import (
    IntentStatus,
    PaymentAttempt,
    amount_due,
    may_stay_open,
    next_attempt,
)
from teppan.domain.payments.errors import (
    BookingNotPayable,
    PaymentNotDue,
    PaymentOverdue,
    TooManyPaymentAttempts,
)
from teppan.domain.policy import CURRENT

DEPOSIT, BALANCE, FULL = PaymentType.DEPOSIT, PaymentType.BALANCE, PaymentType.FULL
SECOND = timedelta(seconds=1)
SOON = booking(caller=caller(at=before(booking(), days=6)))
PART_PAID = holding(booking(), Balance(captured=4_000))


class TestAmountDue:
    @pytest.mark.parametrize(
        ("about", "wanted", "amount"),
        [
            (booking(), DEPOSIT, 10_000),
            (booking(), FULL, 71_445),
            (PART_PAID, DEPOSIT, 6_000),
            (PART_PAID, FULL, 67_445),
            (SOON, DEPOSIT, 71_445),
            (SOON, FULL, 71_445),
            (confirmed(), BALANCE, 61_445),
            (confirmed(), FULL, 61_445),
            (in_status(Status.COMPLETED), BALANCE, 61_445),
            (in_status(Status.NO_SHOW), FULL, 61_445),
        ],
    )
    def test_the_amount_due_follows_from_the_booking(
        self, about: Booking, wanted: PaymentType, amount: int
    ) -> None:
        assert amount_due(about, wanted, about.created_at) == amount

    @pytest.mark.parametrize(
        ("about", "wanted"),
        [
            (booking(), BALANCE),  # the deposit comes first
            (SOON, BALANCE),
            (confirmed(), DEPOSIT),
            (confirmed(71_445), BALANCE),
            (confirmed(71_445), FULL),
            (confirmed(80_000), FULL),
        ],
    )
    def test_a_payment_type_that_is_not_due_is_refused(
        self, about: Booking, wanted: PaymentType
    ) -> None:
        with pytest.raises(PaymentNotDue, match=wanted):
            amount_due(about, wanted, about.created_at)

    @pytest.mark.parametrize("wanted", PaymentType)
    def test_a_cancelled_booking_takes_no_payment(self, wanted: PaymentType) -> None:
        with pytest.raises(BookingNotPayable):
            amount_due(in_status(Status.CANCELLED), wanted, booking().created_at)

    def test_a_pending_booking_can_be_paid_until_the_deadline(self) -> None:
        assert amount_due(booking(), DEPOSIT, booking().payment_due_at) == 10_000

    @pytest.mark.parametrize("wanted", PaymentType)
    def test_a_pending_booking_can_not_be_paid_after_the_deadline(
        self, wanted: PaymentType
    ) -> None:
        with pytest.raises(PaymentOverdue):
            amount_due(booking(), wanted, booking().payment_due_at + SECOND)

    def test_the_payment_deadline_does_not_apply_to_a_confirmed_booking(self) -> None:
        late = confirmed().slot.starts_at + timedelta(days=9)

        assert amount_due(confirmed(), BALANCE, late) == 61_445

    def test_an_undone_payment_is_due_again(self) -> None:
        undone = holding(confirmed(), Balance(captured=71_445, refunded=500, uncredited=500))

        assert amount_due(undone, BALANCE, undone.created_at) == 500


class TestAttempt:
    def test_each_attempt_and_each_try_has_its_own_idempotency_key(self) -> None:
        attempts = [
            attempt(booking_id="bkg_1"),
            attempt(booking_id="bkg_2"),
            attempt(booking_id="bkg_1", type=FULL),
            attempt(booking_id="bkg_1", number=2),
            attempt(booking_id="bkg_1", tries=2),
        ]

        assert len({each.key for each in attempts}) == 5
        assert attempts[0].key == "bkg_1:deposit:1:1"

    def test_an_attempt_keeps_its_name_and_key_in_every_status(self) -> None:
        new = attempt()
        known = replace(new, intent="pi_1", status=IntentStatus.PROCESSING)

        assert (known.name, known.key) == (new.name, new.key)
        assert replace(new, tries=2).name == new.name

    @pytest.mark.parametrize("status", IntentStatus)
    def test_only_succeeded_and_canceled_intents_are_final(self, status: IntentStatus) -> None:
        assert status.is_final is (status in {"succeeded", "canceled"})

    def test_an_attempt_with_a_captured_payment_has_succeeded(self) -> None:
        noted = attempt(intent="pi_1", status=IntentStatus.PROCESSING)

        known = noted.as_known_to(confirmed())

        assert known == replace(noted, status=IntentStatus.SUCCEEDED)

    @pytest.mark.parametrize("intent", [None, "pi_2"])
    def test_an_attempt_without_a_captured_payment_keeps_its_status(
        self, intent: str | None
    ) -> None:
        noted = attempt(intent=intent, status=IntentStatus.PROCESSING)

        assert noted.as_known_to(confirmed()) is noted


class TestMayStayOpen:
    @pytest.mark.parametrize(
        ("about", "wanted", "amount", "stays"),
        [
            (booking(), DEPOSIT, 10_000, True),
            (booking(), DEPOSIT, 10_001, False),
            (PART_PAID, DEPOSIT, 10_000, False),
            (booking(), FULL, 71_445, True),
            (PART_PAID, FULL, 71_445, False),
            (confirmed(), DEPOSIT, 10_000, False),
            (confirmed(), BALANCE, 61_445, True),
            (confirmed(), BALANCE, 50_000, True),  # it costs more by now: the rest comes after it
            (confirmed(71_445), BALANCE, 1, False),
            (booking(), BALANCE, 61_445, False),
            (in_status(Status.COMPLETED), BALANCE, 61_445, True),
            (in_status(Status.CANCELLED), FULL, 1, False),
        ],
    )
    def test_an_attempt_stays_open_if_it_asks_for_no_more_than_is_due(
        self, about: Booking, wanted: PaymentType, amount: int, stays: bool
    ) -> None:
        asked = attempt(type=wanted, amount=amount)

        assert may_stay_open(asked, about, about.created_at) is stays

    def test_no_attempt_stays_open_after_the_deadline(self) -> None:
        assert may_stay_open(attempt(), booking(), booking().payment_due_at)
        assert not may_stay_open(attempt(), booking(), booking().payment_due_at + SECOND)


class TestNextAttempt:
    def test_a_new_attempt_has_the_amount_and_no_intent(self) -> None:
        assert next_attempt(booking(), FULL, 71_445, [], NOW) == PaymentAttempt(
            booking_id=booking().id,
            type=FULL,
            number=1,
            amount=71_445,
            currency="usd",
            opened_at=NOW,
            status=IntentStatus.REQUIRES_PAYMENT_METHOD,
        )

    def test_attempts_are_numbered_by_payment_type(self) -> None:
        earlier = [attempt(number=1), attempt(number=3), attempt(number=2, type=FULL)]

        numbers = [next_attempt(booking(), each, 1, earlier, NOW).number for each in PaymentType]

        assert dict(zip(PaymentType, numbers, strict=True)) == {DEPOSIT: 4, BALANCE: 1, FULL: 3}

    def test_a_new_attempt_is_opened_no_earlier_than_the_last(self) -> None:
        earlier = [attempt(opened_at=NOW + SECOND)]

        assert next_attempt(booking(), FULL, 1, earlier, NOW).opened_at == NOW + SECOND

    @pytest.mark.parametrize("status", [IntentStatus.CANCELED, IntentStatus.SUCCEEDED])
    def test_attempts_of_a_booking_are_limited_whatever_their_status(
        self, status: IntentStatus
    ) -> None:
        earlier = [
            attempt(number=number, type=wanted, status=status)
            for number in range(1, CURRENT.payment_attempts // 2 + 1)
            for wanted in (DEPOSIT, FULL)
        ]

        last = next_attempt(booking(), FULL, 1, earlier[:-1], NOW)
        assert (last.type, last.number) == (FULL, CURRENT.payment_attempts // 2)
        with pytest.raises(TooManyPaymentAttempts, match="contact support"):
            next_attempt(booking(), DEPOSIT, 1, earlier, NOW)
