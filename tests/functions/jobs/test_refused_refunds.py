"""Refunds that fail, or that Stripe refuses, and refunds during a dispute."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values
from tests.functions.given import stored_booking
from tests.functions.handlers import Handlers
from tests.functions.jobs.refunds import DEPOSIT, REFUND, refunds
from tests.functions.payment_steps import BANK, REFUND_FAILS, PaymentSteps, paid_booking
from tests.sizes import SIZES

from teppan.domain.bookings import booking as booking_module
from teppan.domain.bookings.booking import Booking
from teppan.domain.policy import CURRENT
from teppan.services.payments.provider import RefundRefusedError
from teppan_payments.stripe_provider import StripeProvider


@pytest.fixture
def booking(call: Handlers) -> Booking:
    """A booking whose deposit is paid."""
    return paid_booking(call)


class TestRefusedRefund:
    """It stays owed, raises one alarm, and has a limited number of tries (`domain.md §7`)."""

    def test_a_payment_too_old_to_refund_raises_one_alarm_and_is_not_tried_again(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a bank debit that was paid half a year before the cancellation
        booking = stored_booking(call.table, date=days_ahead(300))
        intent = steps.pay(booking, card=BANK)
        stripe.finish_processing(intent)
        call.deliver()
        now.set(now.at + timedelta(days=181))
        steps.cancel(booking)
        output()

        # When the refund is tried, and jobs run for a week
        with patch.object(
            StripeProvider, "send_refund", autospec=True, side_effect=StripeProvider.send_refund
        ) as sent:
            steps.follow_up()
            steps.follow_up()
            for _ in range(7):
                now.set(now.at + timedelta(days=1))
                call.job("reconcilePayments", {"scope": "recent"})
                steps.follow_up()
            call_count = sent.call_count

        # Then there is one call, one alarm, and the refund is still owed
        assert call_count == 1
        assert alarm_values(output(), "RefundsFailed") == [1]
        (entry,) = [
            each for each in steps.account(booking)["entries"] if each["kind"] == "refund_refused"
        ]
        assert entry["reason"] == "final"
        assert steps.account(booking)["balance"]["refund_owed"] == REFUND
        assert refunds(stripe) == []
        steps.check(booking)

    def test_a_refund_after_a_lost_dispute_raises_one_alarm_and_is_not_tried_again(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a cancellation, and a lost dispute about a part of the price
        booking = paid_booking(call, payment_type="full")
        dispute = stripe.dispute(next(iter(booking.payments)), amount=40_000)
        call.deliver()
        steps.cancel(booking)
        stripe.close_dispute(dispute["id"], won=False)
        call.deliver()
        output()

        # When Stripe refuses the refund of the rest, and jobs run for a week
        steps.follow_up()
        steps.follow_up()
        for _ in range(7):
            now.set(now.at + timedelta(days=1))
            call.job("reconcilePayments", {"scope": "recent"})
            steps.follow_up()

        assert alarm_values(output(), "RefundsFailed") == [1]
        steps.check(booking)

    def test_a_refund_refused_for_a_lost_dispute_is_sent_when_the_loss_is_reversed(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock
    ) -> None:
        # Given a refund that Stripe refuses for good, because a dispute was lost
        booking = paid_booking(call, payment_type="full")
        dispute = stripe.dispute(next(iter(booking.payments)), amount=40_000)["id"]
        call.deliver()
        steps.cancel(booking)
        stripe.close_dispute(dispute, won=False)
        call.deliver()
        steps.follow_up()

        # When all of the money is reinstated later
        now.set(now.at + timedelta(days=1))
        stripe.reinstate(dispute, 40_000)
        call.deliver()
        steps.follow_up()
        now.set(now.at + timedelta(days=1))
        call.job("reconcilePayments", {"scope": "recent"})

        balance = steps.account(booking)["balance"]
        assert (balance["refund_owed"], balance["refunded"]) == (0, sum(refunds(stripe)))
        assert sum(refunds(stripe)) == 69_302  # 97 % of 71,445
        steps.check(booking)

    def test_a_refund_refused_during_a_dispute_is_sent_when_it_is_won(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock
    ) -> None:
        # Given a dispute that begins between our snapshot and our refund
        booking = paid_booking(call)
        payment = next(iter(booking.payments))
        steps.cancel(booking)
        send = StripeProvider.send_refund
        opened_disputes: list[str] = []

        def dispute_and_send(*arguments: Any) -> None:
            if not opened_disputes:
                opened_disputes.append(stripe.dispute(payment, amount=1_000)["id"])
            send(*arguments)

        with patch.object(StripeProvider, "send_refund", dispute_and_send):
            steps.follow_up()
        assert refunds(stripe) == []

        # When it is won, and the job runs a day later
        stripe.close_dispute(opened_disputes[0], won=True)
        call.deliver()
        now.set(now.at + timedelta(days=1))
        call.job("reconcilePayments", {"scope": "recent"})

        assert refunds(stripe) == [REFUND]
        steps.check(booking)

    def test_a_temporary_refusal_is_tried_daily_up_to_the_limit(
        self,
        call: Handlers,
        steps: PaymentSteps,
        now: Clock,
        booking: Booking,
        output: Output,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # Given a policy with the limit of this run's profile
        policy = replace(CURRENT, refund_refusals=SIZES.refund_refusals)
        monkeypatch.setattr(booking_module, "POLICIES", {policy.version: policy})
        steps.cancel(booking)
        output()

        refused = RefundRefusedError("a_code_to_come")
        with patch.object(StripeProvider, "send_refund", side_effect=refused) as sent:
            steps.follow_up()
            for _ in range(policy.refund_refusals + 10):
                now.set(now.at + timedelta(days=1))
                call.job("reconcilePayments", {"scope": "recent"})
            steps.follow_up()

        assert sent.call_count == policy.refund_refusals
        reasons = [each.get("reason") for each in steps.account(booking)["entries"]]
        assert reasons.count("refused") == policy.refund_refusals - 1
        assert reasons.count("final") == 1

    def test_a_dashboard_refund_fulfils_an_obligation_that_was_refused_for_good(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        steps.cancel(booking)
        refused = RefundRefusedError("charge_not_refundable", is_final=True)
        with patch.object(StripeProvider, "send_refund", side_effect=refused):
            steps.follow_up()

        stripe.refund(next(iter(booking.payments)), REFUND)
        call.deliver()

        account = steps.account(booking)
        assert account["balance"]["refund_owed"] == 0
        assert account["payment_status"] == "partially_refunded"
        steps.check(booking)


class TestDisputeAndRefund:
    @pytest.mark.parametrize("is_known", [True, False])
    def test_an_open_dispute_delays_the_refund(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        booking: Booking,
        is_known: bool,
    ) -> None:
        # Given a refund that is owed just before a dispute withdraws the money
        steps.cancel(booking)
        dispute = stripe.dispute(next(iter(booking.payments)))
        if is_known:
            call.deliver()

        assert steps.follow_up() == []
        assert refunds(stripe) == []
        assert steps.account(booking)["balance"]["refund_owed"] == REFUND

        # When the dispute is won and the job runs
        stripe.close_dispute(dispute["id"], won=True)
        call.deliver()
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == [REFUND]
        steps.check(booking)

    def test_a_lost_dispute_leaves_no_refund_to_send(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        steps.cancel(booking)
        dispute = stripe.dispute(next(iter(booking.payments)))
        steps.follow_up()
        stripe.close_dispute(dispute["id"], won=False)
        call.deliver()

        call.job("reconcilePayments", {"scope": "recent"})

        assert refunds(stripe) == []
        balance = steps.account(booking)["balance"]
        assert (balance["lost"], balance["refund_owed"]) == (DEPOSIT, 0)
        steps.check(booking)


class TestFailedRefund:
    def test_a_failed_refund_stays_owed_raises_an_alarm_and_is_tried_again_after_a_day(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a refund that the bank returns
        booking = paid_booking(call, card=REFUND_FAILS)
        steps.cancel(booking)
        steps.follow_up()
        call.deliver()
        stripe.set_refund_status(stripe.all_objects("refunds")[0]["id"], "failed")
        output()
        call.deliver()
        steps.follow_up()
        assert alarm_values(output(), "RefundsFailed") == [1]
        assert steps.account(booking)["balance"]["refund_owed"] == REFUND

        # Then it is not tried again within a day
        now.set(now.at + timedelta(hours=23, minutes=59))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == []

        # And it is tried again after a day
        now.set(now.at + timedelta(minutes=2))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == [REFUND]
        assert len(stripe.all_objects("refunds")) == 2
        steps.check(booking)

    def test_a_refused_refund_stays_owed_raises_an_alarm_and_is_tried_again_after_a_day(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        now: Clock,
        output: Output,
        booking: Booking,
    ) -> None:
        steps.cancel(booking)
        refused = RefundRefusedError("charge_not_refundable")
        with patch.object(StripeProvider, "send_refund", side_effect=refused):
            assert steps.follow_up() == []
        steps.follow_up()

        assert alarm_values(output(), "RefundsFailed") == [1]
        assert ("refund_refused", REFUND) in steps.ledger(booking)
        assert steps.account(booking)["balance"]["refund_owed"] == REFUND
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == []

        now.set(now.at + timedelta(hours=24))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == [REFUND]
        steps.check(booking)

    def test_a_failed_refund_can_be_refunded_in_the_dashboard(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock
    ) -> None:
        booking = paid_booking(call, card=REFUND_FAILS)
        steps.cancel(booking)
        steps.follow_up()
        stripe.set_refund_status(stripe.all_objects("refunds")[0]["id"], "failed")
        call.deliver()
        stripe.refund(next(iter(booking.payments)), REFUND)

        call.deliver()

        now.set(now.at + timedelta(hours=48))
        call.job("reconcilePayments", {"scope": "recent"})
        assert steps.account(booking)["balance"]["refund_owed"] == 0
        assert refunds(stripe) == [REFUND]
        steps.check(booking)
