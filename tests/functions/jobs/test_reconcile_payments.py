"""What got lost on its way is found: every few minutes by events, every day to the cent."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import caller, days_ahead, ledger_entry
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import counted, told
from tests.functions.given import Snapshot, stored
from tests.functions.handlers import Handlers
from tests.functions.money import DECLINED, REFUND_FAILS, REFUND_PENDS, Till, opened, paid
from tests.functions.secrets_manager import rotate
from tests.functions.stripe import API_KEY, intent_of_others

from teppan import secret
from teppan.domain.alarm import Alarm
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.caller import Role
from teppan.domain.errors import StorageUnavailable
from teppan.domain.ledger import EntryKind
from teppan.services.payments.missed_events import receive_again, unseen_events
from teppan.store import alarms, jobs, keys
from teppan.store.table import Table, Update
from teppan.trigger import TriggerFailedError
from teppan_payments.client import Stripe
from teppan_payments.stripe_provider import StripeProvider

JOB = "reconcilePayments"
DEPOSIT = 10_000
MINUTE = timedelta(minutes=1)


@pytest.fixture
def booking(table: Table) -> Booking:
    return stored(table)


def recent(call: Handlers) -> None:
    assert call.job(JOB, {"scope": "recent"}) is None


def full(call: Handlers) -> None:
    assert call.job(JOB, {"scope": "full"}) is None


def store(api_key: str, *values: str) -> None:
    """Put the values into the secret one after the other, and be an instance that has read none."""
    for value in values:
        rotate(api_key, value)
    secret._cache.clear()
    secret._reread_at.clear()


def lose_webhooks(stripe: FakeStripe) -> None:
    """Let Stripe tell nobody of what has happened so far."""
    for delivery in stripe.outbox.pending(all_of_them=True):
        stripe.outbox.drop(delivery)


class TestBeforeAKeyIsStored:
    """A new stage has random values for its Stripe secrets: its jobs do not fail for that."""

    @pytest.mark.parametrize("scope", ["recent", "full"])
    def test_a_run_is_no_failure_and_says_so_once(
        self, call: Handlers, output: Output, api_key: str, scope: str
    ) -> None:
        store(api_key, "x7Kq", "x7Kr")

        assert call.job(JOB, {"scope": scope}) is None

        text = output()
        assert text.count('"payments are not configured"') == 1
        assert counted(text, "PaymentsNotConfigured") == 1
        assert counted(text, "Failures") == 0
        assert told(text, "PaymentsNotConfigured") == []

    def test_the_stream_and_the_release_of_slots_do_not_fail_either(
        self,
        call: Handlers,
        till: Till,
        output: Output,
        now: Clock,
        table: Table,
        api_key: str,
    ) -> None:
        # Given payments that were begun in vain, of which one booking is cancelled, one overdue
        store(api_key, "x7Kq", "x7Kr")
        bookings = [stored(table, date=days_ahead(30 + n)) for n in range(2)]
        for each in bookings:
            assert till.open(each).problem == (502, "payment_provider_failed")
        till.cancel(bookings[0])
        now.set(now.at + timedelta(days=2))
        output()

        assert till.follow_up() == []
        call.job("releaseUnpaidBookings")

        assert counted(output(), "Failures") == 0
        assert till.now_of(bookings[1]).status is Status.CANCELLED

    def test_what_it_has_missed_is_seen_once_there_is_a_key(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, api_key: str
    ) -> None:
        till.pay(booking)
        lose_webhooks(stripe)
        store(api_key, "x7Kq", "x7Kr")
        recent(call)

        store(api_key, API_KEY)
        recent(call)

        assert till.now_of(booking).status is Status.CONFIRMED

    def test_a_key_that_stripe_refuses_is_a_failure(
        self, call: Handlers, stripe: FakeStripe
    ) -> None:
        stripe.api_keys.clear()

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})


class TestRecentEvents:
    def test_that_were_lost_are_found(
        self, call: Handlers, till: Till, stripe: FakeStripe, output: Output, booking: Booking
    ) -> None:
        till.pay(booking)
        lose_webhooks(stripe)

        recent(call)

        assert till.now_of(booking).status is Status.CONFIRMED
        text = output()
        assert counted(text, "WebhooksHandled") == counted(text, "PaymentsCaptured") == 1
        trail = call("listBookingEvents", booking_id=booking.id).body["items"]
        assert trail[-1]["actor"] == {"id": JOB, "role": "system"}
        till.check(booking)

    def test_are_kept_in_the_inbox_as_if_they_had_come(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, booking: Booking
    ) -> None:
        till.pay(booking)
        (delivery,) = stripe.outbox.pending()
        recent(call)

        item = table.get(keys.webhook("stripe", delivery.event["id"]))
        assert item and (item["status"], item["attempts"]) == ("handled", 1)

        assert [each.status for each in call.deliver()] == [200]
        assert till.now_of(booking).version == 2

    def test_that_came_have_no_second_effect(
        self, call: Handlers, till: Till, booking: Booking
    ) -> None:
        till.pay(booking)
        call.deliver()
        before = till.account(booking)

        for _ in range(3):
            recent(call)

        assert till.account(booking) == before

    def test_are_looked_for_by_windows_that_overlap(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, now: Clock
    ) -> None:
        # Given events that Stripe shows only after a run that should have seen them
        bookings = [stored(table, date=days_ahead(30 + n)) for n in range(2)]
        for each in bookings:
            till.pay(each)
            lose_webhooks(stripe)
            now.set(now.at + 5 * MINUTE)
        jobs.advance(table, "reconcile_payments", now.at + 7 * MINUTE)

        # When the next run looks back a quarter of an hour from there
        now.set(now.at + 10 * MINUTE)
        recent(call)

        # Then it sees the one, and not the one before it, which the daily compare finds
        statuses = [till.now_of(each).status for each in bookings]
        assert statuses == [Status.PENDING, Status.CONFIRMED]
        full(call)
        assert till.now_of(bookings[0]).status is Status.CONFIRMED

    def test_from_before_the_first_run_are_found(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, table: Table
    ) -> None:
        booking = stored(table, date=days_ahead(60))
        till.pay(booking)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(days=29))

        recent(call)

        assert till.now_of(booking).status is Status.CONFIRMED

    @pytest.mark.parametrize("kind", ["reset", "lose_answer", "error_429", "error_500"])
    def test_one_that_fails_does_not_stop_the_others_and_is_seen_again(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        table: Table,
        now: Clock,
        output: Output,
        kind: Any,
    ) -> None:
        # Given three payments whose news was lost, of which Stripe does not speak of the second
        bookings = [stored(table, date=days_ahead(30 + n)) for n in range(3)]
        intents = [till.pay(each) for each in bookings]
        lose_webhooks(stripe)
        stripe.faults.next(kind, path_prefix=f"/v1/payment_intents/{intents[1]}", times=99)

        # When
        now.set(now.at + MINUTE)
        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})

        # Then
        assert [till.now_of(each).status.value for each in bookings] == [
            "confirmed",
            "pending",
            "confirmed",
        ]
        assert counted(output(), "Failures") == 1

        # And though hours go by it is not forgotten
        stripe.faults.clear()
        now.set(now.at + timedelta(hours=5))
        recent(call)
        assert till.now_of(bookings[1]).status is Status.CONFIRMED

    @pytest.mark.parametrize("kind", ["reset", "timeout", "error_429", "error_500"])
    def test_that_stripe_does_not_tell_are_asked_for_again(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        kind: Any,
    ) -> None:
        recent(call)
        till.pay(booking)
        lose_webhooks(stripe)
        stripe.faults.next(kind, path_prefix="/v1/events", times=9)
        for _ in range(3):
            now.set(now.at + timedelta(hours=1))
            with pytest.raises(TriggerFailedError):
                call.job(JOB, {"scope": "recent"})

        stripe.faults.clear()
        recent(call)

        assert till.now_of(booking).status is Status.CONFIRMED

    def test_of_others_are_told_once(
        self, call: Handlers, stripe: FakeStripe, output: Output
    ) -> None:
        stripe.pay(intent_of_others(stripe))
        lose_webhooks(stripe)

        recent(call)
        recent(call)

        assert told(output(), "PaymentsUnmatched") == [1]

    def test_that_no_webhook_brought_in_a_minute_raise_an_alarm(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        now: Clock,
        table: Table,
        output: Output,
    ) -> None:
        # Given an event that came, one that was lost, and one that may yet come
        bookings = [stored(table, date=days_ahead(30 + n)) for n in range(3)]
        till.pay(bookings[0])
        call.deliver()
        till.pay(bookings[1])
        now.set(now.at + MINUTE)
        till.pay(bookings[2])
        lose_webhooks(stripe)

        recent(call)
        recent(call)

        assert told(output(), "WebhooksMissed") == [1]

    def test_that_came_and_failed_are_not_missed(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given an event that came while Stripe did not answer
        booking = stored(call.table)
        till.pay(booking)
        stripe.faults.next("reset", path_prefix="/v1/payment_intents", times=9)
        assert [each.status for each in call.deliver()] == [503]
        stripe.faults.clear()
        now.set(now.at + 5 * MINUTE)

        recent(call)

        assert till.now_of(booking).status is Status.CONFIRMED
        assert told(output(), "WebhooksMissed") == []

    def test_get_further_with_each_run_that_is_cut_short(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, now: Clock
    ) -> None:
        # Given more lost payments than one run has time for
        bookings = [stored(table, by_staff=True, date=days_ahead(30 + n)) for n in range(6)]
        for each in bookings:
            till.pay(each)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(hours=1))
        job = replace(caller(at=now.at), role=Role.SYSTEM)

        def run() -> int:
            looked_at: set[str] = set()
            with patch.object(call.provider, "snapshot", wraps=call.provider.snapshot) as look:
                for event in unseen_events(table, call.provider, now.at):
                    if look.call_count < 2:
                        receive_again(table, call.provider, event, job, looked_at)
            return sum(till.now_of(each).status is Status.CONFIRMED for each in bookings)

        assert [run() for _ in range(3)] == [2, 4, 6]

    def test_that_came_too_early_are_looked_at_again(
        self, call: Handlers, till: Till, booking: Booking
    ) -> None:
        # Given an event that was handled when Stripe had not told the payment to all its machines
        intent = till.pay(booking)
        with patch.object(StripeProvider, "snapshot", return_value=None):
            call.deliver()
        assert till.ledger(booking) == []

        recent(call)

        assert till.ledger(booking) == [("captured", DEPOSIT)]
        assert intent in till.now_of(booking).payments

    def test_an_event_that_came_too_early_is_looked_at_again_until_the_overlap_ends(
        self, call: Handlers, till: Till, now: Clock, booking: Booking
    ) -> None:
        # Given an event that was handled before Stripe told of the payment, and a run right then
        till.pay(booking)
        with patch.object(StripeProvider, "snapshot", return_value=None):
            call.deliver()
            recent(call)

        # When the next run comes at the end of the overlap of a quarter of an hour
        now.set(now.at + 15 * MINUTE)
        recent(call)

        # Then it asks Stripe again
        assert till.ledger(booking) == [("captured", DEPOSIT)]

    def test_that_came_too_early_are_looked_at_again_after_older_ones_of_their_payment(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        # Given a card that was declined an hour before another one paid, too early for our look
        intent = opened(call, booking)
        stripe.pay(intent, DECLINED)
        call.deliver()
        now.set(now.at + timedelta(hours=1))
        stripe.pay(intent)
        with patch.object(StripeProvider, "snapshot", return_value=None):
            call.deliver()

        recent(call)

        assert till.ledger(booking) == [("captured", DEPOSIT)]

    def test_one_that_can_never_be_applied_holds_the_window_for_five_runs_and_no_longer(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        table: Table,
        now: Clock,
        output: Output,
    ) -> None:
        # Given a lost event of a payment that we can not read, and one after it
        bookings = [stored(table, date=days_ahead(30 + n)) for n in range(2)]
        intents = [till.pay(each) for each in bookings]
        lose_webhooks(stripe)
        stripe.account.payment_intents[intents[0]]["status"] = "paused"
        began = now.at

        # When the job runs every five minutes
        for _ in range(4):
            now.set(now.at + 5 * MINUTE)
            with pytest.raises(TriggerFailedError):
                call.job(JOB, {"scope": "recent"})
            assert jobs.through(table, "reconcile_payments") == began
        now.set(now.at + 5 * MINUTE)
        recent(call)

        # Then the other was seen at once, the window has moved on, and somebody was told once
        assert till.now_of(bookings[1]).status is Status.CONFIRMED
        assert jobs.through(table, "reconcile_payments") == now.at
        recent(call)
        assert told(output(), Alarm.EVENTS_FAILED) == [1]
        assert list(alarms.pending(table, now.at)) == []

    def test_an_unreadable_one_holds_nothing_up_at_all(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, table: Table
    ) -> None:
        till.pay(booking)
        lose_webhooks(stripe)
        event = stripe.everything("events")[0]
        real = Stripe.all_of
        odd = event | {"id": "evt_odd", "type": "refund.failed", "data": {"object": None}}

        with patch.object(Stripe, "all_of", lambda *asked: [odd, *real(*asked)]):
            recent(call)

        assert till.now_of(booking).status is Status.CONFIRMED
        item = table.get(keys.webhook("stripe", "evt_odd"))
        assert item and (item["status"], item["error"]) == ("failed", "unreadable")

    def test_that_are_odd_do_not_hold_up_the_others(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, output: Output
    ) -> None:
        till.pay(booking)
        lose_webhooks(stripe)
        real = Stripe.all_of
        odd: list[Any] = [{"id": "evt_odd", "type": "payment_intent.succeeded"}]

        with patch.object(Stripe, "all_of", lambda *asked: odd + real(*asked) + odd):
            recent(call)

        assert till.now_of(booking).status is Status.CONFIRMED
        assert output().count("evt_odd") == 2

    def test_are_read_page_by_page(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given more events than Stripe tells at once, and the one that counts is the first
        till.pay(booking)
        hopeless = opened(call, stored(call.table, date=days_ahead(30)))
        for _ in range(101):
            stripe.pay(hopeless, DECLINED)
        lose_webhooks(stripe)

        recent(call)

        assert till.now_of(booking).status is Status.CONFIRMED

    def test_of_one_payment_may_be_many(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given more refunds in the dashboard than one transaction has room for
        intent = till.pay(booking)
        for _ in range(60):
            stripe.refund(intent, 1)
        lose_webhooks(stripe)

        recent(call)

        assert till.account(booking)["balance"]["refunded"] == 60
        till.check(booking)


class TestRefundsUnderWay:
    def test_that_no_stream_told_of_are_sent(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        booking = paid(call)
        till.cancel(booking)

        recent(call)

        assert [each["amount"] for each in stripe.everything("refunds")] == [9_700]
        till.check(booking)

    def test_that_have_arrived_unheard_of_are_noted(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock
    ) -> None:
        booking = paid(call, card=REFUND_PENDS)
        till.cancel(booking)
        till.follow_up()
        recent(call)
        stripe.settle_refund(stripe.everything("refunds")[0]["id"], "succeeded")
        lose_webhooks(stripe)
        now.set(now.at + timedelta(days=31))  # Stripe has forgotten the event by then

        recent(call)

        assert till.account(booking)["payment_status"] == "partially_refunded"
        till.check(booking)

    def test_one_that_fails_does_not_stop_the_others(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table
    ) -> None:
        bookings = [paid(call, stored(table, date=days_ahead(30 + n))) for n in range(3)]
        for each in bookings:
            till.cancel(each)
        payment = next(iter(bookings[1].payments))
        stripe.faults.next("reset", path_prefix=f"/v1/payment_intents/{payment}", times=99)

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})

        assert len(stripe.everything("refunds")) == 2
        stripe.faults.clear()
        recent(call)
        assert len(stripe.everything("refunds")) == 3
        till.check(*bookings)

    def test_a_refund_that_can_not_be_sent_fails_the_run_and_is_sent_by_the_next(
        self, call: Handlers, till: Till, stripe: FakeStripe, output: Output
    ) -> None:
        # Given a refund that is owed, and a Stripe that answers everything but refunds
        booking = paid(call)
        till.cancel(booking)
        stripe.faults.next("reset", path_prefix="/v1/refunds", times=99)

        # When the job runs
        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})

        # Then the failure is counted, and the next run sends the refund
        assert counted(output(), "Failures") == 1
        stripe.faults.clear()
        recent(call)
        assert [each["amount"] for each in stripe.everything("refunds")] == [9_700]
        till.check(booking)

    def test_a_refund_that_the_run_settles_is_counted(
        self, call: Handlers, till: Till, output: Output
    ) -> None:
        till.cancel(paid(call))
        output()

        recent(call)

        assert counted(output(), "RefundsSettled") == 1


class TestAlarms:
    def test_that_no_stream_raised_are_raised_once(
        self, call: Handlers, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a dispute, and a stream that is dead
        booking = paid(call)
        stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        output()

        # Then the job leaves it to the stream for five minutes, and then raises it
        recent(call)
        assert told(output(), "DisputesOpened") == []
        now.set(now.at + 5 * MINUTE)
        recent(call)
        assert told(output(), "DisputesOpened") == [1]
        recent(call)
        assert told(output(), "DisputesOpened") == []

    def test_that_the_stream_raised_are_not_raised_again(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        booking = paid(call)
        stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        till.follow_up()
        assert told(output(), "DisputesOpened") == [1]
        now.set(now.at + timedelta(hours=1))

        recent(call)

        assert told(output(), "DisputesOpened") == []

    def test_of_a_newer_version_fail_alone(
        self, call: Handlers, stripe: FakeStripe, now: Clock, table: Table, output: Output
    ) -> None:
        booking = paid(call)
        stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        odd = {"work": keys.ALARMS, "place": "2026-01-01T00:00:00Z#AlarmOfTomorrow#pi_1"}
        table.update(Update(("ODD", "ODD"), "SET gsi4pk = :work, gsi4sk = :place", None, odd))
        now.set(now.at + 5 * MINUTE)

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})

        assert told(output(), "DisputesOpened") == [1]


class TestOutOfTime:
    def test_what_was_not_begun_is_gone_on_with_by_the_next_run(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table
    ) -> None:
        # Given three refunds that no stream told of, and runs with time for one, which fails first
        bookings = [paid(call, stored(table, date=days_ahead(30 + n))) for n in range(3)]
        for each in bookings:
            till.cancel(each)
        first = min(bookings, key=lambda each: each.id)
        path = f"/v1/payment_intents/{next(iter(first.payments))}"
        stripe.faults.next("error_500", path_prefix=path, times=1_000)

        for _ in range(3):
            call_for = iter([900.0] * 4)  # three marks to close, one refund
            with suppress(TriggerFailedError):
                call.job(JOB, {"scope": "recent"}, time_left=partial(next, call_for, 59.0))

        assert len(stripe.everything("refunds")) == 2

    def test_events_that_were_not_begun_are_seen_by_the_next_run(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, table: Table
    ) -> None:
        bookings = [stored(table, date=days_ahead(30 + n)) for n in range(2)]
        for each in bookings:
            till.pay(each)
            lose_webhooks(stripe)
            now.set(now.at + MINUTE)
        call.job(JOB, {"scope": "recent"}, time_left=lambda: 60.0)
        now.set(now.at + timedelta(hours=2))

        recent(call)

        assert {till.now_of(each).status for each in bookings} == {Status.CONFIRMED}

    @pytest.mark.parametrize("reason", ["stripe does not answer", "no time is left"])
    def test_an_event_that_a_run_leaves_is_seen_by_the_next_one_however_old_it_is(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        reason: str,
    ) -> None:
        # Given a lost event that is older than the overlap of the windows of two runs
        intent = till.pay(booking)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(hours=1))

        # When a run does not handle it
        if reason == "no time is left":
            call.job(JOB, {"scope": "recent"}, time_left=lambda: 60.0)
        else:
            path = f"/v1/payment_intents/{intent}"
            stripe.faults.next("reset", path_prefix=path, times=99)
            with pytest.raises(TriggerFailedError):
                call.job(JOB, {"scope": "recent"})
            stripe.faults.clear()
        assert till.now_of(booking) == booking

        # Then the next one does
        now.set(now.at + timedelta(hours=1))
        recent(call)
        assert till.now_of(booking).status is Status.CONFIRMED

    def test_a_list_that_ends_early_keeps_no_other_from_its_turn(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given an index that can not be read, and a payment whose news was lost
        till.pay(booking)
        lose_webhooks(stripe)

        with (
            patch("teppan.store.bookings.queues.unsettled", side_effect=lambda _: broken()),
            pytest.raises(TriggerFailedError),
        ):
            call.job(JOB, {"scope": "recent"})

        assert till.now_of(booking).status is Status.CONFIRMED


def broken() -> Iterator[Any]:
    """Yield nothing and fail, as a page of a Query may."""
    yield from ()
    raise StorageUnavailable


def withdrawn_twice(stripe: FakeStripe, intent: str) -> None:
    stripe.withdraw(stripe.dispute(intent, amount=4_000)["id"], 6_000)


def withdrawn_twice_and_lost(stripe: FakeStripe, intent: str) -> None:
    withdrawn_twice(stripe, intent)
    stripe.close_dispute(stripe.everything("disputes")[0]["id"], won=False)


def closed(won: bool, reinstated: int) -> Callable[[FakeStripe, str], None]:
    def close(stripe: FakeStripe, intent: str) -> None:
        stripe.close_dispute(stripe.dispute(intent)["id"], won=won, reinstated=reinstated)

    return close


def won_and_withdrawn_again(stripe: FakeStripe, intent: str) -> None:
    closed(won=True, reinstated=DEPOSIT)(stripe, intent)
    stripe.withdraw(stripe.everything("disputes")[0]["id"], 2_500)


def lost_and_reversed(stripe: FakeStripe, intent: str) -> None:
    closed(won=False, reinstated=0)(stripe, intent)
    stripe.reinstate(stripe.everything("disputes")[0]["id"], DEPOSIT)


def refunded_by_hand(*amounts: int) -> Callable[[FakeStripe, str], None]:
    def refund(stripe: FakeStripe, intent: str) -> None:
        for amount in amounts:
            stripe.refund(intent, amount)

    return refund


class TestTheFullCompare:
    @pytest.mark.parametrize(
        "happen",
        [
            pytest.param(withdrawn_twice, id="withdrawn twice"),
            pytest.param(withdrawn_twice_and_lost, id="withdrawn twice and lost"),
            pytest.param(closed(won=True, reinstated=6_000), id="won in part"),
            pytest.param(closed(won=False, reinstated=6_000), id="lost, with a part back"),
            pytest.param(closed(won=True, reinstated=0), id="won, and nothing back yet"),
            pytest.param(won_and_withdrawn_again, id="won, then withdrawn again"),
            pytest.param(lost_and_reversed, id="lost, then reversed"),
            pytest.param(refunded_by_hand(5_000, 4_700), id="refunded by hand in two parts"),
            pytest.param(refunded_by_hand(9_000), id="refunded by hand in part"),
            pytest.param(refunded_by_hand(DEPOSIT), id="refunded by hand beyond what is owed"),
        ],
    )
    @pytest.mark.parametrize("cancelled", [True, False])
    def test_ends_at_0_however_stripe_moved_the_money(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        output: Output,
        happen: Callable[[FakeStripe, str], None],
        *,
        cancelled: bool,
    ) -> None:
        # Given a payment (of a cancelled booking, its refund failed) and news that were all lost
        booking = paid(call, card=REFUND_FAILS)
        if cancelled:
            till.cancel(booking)
            till.follow_up()
            call.deliver()
            stripe.settle_refund(stripe.everything("refunds")[0]["id"], "failed")
            call.deliver()
        happen(stripe, next(iter(booking.payments)))
        lose_webhooks(stripe)
        output()

        full(call)

        assert told(output(), "LedgerDifference") == [0]
        till.check(booking)

    def test_of_what_is_right_finds_no_cent(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        # Given payments in every state
        bookings = [paid(call, stored(table, date=days_ahead(30 + n))) for n in range(4)]
        till.cancel(bookings[0])
        till.refund(bookings[1], 100)
        till.follow_up()
        stripe.dispute(next(iter(bookings[2].payments)))
        lost = stripe.dispute(next(iter(bookings[3].payments)))
        stripe.close_dispute(lost["id"], won=False)
        call.deliver()
        output()

        full(call)

        text = output()
        assert told(text, "LedgerDifferenceFound") == told(text, "LedgerDifference") == [0]
        till.check(*bookings)

    def test_of_nothing_at_all_finds_none_either(self, call: Handlers, output: Output) -> None:
        full(call)

        assert told(output(), "LedgerDifference") == [0]

    def test_finds_and_mends_what_differs(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        table: Table,
        output: Output,
        now: Clock,
    ) -> None:
        # Given a payment, a refund in the dashboard and a lost dispute that nobody told us of
        bookings = [stored(table, date=days_ahead(60 + n)) for n in range(3)]
        till.pay(bookings[0])
        stripe.refund(till.pay(bookings[1], "full"), 4_000)
        stripe.close_dispute(stripe.dispute(till.pay(bookings[2]))["id"], won=False)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(days=31))

        full(call)

        text = output()
        assert told(text, "LedgerDifferenceFound") == [DEPOSIT + 71_445 - 4_000]
        assert told(text, "LedgerDifference") == [0]
        assert counted(text, "PaymentsCaptured") == 2
        till.check(*bookings)

    def test_tells_what_it_can_not_mend(
        self, call: Handlers, table: Table, output: Output, snapshot: Snapshot
    ) -> None:
        # Given a ledger that says that it holds what Stripe has never heard of
        stored(table, status=Status.CONFIRMED, captured=DEPOSIT, version=2)
        before = snapshot()

        full(call)

        text = output()
        assert told(text, "LedgerDifferenceFound") == told(text, "LedgerDifference") == [DEPOSIT]
        assert snapshot() == before

    def test_money_that_the_ledger_alone_knows_is_a_difference(
        self, call: Handlers, output: Output
    ) -> None:
        # Given a payment that is in our books, and not in what Stripe's balance tells
        paid(call)
        with patch.object(StripeProvider, "movements", return_value=()):
            full(call)

        assert told(output(), "LedgerDifference") == [DEPOSIT]

    def test_looks_at_payments_in_dispute_whose_end_moved_no_money(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a dispute that was lost; the event could not be applied, and is forgotten by now
        booking = paid(call)
        dispute = stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        stripe.close_dispute(dispute["id"], won=False)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(days=31))

        full(call)

        assert told(output(), "LedgerDifferenceFound") == [0]
        assert till.account(booking)["balance"]["lost"] == DEPOSIT
        assert till.account(booking)["payment_status"] == "awaiting_payment"

    def test_an_entry_that_cannot_be_read_is_a_difference_and_hides_no_other(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        # Given an entry of a newer version, and a payment that nobody told us of
        unreadable = paid(call, stored(table, date=days_ahead(30)))
        lost = stored(table, date=days_ahead(31))
        till.pay(lost)
        lose_webhooks(stripe)
        (intent,) = unreadable.payments
        entry = ledger_entry(EntryKind.CAPTURED, reference=intent, payment=intent)
        odd = {"kind": "captured_by_moonlight"}
        table.update(Update(keys.ledger_entry(unreadable.id, entry), "SET kind = :kind", None, odd))

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "full"})

        text = output()
        assert told(text, "LedgerDifferenceFound") == [2 * DEPOSIT]
        assert told(text, "LedgerDifference") == [DEPOSIT]
        till.check(lost)

    def test_leaves_out_what_is_not_ours(
        self, call: Handlers, stripe: FakeStripe, output: Output
    ) -> None:
        stripe.pay(intent_of_others(stripe))

        full(call)

        assert told(output(), "LedgerDifference") == [0]

    @pytest.mark.parametrize("field", ["captured", "refunded", "refund_owed", "lost"])
    def test_tells_when_a_booking_carries_other_sums_than_its_entries(
        self, call: Handlers, table: Table, output: Output, field: str
    ) -> None:
        # Given a booking whose balance somebody has changed past the ledger
        booking = paid(call)
        payment = next(iter(booking.payments))
        table.update(
            Update(
                keys.booking(booking.id),
                "ADD payments.#payment.#field :cents",
                None,
                {"cents": 17},
                {"#payment": payment, "#field": field},
            )
        )

        full(call)

        text = output()
        assert told(text, "LedgerDifference") == [17]
        assert payment in text

    def test_knows_late_money_of_a_booking_that_was_made_long_ago(
        self, call: Handlers, till: Till, table: Table, now: Clock, output: Output
    ) -> None:
        booking = paid(call, stored(table, date=days_ahead(30)))
        now.set(now.at + timedelta(days=600))
        till.pay(booking, "balance")
        call.deliver()
        output()

        full(call)

        text = output()
        assert told(text, "LedgerDifferenceFound") == told(text, "LedgerDifference") == [0]

    def test_goes_on_when_one_payment_can_not_be_looked_at(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        # Given two payments that nobody told us of, one of which Stripe does not show
        bookings = [stored(table, date=days_ahead(60 + n)) for n in range(2)]
        intents = [till.pay(each) for each in bookings]
        lose_webhooks(stripe)
        stripe.faults.next("error_500", path_prefix=f"/v1/payment_intents/{intents[0]}", times=99)

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "full"})

        text = output()
        assert till.now_of(bookings[1]).status is Status.CONFIRMED
        assert told(text, "LedgerDifference") == [DEPOSIT]
        assert f'"item":"{intents[0]}"' in text
        stripe.faults.clear()
        full(call)
        assert told(output(), "LedgerDifference") == [0]
        till.check(*bookings)

    def test_sees_every_month_and_status(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        bookings = [
            stored(table, by_staff=True, date=days_ahead(days)) for days in (3, 40, 100, 200, 364)
        ]
        for each in bookings:
            till.pay(each)
        lose_webhooks(stripe)

        full(call)

        assert told(output(), "LedgerDifference") == [0]
        assert {till.now_of(each).status for each in bookings} == {Status.CONFIRMED}
        till.check(*bookings)

    @pytest.mark.parametrize("kind", ["reset", "timeout", "error_429", "error_500"])
    def test_that_stripe_does_not_answer_fails_and_tells_no_number(
        self, call: Handlers, stripe: FakeStripe, output: Output, kind: Any
    ) -> None:
        stripe.faults.next(kind, times=9)

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "full"})

        text = output()
        assert told(text, "LedgerDifference") == []
        assert counted(text, "Failures") == 1


@pytest.mark.parametrize("event", [{}, {"scope": "all"}, {"scope": None}])
def test_a_scope_that_is_none_is_a_fault(call: Handlers, event: dict[str, Any]) -> None:
    with pytest.raises(TriggerFailedError):
        call.job(JOB, event)
