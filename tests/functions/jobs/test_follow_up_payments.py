"""On the table's stream: promised refunds are sent, once; a cancelled booking asks no money."""

import copy
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import emitted, told
from tests.functions.given import Snapshot, stored
from tests.functions.handlers import Handlers
from tests.functions.money import BANK, REFUND_FAILS, REFUND_PENDS, Till, opened, paid
from tests.functions.stripe import intent_of_others

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.payments.errors import PaymentProviderUnavailable
from teppan.services.payments import open_payments
from teppan.services.payments.provider import RefundRefusedError
from teppan.store.bookings import closing_marks
from teppan.store.payments import payments
from teppan.store.table import Table
from teppan.trigger import TriggerFailedError
from teppan_payments.stripe_provider import StripeProvider

DEPOSIT, REFUND = 10_000, 9_700


def refunds(stripe: FakeStripe) -> list[int]:
    """Return the amount of each refund at Stripe that was not given up."""
    made = stripe.everything("refunds")
    return [each["amount"] for each in made if each["status"] not in {"failed", "canceled"}]


def several(call: Handlers, count: int) -> list[Booking]:
    """Return bookings on different days whose deposits are paid."""
    return [paid(call, stored(call.table, date=days_ahead(30 + n))) for n in range(count)]


@pytest.fixture
def booking(call: Handlers) -> Booking:
    return paid(call)


