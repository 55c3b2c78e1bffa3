"""The job on the table's stream: it sends refunds, closes intents and raises alarms."""

import copy
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values, emitted
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.jobs.refunds import DEPOSIT, REFUND, refunds
from tests.functions.payment_steps import (
    BANK,
    REFUND_PENDS,
    PaymentSteps,
    open_payment,
    paid_booking,
)
from tests.functions.stripe import create_foreign_intent

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.services.payments import open_payments
from teppan.store.bookings import closing_marks
from teppan.store.payments import attempts
from teppan.store.table import Table
from teppan.trigger import TriggerFailedError


def paid_bookings(call: Handlers, count: int) -> list[Booking]:
    """Return bookings with paid deposits, on different days."""
    return [
        paid_booking(call, stored_booking(call.table, date=days_ahead(30 + n)))
        for n in range(count)
    ]


@pytest.fixture
def booking(call: Handlers) -> Booking:
    return paid_booking(call)


class TestRefundObligation:
    def test_the_refund_of_a_cancellation_is_sent(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        steps.cancel(booking)

        assert steps.follow_up() == []

        (refund,) = stripe.all_objects("refunds")
        assert refund["amount"] == REFUND
        assert refund["payment_intent"] == next(iter(booking.payments))
        assert refund["metadata"] == {"booking_id": booking.id, "refund": "cancellation-3-1"}
        assert steps.ledger(booking) == [
            ("captured", DEPOSIT),
            ("refund_owed", REFUND),
            ("refund_sent", REFUND),
            ("refunded", REFUND),
        ]
        assert steps.account(booking)["payment_status"] == "partially_refunded"
        steps.check(booking)

    def test_refunds_by_staff_are_sent(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        steps.refund(booking, 100)
        steps.refund(booking, 200)

        steps.follow_up()

        assert sorted(refunds(stripe)) == [100, 200]
        steps.check(booking)

    def test_a_sent_refund_is_shown_to_the_customer(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        steps.cancel(booking)
        steps.follow_up()

        shown = call("getBooking", booking_id=booking.id).body
        assert shown["price"]["amount_refunded"] == REFUND
        assert shown["payment_status"] == "partially_refunded"

    def test_a_refund_is_sent_once_for_repeated_records(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        snapshot: Snapshot,
        booking: Booking,
    ) -> None:
        steps.cancel(booking)
        records = steps.stream.read()
        call.job("followUpPayments", {"Records": records})
        before = snapshot()

        for _ in range(3):
            call.job("followUpPayments", {"Records": records * 2})

        assert refunds(stripe) == [REFUND]
        assert snapshot() == before

    def test_a_refund_whose_answer_was_lost_is_sent_once_even_a_day_later(
        self, steps: PaymentSteps, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        # Given a refund whose answer was lost, and whose record is repeated a day later
        steps.cancel(booking)
        stripe.faults.fail_next("lose_answer", path_prefix="/v1/refunds", times=2)
        assert steps.follow_up()
        now.set(now.at + timedelta(hours=25))

        assert steps.follow_up() == []

        assert refunds(stripe) == [REFUND]
        steps.check(booking)

    def test_a_pending_refund_is_sent_and_has_not_arrived(
        self, call: Handlers, steps: PaymentSteps
    ) -> None:
        booking = paid_booking(call, card=REFUND_PENDS)
        steps.cancel(booking)

        steps.follow_up()

        assert steps.account(booking)["balance"]["refund_sent"] == REFUND
        assert steps.account(booking)["payment_status"] == "refund_pending"
        steps.check(booking)

    def test_a_refund_of_two_payments_is_sent_to_both(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        paid_booking(call, booking, "balance")
        steps.cancel(booking)

        steps.follow_up()

        assert sum(refunds(stripe)) == 69_302
        assert len(refunds(stripe)) == 2
        steps.check(booking)

    def test_a_finished_refund_is_counted(
        self, steps: PaymentSteps, output: Output, booking: Booking
    ) -> None:
        steps.cancel(booking)
        steps.follow_up()

        text = output()
        (line,) = [line for line in emitted(text) if line.get("operation") == "followUpPayments"]
        assert (line["Runs"], line["Failures"], line["RefundsArrived"]) == ([1.0], [0.0], [1.0])


class TestBatch:
    def test_a_repeated_batch_raises_no_alarm_again(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        output: Output,
        booking: Booking,
    ) -> None:
        # Given a dispute, and a Stripe that stops answering after the alarm was raised
        steps.refund(booking, 100)
        stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        records = steps.stream.read()
        stripe.faults.fail_next("reset", times=99)

        for _ in range(3):
            call.job("followUpPayments", {"Records": records})

        assert alarm_values(output(), "DisputesOpened") == [1]

    def test_a_batch_names_exactly_the_records_that_failed(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        # Given five cancelled bookings; Stripe does not answer about the third
        bookings = paid_bookings(call, 5)
        for each in bookings:
            steps.cancel(each)
        records = steps.stream.read()
        third = next(iter(bookings[2].payments))
        stripe.faults.fail_next("reset", path_prefix=f"/v1/payment_intents/{third}", times=99)

        answer = call.job("followUpPayments", {"Records": records})

        # Then only its records failed: the payment, the cancellation, the refund owed
        assert answer["batchItemFailures"] == [
            {"itemIdentifier": each["dynamodb"]["SequenceNumber"]}
            for each in records
            if bookings[2].id in each["dynamodb"]["Keys"]["pk"]["S"]
        ]
        assert len(answer["batchItemFailures"]) == 3
        assert len(refunds(stripe)) == 4

        # And they succeed when they are repeated
        stripe.faults.clear()
        assert call.job("followUpPayments", {"Records": records}) == {"batchItemFailures": []}
        assert len(refunds(stripe)) == 5
        steps.check(*bookings)

    def test_a_batch_that_fails_as_a_whole_names_all_records(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, output: Output
    ) -> None:
        for each in paid_bookings(call, 2):
            steps.cancel(each)
        stripe.api_keys.clear()
        records = steps.stream.read()

        answer = call.job("followUpPayments", {"Records": records})

        assert len(answer["batchItemFailures"]) == len(records) == 6
        text = output()
        assert text.count('"failed in part"') == 6
        assert "PaymentProviderFailed" in text

    def test_the_stream_filters_pass_only_refunds_alarms_and_closing_marks(
        self, call: Handlers, steps: PaymentSteps
    ) -> None:
        # Given a booking that is created, paid, changed, refunded and cancelled
        booking = paid_booking(call)
        call("updateBooking", {"special_requests": "Candles"}, booking_id=booking.id)
        steps.refund(booking, 100)
        steps.cancel(booking)

        found = [
            (each["eventName"], each["dynamodb"]["Keys"]["sk"]["S"].rpartition("#")[2])
            for each in steps.stream.read()
        ]

        assert sorted(found) == [
            ("INSERT", "goodwill_owed"),
            ("INSERT", "refund_owed"),
            ("MODIFY", "OPEN_PAYMENT"),  # paid: less is due
            ("MODIFY", "OPEN_PAYMENT"),  # cancelled
        ]

    @pytest.mark.parametrize("defect", ["no image", "no keys in it", "an alarm of tomorrow"])
    def test_a_batch_names_only_the_record_that_cannot_be_read(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, defect: str
    ) -> None:
        # Given the records of a cancellation after one that this version cannot read
        steps.cancel(booking)
        records = steps.stream.read()
        unreadable = copy.deepcopy(records[0])
        unreadable["dynamodb"]["SequenceNumber"] = "99"
        match defect:
            case "no image":
                del unreadable["dynamodb"]["NewImage"]
            case "no keys in it":
                del unreadable["dynamodb"]["NewImage"]["sk"]
            case _:
                mark = "2026-12-25T02:00:00Z#AlarmOfTomorrow#pi_1"
                image = unreadable["dynamodb"]["NewImage"]
                image |= {"sk": {"S": "LEDGER#1#odd"}, "gsi4pk": {"S": "ALARMS"}}
                image["gsi4sk"] = {"S": mark}

        answer = call.job("followUpPayments", {"Records": [unreadable, *records]})

        assert answer == {"batchItemFailures": [{"itemIdentifier": "99"}]}
        assert refunds(stripe) == [REFUND]

    def test_a_batch_with_a_record_without_a_number_fails_as_a_whole(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        """The answer could not name the failed record, so all must be repeated."""
        steps.cancel(booking)
        records = steps.stream.read()
        del records[0]["dynamodb"]["SequenceNumber"]

        with pytest.raises(TriggerFailedError):
            call.job("followUpPayments", {"Records": records})

    def test_an_empty_batch_succeeds(self, call: Handlers) -> None:
        assert call.job("followUpPayments", {"Records": []}) == {"batchItemFailures": []}

    def test_a_batch_of_an_unknown_booking_succeeds(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        steps.cancel(booking)
        records = steps.stream.read()
        for record in records:
            record["dynamodb"]["Keys"]["pk"]["S"] = "BOOKING#bkg_" + "z" * 26

        assert call.job("followUpPayments", {"Records": records}) == {"batchItemFailures": []}


class TestCancelledBooking:
    def test_the_open_intent_of_a_cancelled_booking_is_cancelled(
        self, steps: PaymentSteps, stripe: FakeStripe, table: Table
    ) -> None:
        booking = stored_booking(table)
        steps.open(booking)
        steps.cancel(booking)

        steps.follow_up()

        (intent,) = stripe.all_objects("payment_intents")
        assert intent["status"] == "canceled"
        assert [each["status"] for each in steps.account(booking)["payments"]] == ["canceled"]

    def test_an_intent_whose_creation_was_not_answered_is_cancelled_with_its_booking(
        self, steps: PaymentSteps, stripe: FakeStripe, table: Table
    ) -> None:
        booking = stored_booking(table)
        stripe.faults.fail_next("lose_answer", times=9)
        steps.open(booking)
        stripe.faults.clear()
        steps.cancel(booking)

        assert steps.follow_up() == []

        assert [each["status"] for each in stripe.all_objects("payment_intents")] == ["canceled"]

    def test_a_booking_paid_while_it_was_cancelled_refunds_everything(
        self, steps: PaymentSteps, stripe: FakeStripe, table: Table
    ) -> None:
        booking = stored_booking(table)
        steps.pay(booking)
        steps.cancel(booking)

        steps.follow_up()

        assert refunds(stripe) == [DEPOSIT]
        assert steps.account(booking)["payment_status"] == "refunded"
        steps.check(booking)

    def test_a_cancelled_booking_refunds_a_bank_debit_once_it_succeeds(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table
    ) -> None:
        booking = stored_booking(table)
        intent = steps.pay(booking, card=BANK)
        steps.cancel(booking)
        assert steps.follow_up() == []

        stripe.finish_processing(intent)
        call.deliver()
        steps.follow_up()

        assert refunds(stripe) == [DEPOSIT]
        steps.check(booking)

    def test_a_reinstated_booking_keeps_its_open_intent(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, table: Table
    ) -> None:
        # Given a booking that expired and was reinstated before the stream is read
        booking = stored_booking(table)
        now.set(booking.payment_due_at + timedelta(hours=1))
        call.job("releaseUnpaidBookings")
        records = steps.stream.read()
        metadata = {"booking_id": booking.id, "payment_type": "deposit", "attempt": "1"}
        stripe.pay(create_foreign_intent(stripe, DEPOSIT, **metadata))
        call.deliver()
        intent = open_payment(call, steps.now_of(booking), "balance")

        answer = call.job("followUpPayments", {"Records": records})

        assert answer == {"batchItemFailures": []}
        statuses = {each["id"]: each["status"] for each in stripe.all_objects("payment_intents")}
        assert statuses[intent] == "requires_payment_method"
        assert steps.now_of(booking).status is Status.CONFIRMED
        assert refunds(stripe) == []


def test_a_change_while_an_intent_is_being_closed_keeps_the_closing_mark(
    call: Handlers, steps: PaymentSteps, table: Table
) -> None:
    # Given a booking that becomes cheaper twice, the second time while its open intent is closed
    booking = stored_booking(table)
    steps.open(booking, "full")
    close_excess = open_payments.close_excess
    changes = [{"guests": 11}, {"guests": 10}]

    def change_meanwhile(*arguments: Any) -> open_payments.ClosingResult:
        closing = close_excess(*arguments)
        if changes:
            call("updateBooking", changes.pop(), booking_id=booking.id)
        return closing

    call("updateBooking", changes.pop(0), booking_id=booking.id)

    # When the job handles the first record
    with patch.object(open_payments, "close_excess", change_meanwhile):
        assert steps.follow_up() == []

    # Then the second change stays marked until it is handled
    assert [each.booking_id for each in closing_marks.pending(table)] == [booking.id]
    steps.follow_up()
    assert list(closing_marks.pending(table)) == []


def test_an_alarm_is_raised_although_the_webhook_stopped_before_it(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, output: Output
) -> None:
    # Given a dispute whose webhook stops right after it has entered it
    stripe.dispute(next(iter(booking.payments)))
    with patch.object(attempts, "store_status", side_effect=OSError):
        assert {answer.status for answer in call.deliver()} == {500}
    assert ("dispute_opened", DEPOSIT) in steps.ledger(booking)
    assert alarm_values(output(), "DisputesOpened") == []

    steps.follow_up()

    text = output()
    assert alarm_values(text, "DisputesOpened") == [1]
    assert booking.id in text


def test_the_audit_trail_names_the_job_that_sent_a_refund(
    call: Handlers, steps: PaymentSteps, booking: Booking
) -> None:
    steps.cancel(booking)
    steps.follow_up()

    trail = call("listBookingEvents", booking_id=booking.id, by=ADMIN).body["items"]

    assert trail[-1]["type"] == "payment"
    assert trail[-1]["actor"] == {"id": "followUpPayments", "role": "system"}
    assert trail[-1]["request_id"]
