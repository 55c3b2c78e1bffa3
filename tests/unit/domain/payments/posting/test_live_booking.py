"""Payments of a booking that is not cancelled, and overpayments (`domain.md §4, §7`)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import PAYMENT, admin, before, booking, caller, in_status, snapshot, system
from tests.unit.domain.payments.posting.booking_ledger import (
    LATE,
    OPEN,
    STARTED,
    WON,
    BookingLedger,
    ledger_after_deposit,
    obligations_in,
    with_dispute,
)

from teppan.domain.bookings.booking import Step
from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.party import Party
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import EntryKind
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.posting import post_payment
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES


class TestPaymentOfLiveBooking:
    def test_a_deposit_confirms_the_booking(self) -> None:
        books = BookingLedger(booking())

        entries = books.post(snapshot(), LATE)

        assert [each.kind for each in entries] == [EntryKind.CAPTURED]
        assert books.booking.status is Status.CONFIRMED
        assert books.booking.version == 2
        assert books.booking.updated_at == LATE
        assert books.booking.payments == {PAYMENT: Balance(captured=10_000)}

    def test_less_than_the_deposit_does_not_confirm_the_booking(self) -> None:
        books = BookingLedger(booking())

        books.post(snapshot(9_950))

        assert books.booking.status is Status.PENDING
        assert books.balance.captured == 9_950

    def test_a_booking_is_confirmed_despite_a_remainder_too_small_to_charge(self) -> None:
        """`domain.md §3`: a remainder of less than 50 cents is written off."""
        books = BookingLedger(booking())

        books.post(snapshot(9_951))

        assert books.booking.status is Status.CONFIRMED
        assert (books.booking.deposit_due, books.booking.balance_due) == (0, 61_494)

    def test_two_payments_together_confirm_the_booking(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot(4_000))

        books.post(snapshot(6_000, payment="pi_2"))

        assert books.booking.status is Status.CONFIRMED

    def test_a_deposit_after_the_deadline_confirms_a_booking_that_is_still_pending(self) -> None:
        books = BookingLedger(booking())

        books.post(snapshot(), LATE)

        assert books.booking.status is Status.CONFIRMED

    def test_the_same_payment_twice_makes_one_entry_and_one_version(self) -> None:
        books = ledger_after_deposit()

        again = post_payment(
            books.booking, books.ledger, snapshot(), system(LATE), max_entries=MAX_STEP_ENTRIES
        )

        assert again == Step(books.booking)
        assert again.after is books.booking

    def test_an_unpaid_intent_changes_no_booking(self) -> None:
        assert post_payment(
            booking(), [], snapshot(0), system(), max_entries=MAX_STEP_ENTRIES
        ) == Step(booking())

    def test_a_payment_of_the_balance_is_kept(self) -> None:
        books = ledger_after_deposit()

        books.post(snapshot(61_445, payment="pi_2"))

        assert books.booking.payment_status == "paid"
        assert books.booking.status is Status.CONFIRMED

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_a_payment_after_the_party_is_kept(self, status: Status) -> None:
        books = BookingLedger(in_status(status, 0))

        entries = books.post(snapshot(), STARTED + timedelta(days=1))

        assert (books.booking.status, obligations_in(entries)) == (status, [])
        assert books.balance.kept == 10_000


class TestOverpayment:
    def test_a_payment_beyond_the_total_makes_a_refund_obligation(self) -> None:
        books = BookingLedger(booking())

        entries = books.post(snapshot(80_000))

        assert obligations_in(entries) == [("overpayment", 80_000 - 71_445)]
        assert books.booking.status is Status.CONFIRMED
        assert books.balance.credited == 71_445

    def test_a_second_full_payment_is_refunded_in_full(self) -> None:
        books = BookingLedger(booking())
        books.post(snapshot(71_445))

        entries = books.post(snapshot(71_445, payment="pi_2"))

        assert obligations_in(entries) == [("overpayment", 71_445)]
        assert books.balance.kept == 71_445

    def test_a_lower_price_refunds_the_difference_and_a_higher_price_makes_it_due_again(
        self,
    ) -> None:
        books = BookingLedger(booking())
        books.post(snapshot(71_445))

        books.apply(change(books.booking, Changes(party=Party(10)), caller()))
        assert books.balance.refund_owed == 71_445 - 59_538
        books.apply(change(books.booking, Changes(party=Party(12)), caller()))

        assert books.booking.balance_due == 71_445 - 59_538

    def test_payments_are_no_overpayment_while_another_is_in_dispute(self) -> None:
        """The disputed payment may be lost, and then nothing would be left."""
        books = ledger_after_deposit()
        books.post(replace(with_dispute(OPEN, 61_445), payment="pi_2", captured=61_445))

        books.apply(change(books.booking, Changes(party=Party(10)), caller()))

        assert books.balance.refund_owed == 0

    def test_an_overpayment_in_dispute_is_owed_back_when_the_dispute_is_won(self) -> None:
        books = BookingLedger(booking())
        too_much = replace(with_dispute(OPEN, 80_000), captured=80_000)
        assert obligations_in(books.post(too_much)) == []

        entries = books.post(replace(with_dispute(WON, 80_000), captured=80_000))

        assert obligations_in(entries) == [("overpayment", 80_000 - 71_445)]


def test_a_payment_for_a_cheaper_party_does_not_cover_a_dearer_one() -> None:
    soon = caller(at=before(booking(), days=5))
    books = BookingLedger(booking(caller=soon))
    books.apply(change(books.booking, Changes(travel_miles=42), admin(soon.at)))

    books.post(snapshot(71_445, captured_at=soon.at), soon.at)

    assert books.booking.status is Status.PENDING
    assert books.booking.deposit_due == 2_400
