"""Events of refunds, ours and those made in Stripe's dashboard."""

from datetime import timedelta

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import (
    REFUND_FAILS,
    REFUND_PENDS,
    PaymentSteps,
    paid_booking,
)
from tests.functions.payments.stripe_webhook.events import DEPOSIT, about, inbox, send

from teppan.store.table import Table


class TestRefundEvents:
    def test_a_refund_in_the_dashboard_is_entered_as_goodwill(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        booking = paid_booking(call)
        stripe.refund(next(iter(booking.payments)), 4_000)

        call.deliver()

        assert steps.ledger(booking) == [
            ("captured", DEPOSIT),
            ("goodwill_owed", 4_000),
            ("refund_sent", 4_000),
            ("refunded", 4_000),
        ]
        steps.check(booking)

    def test_one_event_enters_more_refunds_than_a_transaction_has_room_for(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table
    ) -> None:
        # Given 30 refunds in the dashboard, and only one event
        booking = paid_booking(call)
        intent = next(iter(booking.payments))
        for _ in range(30):
            stripe.refund(intent, 1)

        assert send(call, about(intent)).status == 200

        item = inbox(table, "evt_1")
        assert item and item["status"] == "handled"
        assert steps.account(booking)["balance"]["refunded"] == 30
        steps.check(booking)

    @pytest.mark.parametrize("fate", ["failed", "canceled"])
    def test_a_refund_that_fails_stays_owed_and_raises_an_alarm(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, output: Output, fate: str
    ) -> None:
        # Given a refund that Stripe has sent and the bank returns
        card = REFUND_FAILS if fate == "failed" else REFUND_PENDS
        booking = paid_booking(call, card=card)
        steps.cancel(booking)
        steps.follow_up()
        call.deliver()
        (refund,) = stripe.all_objects("refunds")
        if fate == "canceled":
            stripe.set_refund_status(refund["id"], "requires_action")
        stripe.set_refund_status(refund["id"], fate)
        output()

        call.deliver()
        steps.follow_up()

        account = steps.account(booking)
        assert account["balance"]["refund_owed"] == 9_700
        assert account["payment_status"] == "refund_pending"
        assert alarm_values(output(), "RefundsFailed") == [1]
        steps.check(booking)

    def test_a_pending_refund_counts_as_sent_until_it_succeeds(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        booking = paid_booking(call, card=REFUND_PENDS)
        steps.cancel(booking)
        steps.follow_up()
        call.deliver()
        assert steps.account(booking)["balance"]["refund_sent"] == 9_700

        stripe.set_refund_status(stripe.all_objects("refunds")[0]["id"], "succeeded")
        call.deliver()

        assert steps.account(booking)["payment_status"] == "partially_refunded"
        steps.check(booking)


class TestDashboardRefunds:
    """They fulfil refund obligations first, also in parts; only the rest is goodwill."""

    @pytest.mark.parametrize(
        ("by_hand", "sent_by_us"),
        [
            pytest.param([5_000, 4_700], [], id="in two parts"),
            pytest.param([9_000], [700], id="in part"),
            pytest.param([9_700], [], id="whole"),
            pytest.param([4_000, 3_000], [2_700], id="in two parts of it"),
        ],
    )
    def test_dashboard_refunds_after_a_failed_one_reduce_what_is_owed(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        now: Clock,
        by_hand: list[int],
        sent_by_us: list[int],
    ) -> None:
        # Given a cancellation whose refund of 9,700 failed
        booking = paid_booking(call, card=REFUND_FAILS)
        steps.cancel(booking)
        steps.follow_up()
        call.deliver()
        (failed,) = stripe.all_objects("refunds")
        stripe.set_refund_status(failed["id"], "failed")
        call.deliver()

        # When staff refund in the dashboard, and the job runs a day later
        for amount in by_hand:
            stripe.refund(next(iter(booking.payments)), amount)
        call.deliver()
        now.set(now.at + timedelta(hours=24))
        call.job("reconcilePayments", {"scope": "recent"})

        # Then the job sends only what is still owed
        made = [each["amount"] for each in stripe.all_objects("refunds")]
        assert sorted(made) == sorted([9_700, *by_hand, *sent_by_us])
        assert steps.account(booking)["balance"]["refund_owed"] == 0
        steps.check(booking)
