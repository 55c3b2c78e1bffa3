"""Reconciliation by events: a run handles those that no webhook delivered."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import batched
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.builders import caller, days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values, counted
from tests.functions.given import stored_booking
from tests.functions.handlers import Handlers
from tests.functions.jobs.reconciliation import DEPOSIT, JOB, MINUTE, full, lose_webhooks, recent
from tests.functions.payment_steps import DECLINED, PaymentSteps, open_payment
from tests.functions.stripe import create_foreign_intent
from tests.sizes import SIZES

from teppan.domain.alarm import Alarm
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.caller import Role
from teppan.services.payments.missed_events import events_since_last_run, receive_missed_event
from teppan.store import alarms, jobs, keys
from teppan.store.attributes import to_attributes
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES
from teppan.store.table import Table
from teppan.trigger import TriggerFailedError
from teppan_payments.client import Stripe
from teppan_payments.stripe_provider import StripeProvider


@pytest.fixture
def booking(table: Table) -> Booking:
    """A pending booking that nobody has paid."""
    return stored_booking(table)


def store_as_handled(dynamodb: BaseClient, table_name: str, deliveries: Iterable[Delivery]) -> None:
    """Store the events in the inbox as if they had been delivered, by a few writes."""
    puts = []
    for delivery in deliveries:
        pk, sk = keys.webhook("stripe", delivery.event["id"])
        item = {"pk": pk, "sk": sk, "status": "handled", "attempts": 1}
        puts.append({"PutRequest": {"Item": to_attributes(item)}})
    for chunk in batched(puts, 25, strict=False):
        dynamodb.batch_write_item(RequestItems={table_name: chunk})


class TestRecentEvents:
    def test_lost_events_are_found(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        output: Output,
        booking: Booking,
    ) -> None:
        steps.pay(booking)
        lose_webhooks(stripe)

        recent(call)

        assert steps.now_of(booking).status is Status.CONFIRMED
        text = output()
        assert counted(text, "WebhooksHandled") == counted(text, "PaymentsCaptured") == 1
        trail = call("listBookingEvents", booking_id=booking.id).body["items"]
        assert trail[-1]["actor"] == {"id": JOB, "role": "system"}
        steps.check(booking)

    def test_events_that_were_found_are_kept_in_the_inbox(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        table: Table,
        booking: Booking,
    ) -> None:
        steps.pay(booking)
        (delivery,) = stripe.outbox.pending()
        recent(call)

        item = table.get(keys.webhook("stripe", delivery.event["id"]))
        assert item and (item["status"], item["attempts"]) == ("handled", 1)

        assert [each.status for each in call.deliver()] == [200]
        assert steps.now_of(booking).version == 2

    def test_delivered_events_have_no_second_effect(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        steps.pay(booking)
        call.deliver()
        before = steps.account(booking)

        for _ in range(3):
            recent(call)

        assert steps.account(booking) == before

    def test_the_windows_of_two_runs_overlap(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table, now: Clock
    ) -> None:
        # Given events that Stripe lists only after the run that should have handled them
        bookings = [stored_booking(table, date=days_ahead(30 + n)) for n in range(2)]
        for each in bookings:
            steps.pay(each)
            lose_webhooks(stripe)
            now.set(now.at + 5 * MINUTE)
        jobs.advance(table, "reconcile_payments", now.at + 7 * MINUTE)

        # When the next run reads events from 15 minutes before the end of the last window
        now.set(now.at + 10 * MINUTE)
        recent(call)

        # Then it finds the later one; the daily comparison finds the earlier one
        statuses = [steps.now_of(each).status for each in bookings]
        assert statuses == [Status.PENDING, Status.CONFIRMED]
        full(call)
        assert steps.now_of(bookings[0]).status is Status.CONFIRMED

    def test_events_from_before_the_first_run_are_found(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, table: Table
    ) -> None:
        booking = stored_booking(table, date=days_ahead(60))
        steps.pay(booking)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(days=29))

        recent(call)

        assert steps.now_of(booking).status is Status.CONFIRMED

    @pytest.mark.parametrize("kind", ["reset", "lose_answer", "error_429", "error_500"])
    def test_an_event_that_fails_does_not_stop_the_others_and_is_tried_again(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        table: Table,
        now: Clock,
        output: Output,
        kind: Any,
    ) -> None:
        # Given three payments whose events were lost; Stripe does not answer about the second
        bookings = [stored_booking(table, date=days_ahead(30 + n)) for n in range(3)]
        intents = [steps.pay(each) for each in bookings]
        lose_webhooks(stripe)
        stripe.faults.fail_next(kind, path_prefix=f"/v1/payment_intents/{intents[1]}", times=99)

        # When
        now.set(now.at + MINUTE)
        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})

        # Then
        assert [steps.now_of(each).status.value for each in bookings] == [
            "confirmed",
            "pending",
            "confirmed",
        ]
        assert counted(output(), "Failures") == 1

        # And it is still found hours later
        stripe.faults.clear()
        now.set(now.at + timedelta(hours=5))
        recent(call)
        assert steps.now_of(bookings[1]).status is Status.CONFIRMED

    @pytest.mark.parametrize("kind", ["reset", "timeout", "error_429", "error_500"])
    def test_events_that_stripe_cannot_list_are_found_by_a_later_run(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        kind: Any,
    ) -> None:
        recent(call)
        steps.pay(booking)
        lose_webhooks(stripe)
        stripe.faults.fail_next(kind, path_prefix="/v1/events", times=9)
        for _ in range(3):
            now.set(now.at + timedelta(hours=1))
            with pytest.raises(TriggerFailedError):
                call.job(JOB, {"scope": "recent"})

        stripe.faults.clear()
        recent(call)

        assert steps.now_of(booking).status is Status.CONFIRMED

    def test_a_payment_that_matches_no_booking_raises_one_alarm(
        self, call: Handlers, stripe: FakeStripe, output: Output
    ) -> None:
        stripe.pay(create_foreign_intent(stripe))
        lose_webhooks(stripe)

        recent(call)
        recent(call)

        assert alarm_values(output(), "PaymentsUnmatched") == [1]

    def test_an_event_that_no_webhook_delivered_within_a_minute_raises_an_alarm(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        now: Clock,
        table: Table,
        output: Output,
    ) -> None:
        # Given a delivered event, a lost one, and one that may still be delivered
        bookings = [stored_booking(table, date=days_ahead(30 + n)) for n in range(3)]
        steps.pay(bookings[0])
        call.deliver()
        steps.pay(bookings[1])
        now.set(now.at + MINUTE)
        steps.pay(bookings[2])
        lose_webhooks(stripe)

        recent(call)
        recent(call)

        assert alarm_values(output(), "WebhooksMissed") == [1]

    def test_delivered_events_that_failed_do_not_count_as_missed(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given an event that was delivered while Stripe did not answer
        booking = stored_booking(call.table)
        steps.pay(booking)
        stripe.faults.fail_next("reset", path_prefix="/v1/payment_intents", times=9)
        assert [each.status for each in call.deliver()] == [503]
        stripe.faults.clear()
        now.set(now.at + 5 * MINUTE)

        recent(call)

        assert steps.now_of(booking).status is Status.CONFIRMED
        assert alarm_values(output(), "WebhooksMissed") == []

    def test_each_interrupted_run_handles_some_more_events(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table, now: Clock
    ) -> None:
        # Given more lost events than one run has time for
        bookings = [stored_booking(table, by_staff=True, date=days_ahead(30 + n)) for n in range(6)]
        for each in bookings:
            steps.pay(each)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(hours=1))
        job = replace(caller(at=now.at), role=Role.SYSTEM)

        def run() -> int:
            seen_payments: set[str] = set()
            with patch.object(call.provider, "snapshot", wraps=call.provider.snapshot) as snapshot:
                for event in events_since_last_run(table, call.provider, now.at):
                    if snapshot.call_count < 2:
                        receive_missed_event(table, call.provider, event, job, seen_payments)
            return sum(steps.now_of(each).status is Status.CONFIRMED for each in bookings)

        assert [run() for _ in range(3)] == [2, 4, 6]

    def test_an_event_handled_before_its_payment_was_visible_is_handled_again(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        # Given an event that was handled before Stripe showed its payment
        intent = steps.pay(booking)
        with patch.object(StripeProvider, "snapshot", return_value=None):
            call.deliver()
        assert steps.ledger(booking) == []

        recent(call)

        assert steps.ledger(booking) == [("captured", DEPOSIT)]
        assert intent in steps.now_of(booking).payments

    def test_an_event_handled_too_early_is_handled_again_until_the_overlap_ends(
        self, call: Handlers, steps: PaymentSteps, now: Clock, booking: Booking
    ) -> None:
        # Given an event that was handled before Stripe showed its payment, and a run at that moment
        steps.pay(booking)
        with patch.object(StripeProvider, "snapshot", return_value=None):
            call.deliver()
            recent(call)

        # When the next run begins at the end of the overlap of 15 minutes
        now.set(now.at + 15 * MINUTE)
        recent(call)

        # Then it reads the payment again
        assert steps.ledger(booking) == [("captured", DEPOSIT)]

    def test_an_event_handled_too_early_is_handled_again_after_older_ones(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        # Given a card that was declined an hour before another paid, and an event handled too early
        intent = open_payment(call, booking)
        stripe.pay(intent, DECLINED)
        call.deliver()
        now.set(now.at + timedelta(hours=1))
        stripe.pay(intent)
        with patch.object(StripeProvider, "snapshot", return_value=None):
            call.deliver()

        recent(call)

        assert steps.ledger(booking) == [("captured", DEPOSIT)]

    def test_an_event_that_can_never_be_applied_holds_the_window_for_five_runs(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        table: Table,
        now: Clock,
        output: Output,
    ) -> None:
        # Given a lost event of a payment that we cannot read, and a later one
        bookings = [stored_booking(table, date=days_ahead(30 + n)) for n in range(2)]
        intents = [steps.pay(each) for each in bookings]
        lose_webhooks(stripe)
        stripe.account.payment_intents[intents[0]]["status"] = "paused"
        began = now.at

        # When the job runs every five minutes
        for _ in range(4):
            now.set(now.at + 5 * MINUTE)
            with pytest.raises(TriggerFailedError):
                call.job(JOB, {"scope": "recent"})
            assert jobs.covered_until(table, "reconcile_payments") == began
        now.set(now.at + 5 * MINUTE)
        recent(call)

        # Then the other is handled at once, the window has advanced, and there is one alarm
        assert steps.now_of(bookings[1]).status is Status.CONFIRMED
        assert jobs.covered_until(table, "reconcile_payments") == now.at
        recent(call)
        assert alarm_values(output(), Alarm.EVENTS_FAILED) == [1]
        assert list(alarms.pending(table, now.at)) == []

    def test_an_unreadable_event_does_not_stop_the_others(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        booking: Booking,
        table: Table,
    ) -> None:
        steps.pay(booking)
        lose_webhooks(stripe)
        event = stripe.all_objects("events")[0]
        all_of = Stripe.all_of
        malformed = event | {"id": "evt_odd", "type": "refund.failed", "data": {"object": None}}

        with patch.object(Stripe, "all_of", lambda *arguments: [malformed, *all_of(*arguments)]):
            recent(call)

        assert steps.now_of(booking).status is Status.CONFIRMED
        item = table.get(keys.webhook("stripe", "evt_odd"))
        assert item and (item["status"], item["error"]) == ("failed", "unreadable")

    def test_malformed_events_do_not_stop_the_others(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        booking: Booking,
        output: Output,
    ) -> None:
        steps.pay(booking)
        lose_webhooks(stripe)
        all_of = Stripe.all_of
        malformed: list[Any] = [{"id": "evt_odd", "type": "payment_intent.succeeded"}]

        with patch.object(
            Stripe, "all_of", lambda *arguments: malformed + all_of(*arguments) + malformed
        ):
            recent(call)

        assert steps.now_of(booking).status is Status.CONFIRMED
        assert output().count("evt_odd") == 2

    def test_all_pages_of_stripes_events_are_read(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        dynamodb: BaseClient,
        table_name: str,
        booking: Booking,
    ) -> None:
        # Given more events than one page of Stripe's, of which only the oldest one was lost
        steps.pay(booking)
        lose_webhooks(stripe)
        declined_intent = open_payment(call, stored_booking(call.table, date=days_ahead(30)))
        for _ in range(101):
            stripe.pay(declined_intent, DECLINED)
        store_as_handled(dynamodb, table_name, stripe.outbox.pending(include_later=True))
        lose_webhooks(stripe)

        recent(call)

        assert steps.now_of(booking).status is Status.CONFIRMED

    def test_many_refunds_of_one_payment_are_all_entered(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given more refunds in the dashboard than one transaction enters
        assert 2 * SIZES.dashboard_refunds > MAX_STEP_ENTRIES
        intent = steps.pay(booking)
        for _ in range(SIZES.dashboard_refunds):
            stripe.refund(intent, 1)
        lose_webhooks(stripe)

        recent(call)

        assert steps.account(booking)["balance"]["refunded"] == SIZES.dashboard_refunds
        steps.check(booking)
