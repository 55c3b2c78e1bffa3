"""Events of payments: applied from Stripe's payment snapshot, never from the event itself."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.builders import NOW
from tests.contract.documents import SUBSCRIPTION
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values, counted
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import (
    BANK,
    DECLINED,
    REFUND_FAILS,
    REFUND_PENDS,
    SECURE,
    PaymentSteps,
    open_payment,
)
from tests.functions.payments.stripe_webhook.events import DEPOSIT, about, inbox, send, signed
from tests.functions.stripe import WEBHOOK_SECRET, create_foreign_intent

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.store.table import Table
from teppan_payments.events import HANDLED


class TestForeignEvents:
    """`prod` takes live events only, every other stage test events only (`domain.md §7`)."""

    @pytest.mark.parametrize(
        "changes",
        [{"livemode": True}, {"account": "acct_2"}, {"livemode": True, "type": "customer.created"}],
    )
    def test_an_event_of_another_mode_or_account_is_refused_with_an_alarm_and_not_kept(
        self,
        call: Handlers,
        snapshot: Snapshot,
        output: Output,
        booking: Booking,
        changes: dict[str, Any],
    ) -> None:
        intent = open_payment(call, booking)
        call.stripe.pay(intent)
        before = snapshot()

        answer = send(call, about(intent) | changes)

        assert answer.problem == (400, "event_not_ours")
        assert snapshot() == before
        assert alarm_values(output(), "ForeignPayments") == [1]

    def test_a_test_event_is_refused_in_prod(
        self, call: Handlers, delivery: Delivery, in_stage: Callable[[str], None]
    ) -> None:
        in_stage("prod")

        answer = call.webhook(delivery.body, signed(delivery.body))

        assert answer.problem == (400, "event_not_ours")

    def test_a_live_payment_behind_a_test_event_is_not_applied(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        booking: Booking,
        output: Output,
    ) -> None:
        intent = steps.pay(booking)
        stripe.account.payment_intents[intent]["livemode"] = True

        call.deliver()

        assert steps.ledger(booking) == []
        assert alarm_values(output(), "ForeignPayments") == [1]

    def test_a_thin_event_is_ignored_and_counted(
        self, call: Handlers, table: Table, output: Output
    ) -> None:
        # Given an endpoint that is subscribed to events of Stripe's v2 API by mistake
        call.stripe.outbox.subscribe("https://webhook.invalid/thin", secret=WEBHOOK_SECRET)
        event = call.stripe.send_thin_event("v1.billing.meter.no_meter_found")

        assert [each.status for each in call.deliver()] == [200]

        item = inbox(table, event["id"])
        assert item and (item["status"], item["type"]) == ("ignored", event["type"])
        assert counted(output(), "WebhooksIgnored") == 1


class TestPaymentEvents:
    """An event only names a payment; we apply the snapshot that we read from Stripe."""

    def test_the_subscribed_event_types_are_the_handled_ones(self) -> None:
        subscribed = json.loads(SUBSCRIPTION.read_text(encoding="utf-8"))["enabled_events"]

        assert sorted(subscribed) == sorted(HANDLED)

    def test_every_subscribed_event_type_is_handled(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        # Given bookings that cause every event type that we have subscribed to
        seen: dict[str, set[str]] = {}
        cause_every_event(call, steps, stripe, table)

        # When Stripe delivers the events
        for delivery in stripe.outbox.pending():
            answer = call.webhook(delivery.body, stripe.outbox.sign(delivery))
            item = inbox(table, delivery.event["id"])
            assert answer.status == 200
            assert item
            seen.setdefault(delivery.event["type"], set()).add(item["status"])

        # Then each is matched to its booking
        assert seen == {kind: {"handled"} for kind in HANDLED}
        assert alarm_values(output(), "PaymentsUnmatched") == []

    def test_the_payment_in_an_event_is_not_trusted(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        # Given an event that claims a payment for an unpaid intent
        intent = open_payment(call, booking)
        forged = {"id": intent, "status": "succeeded", "amount_received": 1_000_000}

        assert send(call, about(intent, data={"object": forged})).status == 200

        assert steps.now_of(booking) == booking
        assert steps.ledger(booking) == []

    def test_an_outdated_event_applies_the_current_state_of_the_payment(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given an intent that was declined, then paid before the first delivery
        intent = steps.pay(booking, card=DECLINED)
        stripe.pay(intent)

        call.deliver("payment_intent.payment_failed")

        assert steps.now_of(booking).status is Status.CONFIRMED

    def test_events_may_be_delivered_in_any_order(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        intent = steps.pay(booking)
        stripe.refund(intent, 4_000)
        stripe.close_dispute(stripe.dispute(intent)["id"], won=True)

        for delivery in reversed(stripe.outbox.pending()):
            assert call.webhook(delivery.body, stripe.outbox.sign(delivery)).status == 200

        assert steps.now_of(booking).status is Status.CONFIRMED
        assert steps.account(booking)["balance"]["refunded"] == 4_000
        steps.check(booking)

    @pytest.mark.parametrize(
        ("card", "status"),
        [
            (DECLINED, "requires_payment_method"),
            (SECURE, "requires_action"),
            (BANK, "processing"),
        ],
    )
    def test_an_event_of_an_unpaid_intent_updates_the_attempt(
        self, call: Handlers, steps: PaymentSteps, booking: Booking, card: str, status: str
    ) -> None:
        steps.pay(booking, card=card)
        call.deliver()

        account = steps.account(booking)
        assert [each["status"] for each in account["payments"]] == [status]
        assert (account["booking_status"], account["version"]) == ("pending", 1)

    @pytest.mark.parametrize(
        ("payment_type", "payment_status"), [("deposit", "deposit_paid"), ("full", "paid")]
    )
    def test_an_event_of_a_paid_intent_confirms_the_booking(
        self,
        call: Handlers,
        steps: PaymentSteps,
        booking: Booking,
        payment_type: str,
        payment_status: str,
    ) -> None:
        steps.pay(booking, payment_type)
        call.deliver()

        account = steps.account(booking)
        assert account["booking_status"] == "confirmed"
        assert account["payment_status"] == payment_status
        trail = call("listBookingEvents", booking_id=booking.id).body["items"]
        assert trail[-1]["type"] == "confirmed"
        assert trail[-1]["actor"] == {"id": "stripe", "role": "system"}

    def test_an_overpayment_is_owed_back(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given a full payment, and a deposit that is paid in addition
        steps.pay(booking, "full")
        metadata = {"booking_id": booking.id, "payment_type": "deposit", "attempt": "1"}
        stripe.pay(create_foreign_intent(stripe, DEPOSIT, **metadata))

        call.deliver()

        assert steps.account(booking)["balance"]["refund_owed"] == DEPOSIT
        steps.follow_up()
        account = steps.account(booking)
        assert (account["booking_status"], account["payment_status"]) == ("confirmed", "paid")
        steps.check(booking)


def cause_every_event(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table
) -> None:
    """Cause every event of a payment that Stripe sends."""
    days = iter(range(30, 60))

    def next_booking() -> Booking:
        return stored_booking(table, by_staff=True, date=(NOW + timedelta(days=next(days))).date())

    for card in (DECLINED, SECURE, BANK):
        steps.pay(next_booking(), card=card)
    call.provider.cancel(steps.open(next_booking()).body["payment_intent_id"])
    for won in (True, False):
        dispute = stripe.dispute(steps.pay(next_booking()))
        stripe.close_dispute(dispute["id"], won=won)
    failing = next_booking()
    intent = steps.pay(failing, card=REFUND_FAILS)
    stripe.set_refund_status(stripe.refund(intent, 100)["id"], "failed")
    pending = steps.pay(next_booking(), card=REFUND_PENDS)
    stripe.set_refund_status(stripe.refund(pending, 100)["id"], "succeeded")