class TestAPromise:
    def test_is_kept(self, till: Till, stripe: FakeStripe, booking: Booking) -> None:
        till.cancel(booking)

        assert till.follow_up() == []

        (refund,) = stripe.everything("refunds")
        assert refund["amount"] == REFUND
        assert refund["payment_intent"] == next(iter(booking.payments))
        assert refund["metadata"] == {"booking_id": booking.id, "refund": "cancellation-3-1"}
        assert till.ledger(booking) == [
            ("captured", DEPOSIT),
            ("refund_owed", REFUND),
            ("refund_sent", REFUND),
            ("refunded", REFUND),
        ]
        assert till.account(booking)["payment_status"] == "partially_refunded"
        till.check(booking)

    def test_of_staff_is_too(self, till: Till, stripe: FakeStripe, booking: Booking) -> None:
        till.refund(booking, 100)
        till.refund(booking, 200)

        till.follow_up()

        assert sorted(refunds(stripe)) == [100, 200]
        till.check(booking)

    def test_is_shown_to_the_customer_as_kept(
        self, call: Handlers, till: Till, booking: Booking
    ) -> None:
        till.cancel(booking)
        till.follow_up()

        shown = call("getBooking", booking_id=booking.id).body
        assert shown["price"]["amount_refunded"] == REFUND
        assert shown["payment_status"] == "partially_refunded"

    def test_is_kept_once_however_often_it_is_read(
        self, call: Handlers, till: Till, stripe: FakeStripe, snapshot: Snapshot, booking: Booking
    ) -> None:
        till.cancel(booking)
        records = till.stream.read()
        call.job("followUpPayments", {"Records": records})
        before = snapshot()

        for _ in range(3):
            call.job("followUpPayments", {"Records": records * 2})

        assert refunds(stripe) == [REFUND]
        assert snapshot() == before

    def test_also_when_stripe_has_forgotten_our_key(
        self, till: Till, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        # Given a refund whose answer was lost, and whose record comes again after a day
        till.cancel(booking)
        stripe.faults.next("lose_answer", path_prefix="/v1/refunds", times=2)
        assert till.follow_up()
        now.set(now.at + timedelta(hours=25))

        assert till.follow_up() == []

        assert refunds(stripe) == [REFUND]
        till.check(booking)

    def test_that_is_on_its_way_is_sent_and_not_settled(self, call: Handlers, till: Till) -> None:
        booking = paid(call, card=REFUND_PENDS)
        till.cancel(booking)

        till.follow_up()

        assert till.account(booking)["balance"]["refund_sent"] == REFUND
        assert till.account(booking)["payment_status"] == "refund_pending"
        till.check(booking)

    def test_of_two_payments_goes_back_to_both(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        paid(call, booking, "balance")
        till.cancel(booking)

        till.follow_up()

        assert sum(refunds(stripe)) == 69_302
        assert len(refunds(stripe)) == 2
        till.check(booking)

    def test_is_counted(self, till: Till, output: Output, booking: Booking) -> None:
        till.cancel(booking)
        till.follow_up()

        text = output()
        (line,) = [line for line in emitted(text) if line.get("operation") == "followUpPayments"]
        assert (line["Runs"], line["Failures"], line["RefundsSettled"]) == ([1.0], [0.0], [1.0])


class TestWhatStripeNeverRefunds:
    """It stays owed, is told once, and is not tried for ever (`domain.md §7`)."""

    def test_a_payment_too_old_to_refund_is_told_once_and_not_tried_again(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a debit that was paid half a year before its party is cancelled
        booking = stored(call.table, date=days_ahead(300))
        intent = till.pay(booking, card=BANK)
        stripe.settle(intent)
        call.deliver()
        now.set(now.at + timedelta(days=181))
        till.cancel(booking)
        output()

        # When it is refunded, and jobs run for a week
        with patch.object(
            StripeProvider, "send_refund", autospec=True, side_effect=StripeProvider.send_refund
        ) as sent:
            till.follow_up()
            till.follow_up()
            for _ in range(7):
                now.set(now.at + timedelta(days=1))
                call.job("reconcilePayments", {"scope": "recent"})
                till.follow_up()
            asked = sent.call_count

        # Then Stripe was asked once, somebody was told once, and it is owed
        assert asked == 1
        assert told(output(), "RefundsFailed") == [1]
        (entry,) = [
            each for each in till.account(booking)["entries"] if each["kind"] == "refund_refused"
        ]
        assert entry["reason"] == "final"
        assert till.account(booking)["balance"]["refund_owed"] == REFUND
        assert refunds(stripe) == []
        till.check(booking)

    def test_the_rest_of_a_payment_whose_dispute_was_lost_is_told_once_and_not_tried_again(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a part of the price in a dispute that is lost, and a cancellation
        booking = paid(call, wanted="full")
        dispute = stripe.dispute(next(iter(booking.payments)), amount=40_000)
        call.deliver()
        till.cancel(booking)
        stripe.close_dispute(dispute["id"], won=False)
        call.deliver()
        output()

        # When what is left is refunded, which Stripe refuses, and jobs run for a week
        till.follow_up()
        till.follow_up()
        for _ in range(7):
            now.set(now.at + timedelta(days=1))
            call.job("reconcilePayments", {"scope": "recent"})
            till.follow_up()

        assert told(output(), "RefundsFailed") == [1]
        till.check(booking)

    def test_what_was_refused_for_a_lost_dispute_is_sent_when_that_is_reversed(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock
    ) -> None:
        # Given a refund that Stripe has refused for good, because a dispute was lost
        booking = paid(call, wanted="full")
        dispute = stripe.dispute(next(iter(booking.payments)), amount=40_000)["id"]
        call.deliver()
        till.cancel(booking)
        stripe.close_dispute(dispute, won=False)
        call.deliver()
        till.follow_up()

        # When all of the money comes back after all
        now.set(now.at + timedelta(days=1))
        stripe.reinstate(dispute, 40_000)
        call.deliver()
        till.follow_up()
        now.set(now.at + timedelta(days=1))
        call.job("reconcilePayments", {"scope": "recent"})

        balance = till.account(booking)["balance"]
        assert (balance["refund_owed"], balance["refunded"]) == (0, sum(refunds(stripe)))
        assert sum(refunds(stripe)) == 69_302  # 97 % of 71,445
        till.check(booking)

    def test_one_refused_while_the_dispute_is_open_is_sent_when_it_is_won(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock
    ) -> None:
        # Given a dispute that begins between our look and our sending
        booking = paid(call)
        payment = next(iter(booking.payments))
        till.cancel(booking)
        send = StripeProvider.send_refund
        opened_disputes: list[str] = []

        def disputed_first(*given: Any) -> None:
            if not opened_disputes:
                opened_disputes.append(stripe.dispute(payment, amount=1_000)["id"])
            send(*given)

        with patch.object(StripeProvider, "send_refund", disputed_first):
            till.follow_up()
        assert refunds(stripe) == []

        # When it is won, and the job comes a day later
        stripe.close_dispute(opened_disputes[0], won=True)
        call.deliver()
        now.set(now.at + timedelta(days=1))
        call.job("reconcilePayments", {"scope": "recent"})

        assert refunds(stripe) == [REFUND]
        till.check(booking)

    def test_a_refusal_that_may_pass_is_tried_every_day_and_not_for_ever(
        self, call: Handlers, till: Till, now: Clock, booking: Booking, output: Output
    ) -> None:
        till.cancel(booking)
        output()

        refused = RefundRefusedError("a_code_to_come")
        with patch.object(StripeProvider, "send_refund", side_effect=refused) as sent:
            till.follow_up()
            for _ in range(40):
                now.set(now.at + timedelta(days=1))
                call.job("reconcilePayments", {"scope": "recent"})
            till.follow_up()

        assert sent.call_count == booking.policy.refund_refusals
        reasons = [each.get("reason") for each in till.account(booking)["entries"]]
        assert reasons.count("refused") == booking.policy.refund_refusals - 1
        assert reasons.count("final") == 1

    def test_a_refund_of_the_dashboard_keeps_what_was_refused_for_good(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        till.cancel(booking)
        refused = RefundRefusedError("charge_not_refundable", is_final=True)
        with patch.object(StripeProvider, "send_refund", side_effect=refused):
            till.follow_up()

        stripe.refund(next(iter(booking.payments)), REFUND)
        call.deliver()

        account = till.account(booking)
        assert account["balance"]["refund_owed"] == 0
        assert account["payment_status"] == "partially_refunded"
        till.check(booking)


class TestABatch:
    def test_that_comes_again_raises_no_alarm_again(
        self, call: Handlers, till: Till, stripe: FakeStripe, output: Output, booking: Booking
    ) -> None:
        # Given a dispute, and a Stripe that does not answer after its alarm was raised
        till.refund(booking, 100)
        stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        records = till.stream.read()
        stripe.faults.next("reset", times=99)

        for _ in range(3):
            call.job("followUpPayments", {"Records": records})

        assert told(output(), "DisputesOpened") == [1]

    def test_names_exactly_the_records_that_failed(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        # Given five cancelled bookings, of which Stripe does not speak of the third
        bookings = several(call, 5)
        for each in bookings:
            till.cancel(each)
        records = till.stream.read()
        third = next(iter(bookings[2].payments))
        stripe.faults.next("reset", path_prefix=f"/v1/payment_intents/{third}", times=99)

        answer = call.job("followUpPayments", {"Records": records})

        # Then its records failed (that it was paid, is cancelled, is owed a refund), and no other
        assert answer["batchItemFailures"] == [
            {"itemIdentifier": each["dynamodb"]["SequenceNumber"]}
            for each in records
            if bookings[2].id in each["dynamodb"]["Keys"]["pk"]["S"]
        ]
        assert len(answer["batchItemFailures"]) == 3
        assert len(refunds(stripe)) == 4

        # And they come again
        stripe.faults.clear()
        assert call.job("followUpPayments", {"Records": records}) == {"batchItemFailures": []}
        assert len(refunds(stripe)) == 5
        till.check(*bookings)

    def test_that_fails_as_a_whole_names_all(
        self, call: Handlers, till: Till, stripe: FakeStripe, output: Output
    ) -> None:
        for each in several(call, 2):
            till.cancel(each)
        stripe.api_keys.clear()
        records = till.stream.read()

        answer = call.job("followUpPayments", {"Records": records})

        assert len(answer["batchItemFailures"]) == len(records) == 6
        text = output()
        assert text.count('"failed in part"') == 6
        assert "PaymentProviderFailed" in text

    def test_is_read_from_the_stream_by_kinds_of_records_that_matter(
        self, call: Handlers, till: Till
    ) -> None:
        # Given a booking that is made, paid, changed, refunded and cancelled
        booking = paid(call)
        call("updateBooking", {"special_requests": "Candles"}, booking_id=booking.id)
        till.refund(booking, 100)
        till.cancel(booking)

        found = [
            (each["eventName"], each["dynamodb"]["Keys"]["sk"]["S"].rpartition("#")[2])
            for each in till.stream.read()
        ]

        assert sorted(found) == [
            ("INSERT", "goodwill_owed"),
            ("INSERT", "refund_owed"),
            ("MODIFY", "OPEN_PAYMENT"),  # it was paid: less is due
            ("MODIFY", "OPEN_PAYMENT"),  # and cancelled
        ]

    @pytest.mark.parametrize("broken", ["no image", "no keys in it", "an alarm of tomorrow"])
    def test_names_a_record_that_can_not_be_read_alone(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, broken: str
    ) -> None:
        # Given the records of a cancellation, behind one that this version can not read
        till.cancel(booking)
        records = till.stream.read()
        odd = copy.deepcopy(records[0])
        odd["dynamodb"]["SequenceNumber"] = "99"
        match broken:
            case "no image":
                del odd["dynamodb"]["NewImage"]
            case "no keys in it":
                del odd["dynamodb"]["NewImage"]["sk"]
            case _:
                mark = "2026-12-25T02:00:00Z#AlarmOfTomorrow#pi_1"
                image = odd["dynamodb"]["NewImage"]
                image |= {"sk": {"S": "LEDGER#1#odd"}, "gsi4pk": {"S": "ALARMS"}}
                image["gsi4sk"] = {"S": mark}

        answer = call.job("followUpPayments", {"Records": [odd, *records]})

        assert answer == {"batchItemFailures": [{"itemIdentifier": "99"}]}
        assert refunds(stripe) == [REFUND]

    def test_with_a_record_without_a_number_fails_as_a_whole(
        self, call: Handlers, till: Till, booking: Booking
    ) -> None:
        """Lambda could not be told which one failed, so all must come again."""
        till.cancel(booking)
        records = till.stream.read()
        del records[0]["dynamodb"]["SequenceNumber"]

        with pytest.raises(TriggerFailedError):
            call.job("followUpPayments", {"Records": records})

    def test_of_nothing_is_fine(self, call: Handlers) -> None:
        assert call.job("followUpPayments", {"Records": []}) == {"batchItemFailures": []}

    def test_of_a_booking_that_is_gone_is_fine(
        self, call: Handlers, till: Till, booking: Booking
    ) -> None:
        till.cancel(booking)
        records = till.stream.read()
        for record in records:
            record["dynamodb"]["Keys"]["pk"]["S"] = "BOOKING#bkg_" + "z" * 26

        assert call.job("followUpPayments", {"Records": records}) == {"batchItemFailures": []}


class TestACancelledBooking:
    def test_takes_no_payment_any_more(self, till: Till, stripe: FakeStripe, table: Table) -> None:
        booking = stored(table)
        till.open(booking)
        till.cancel(booking)

        till.follow_up()

        (intent,) = stripe.everything("payment_intents")
        assert intent["status"] == "canceled"
        assert [each["status"] for each in till.account(booking)["payments"]] == ["canceled"]

    def test_nor_one_that_stripe_has_made_and_we_have_not_heard_of(
        self, till: Till, stripe: FakeStripe, table: Table
    ) -> None:
        booking = stored(table)
        stripe.faults.next("lose_answer", times=9)
        till.open(booking)
        stripe.faults.clear()
        till.cancel(booking)

        assert till.follow_up() == []

        assert [each["status"] for each in stripe.everything("payment_intents")] == ["canceled"]

    def test_that_was_paid_at_that_moment_gives_it_all_back(
        self, till: Till, stripe: FakeStripe, table: Table
    ) -> None:
        booking = stored(table)
        till.pay(booking)
        till.cancel(booking)

        till.follow_up()

        assert refunds(stripe) == [DEPOSIT]
        assert till.account(booking)["payment_status"] == "refunded"
        till.check(booking)

    def test_waits_for_a_payment_at_the_bank(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table
    ) -> None:
        booking = stored(table)
        intent = till.pay(booking, card=BANK)
        till.cancel(booking)
        assert till.follow_up() == []

        stripe.settle(intent)
        call.deliver()
        till.follow_up()

        assert refunds(stripe) == [DEPOSIT]
        till.check(booking)

    def test_that_lives_again_keeps_its_payments(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, table: Table
    ) -> None:
        # Given a booking that lapsed, and came back by a late payment before the stream was read
        booking = stored(table)
        now.set(booking.payment_due_at + timedelta(hours=1))
        call.job("releaseUnpaidBookings")
        records = till.stream.read()
        ours = {"booking_id": booking.id, "payment_type": "deposit", "attempt": "1"}
        stripe.pay(intent_of_others(stripe, DEPOSIT, **ours))
        call.deliver()
        intent = opened(call, till.now_of(booking), "balance")

        answer = call.job("followUpPayments", {"Records": records})

        assert answer == {"batchItemFailures": []}
        statuses = {each["id"]: each["status"] for each in stripe.everything("payment_intents")}
        assert statuses[intent] == "requires_payment_method"
        assert till.now_of(booking).status is Status.CONFIRMED
        assert refunds(stripe) == []


class TestADispute:
    @pytest.mark.parametrize("is_known", [True, False])
    def test_makes_a_refund_wait(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, is_known: bool
    ) -> None:
        # Given a refund that is promised just before the customer's bank takes the money itself
        till.cancel(booking)
        dispute = stripe.dispute(next(iter(booking.payments)))
        if is_known:
            call.deliver()

        assert till.follow_up() == []
        assert refunds(stripe) == []
        assert till.account(booking)["balance"]["refund_owed"] == REFUND

        # When it is decided for us, what was promised is sent; against us, nothing is left to send
        stripe.close_dispute(dispute["id"], won=True)
        call.deliver()
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == [REFUND]
        till.check(booking)

    def test_that_is_lost_has_given_the_money_back(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        till.cancel(booking)
        dispute = stripe.dispute(next(iter(booking.payments)))
        till.follow_up()
        stripe.close_dispute(dispute["id"], won=False)
        call.deliver()

        call.job("reconcilePayments", {"scope": "recent"})

        assert refunds(stripe) == []
        balance = till.account(booking)["balance"]
        assert (balance["lost"], balance["refund_owed"]) == (DEPOSIT, 0)
        till.check(booking)


class TestARefundThatFails:
    def test_stays_owed_raises_an_alarm_and_is_tried_again_after_a_day(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a refund that the bank sends back
        booking = paid(call, card=REFUND_FAILS)
        till.cancel(booking)
        till.follow_up()
        call.deliver()
        stripe.settle_refund(stripe.everything("refunds")[0]["id"], "failed")
        output()
        call.deliver()
        till.follow_up()
        assert told(output(), "RefundsFailed") == [1]
        assert till.account(booking)["balance"]["refund_owed"] == REFUND

        # Then it is not tried again at once
        now.set(now.at + timedelta(hours=23, minutes=59))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == []

        # But a day later
        now.set(now.at + timedelta(minutes=2))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == [REFUND]
        assert len(stripe.everything("refunds")) == 2
        till.check(booking)

    def test_because_stripe_refuses_it_does_so_too(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        now: Clock,
        output: Output,
        booking: Booking,
    ) -> None:
        till.cancel(booking)
        refused = RefundRefusedError("charge_not_refundable")
        with patch.object(StripeProvider, "send_refund", side_effect=refused):
            assert till.follow_up() == []
        till.follow_up()

        assert told(output(), "RefundsFailed") == [1]
        assert ("refund_refused", REFUND) in till.ledger(booking)
        assert till.account(booking)["balance"]["refund_owed"] == REFUND
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == []

        now.set(now.at + timedelta(hours=24))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == [REFUND]
        till.check(booking)

    def test_is_settled_by_hand_in_the_dashboard(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock
    ) -> None:
        booking = paid(call, card=REFUND_FAILS)
        till.cancel(booking)
        till.follow_up()
        stripe.settle_refund(stripe.everything("refunds")[0]["id"], "failed")
        call.deliver()
        stripe.refund(next(iter(booking.payments)), REFUND)

        call.deliver()

        now.set(now.at + timedelta(hours=48))
        call.job("reconcilePayments", {"scope": "recent"})
        assert till.account(booking)["balance"]["refund_owed"] == 0
        assert refunds(stripe) == [REFUND]
        till.check(booking)


class TestAStripeThatFails:
    @pytest.mark.parametrize(
        "kind", ["reset", "timeout", "lose_answer", "error_429", "error_500", "error_500_after"]
    )
    @pytest.mark.parametrize("path", ["/v1/refunds", "/v1/payment_intents/"])
    def test_is_asked_again_to_one_refund(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        booking: Booking,
        now: Clock,
        kind: Any,
        path: str,
    ) -> None:
        till.cancel(booking)
        stripe.faults.next(kind, path_prefix=path, times=2)
        till.follow_up()
        stripe.faults.clear()

        assert till.follow_up() == []
        now.set(now.at + timedelta(minutes=15))
        call.job("reconcilePayments", {"scope": "recent"})

        assert refunds(stripe) == [REFUND]
        assert till.account(booking)["balance"]["refunded"] == REFUND
        till.check(booking)

    def test_a_refund_that_stripe_made_before_it_failed_is_not_noted_as_refused(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        till.cancel(booking)
        stripe.faults.next("error_500_after", path_prefix="/v1/refunds", times=2)

        assert till.follow_up() == []

        assert refunds(stripe) == [REFUND]
        assert till.ledger(booking) == [
            ("captured", DEPOSIT),
            ("refund_owed", REFUND),
            ("refund_sent", REFUND),
            ("refunded", REFUND),
        ]

    def test_by_itself_is_left_alone_for_a_quarter_of_an_hour(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, now: Clock
    ) -> None:
        """Whoever answers 500 may still be at it, and make one more of a second try."""
        till.cancel(booking)
        stripe.faults.next("error_500", path_prefix="/v1/refunds", times=2)
        till.follow_up()

        now.set(now.at + timedelta(minutes=14))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == []

        now.set(now.at + timedelta(minutes=1))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == [REFUND]
        till.check(booking)

    @pytest.mark.parametrize("kind", ["reset", "error_429"])
    def test_all_the_time_loses_no_promise(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, kind: Any
    ) -> None:
        till.cancel(booking)
        stripe.faults.next(kind, path_prefix="/v1/refunds", times=99)
        for _ in range(4):
            assert till.follow_up()
        assert till.account(booking)["balance"]["refund_owed"] == REFUND

        # When Lambda has given the record up, the job that runs by the clock finds the promise
        stripe.faults.clear()
        call.job("reconcilePayments", {"scope": "recent"})

        assert refunds(stripe) == [REFUND]
        till.check(booking)

    def test_raises_no_alarm_of_a_refund(
        self, till: Till, stripe: FakeStripe, booking: Booking, output: Output
    ) -> None:
        till.cancel(booking)
        stripe.faults.next("error_500", path_prefix="/v1/refunds", times=2)

        till.follow_up()
        till.follow_up()

        assert ("refund_refused", REFUND) in till.ledger(booking)
        assert told(output(), "RefundsFailed") == []


def test_an_error_that_nobody_could_look_into_is_no_refusal(
    call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, now: Clock
) -> None:
    # Given a refund that Stripe made before it failed, and then did not show
    till.cancel(booking)
    real, looks = StripeProvider.snapshot, iter([True])

    def look(provider: StripeProvider, payment: str) -> Any:
        if not next(looks, False):
            raise PaymentProviderUnavailable
        return real(provider, payment)

    stripe.faults.next("error_500_after", path_prefix="/v1/refunds", times=2)
    with patch.object(StripeProvider, "snapshot", look):
        assert till.follow_up()
    assert "refund_refused" not in dict(till.ledger(booking))
    stripe.faults.clear()

    till.follow_up()

    assert refunds(stripe) == [REFUND]
    assert till.account(booking)["balance"]["refunded"] == REFUND
    till.check(booking)


def test_a_change_while_a_payment_is_closed_is_followed_too(
    call: Handlers, till: Till, table: Table
) -> None:
    # Given a booking that becomes cheaper than its open payment, and again while that is closed
    booking = stored(table)
    till.open(booking, "full")
    close = open_payments.close_excess
    changes = [{"guests": 11}, {"guests": 10}]

    def change_meanwhile(*arguments: Any) -> open_payments.ClosingResult:
        closing = close(*arguments)
        if changes:
            call("updateBooking", changes.pop(), booking_id=booking.id)
        return closing

    call("updateBooking", changes.pop(0), booking_id=booking.id)

    # When the stream's first record is handled
    with patch.object(open_payments, "close_excess", change_meanwhile):
        assert till.follow_up() == []

    # Then the second change is still marked, until it is followed
    assert [each.booking_id for each in closing_marks.pending(table)] == [booking.id]
    till.follow_up()
    assert list(closing_marks.pending(table)) == []


def test_an_alarm_outlives_whoever_comes_upon_its_cause(
    call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, output: Output
) -> None:
    # Given a dispute, of which the webhook stops as soon as it has written it down
    stripe.dispute(next(iter(booking.payments)))
    with patch.object(payments, "note", side_effect=OSError):
        assert {answer.status for answer in call.deliver()} == {500}
    assert ("dispute_opened", DEPOSIT) in till.ledger(booking)
    assert told(output(), "DisputesOpened") == []

    till.follow_up()

    text = output()
    assert told(text, "DisputesOpened") == [1]
    assert booking.id in text


def test_who_settled_it_stands_in_the_audit_trail(
    call: Handlers, till: Till, booking: Booking
) -> None:
    till.cancel(booking)
    till.follow_up()

    trail = call("listBookingEvents", booking_id=booking.id, by=ADMIN).body["items"]

    assert trail[-1]["type"] == "payment"
    assert trail[-1]["actor"] == {"id": "followUpPayments", "role": "system"}
    assert trail[-1]["request_id"]
