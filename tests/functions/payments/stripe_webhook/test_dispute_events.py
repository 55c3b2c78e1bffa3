"""Events of disputes: the money that Stripe withdraws and reinstates counts."""

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import (
    DISPUTED,
    PaymentSteps,
    paid_booking,
)
from tests.functions.payments.stripe_webhook.events import DEPOSIT

from teppan.domain.bookings.booking import Booking


class TestDisputeEvents:
    def test_a_dispute_holds_the_money_and_raises_an_alarm(
        self, call: Handlers, steps: PaymentSteps, output: Output, booking: Booking
    ) -> None:
        steps.pay(booking, card=DISPUTED)
        call.deliver()
        steps.follow_up()

        account = steps.account(booking)
        assert (account["booking_status"], account["payment_status"]) == ("confirmed", "disputed")
        assert alarm_values(output(), "DisputesOpened") == [1]
        steps.check(booking)

    @pytest.mark.parametrize(
        ("won", "entries", "payment_status"),
        [
            (True, [("dispute_reinstated", DEPOSIT), ("dispute_won", 0)], "deposit_paid"),
            (False, [("dispute_forfeited", DEPOSIT), ("dispute_lost", 0)], "awaiting_payment"),
        ],
    )
    def test_a_closed_dispute_is_reinstated_or_forfeited(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        booking: Booking,
        won: bool,
        entries: list[tuple[str, int]],
        payment_status: str,
    ) -> None:
        steps.pay(booking, card=DISPUTED)
        call.deliver()
        (dispute,) = stripe.all_objects("disputes")
        stripe.close_dispute(dispute["id"], won=won)

        call.deliver()

        assert steps.ledger(booking) == sorted(
            [
                *((kind, DEPOSIT) for kind in ("captured", "dispute_opened", "dispute_withdrawn")),
                *entries,
            ]
        )
        assert steps.account(booking)["payment_status"] == payment_status
        steps.check(booking)

    def test_an_inquiry_moves_no_money_until_it_is_escalated(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, output: Output
    ) -> None:
        booking = paid_booking(call)
        inquiry = stripe.dispute(next(iter(booking.payments)), inquiry=True)
        call.deliver()
        steps.follow_up()
        assert steps.ledger(booking) == [("captured", DEPOSIT)]
        assert alarm_values(output(), "DisputesOpened") == []

        stripe.escalate_inquiry(inquiry["id"])
        call.deliver()

        assert steps.ledger(booking) == [
            ("captured", DEPOSIT),
            ("dispute_opened", DEPOSIT),
            ("dispute_withdrawn", DEPOSIT),
        ]
        steps.check(booking)

    def test_a_dispute_won_for_a_cancelled_booking_refunds_the_policys_percentage(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        booking = paid_booking(call)
        dispute = stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        assert steps.cancel(booking).body["refund_amount"] == 0
        stripe.close_dispute(dispute["id"], won=True)

        call.deliver()

        steps.follow_up()
        assert steps.account(booking)["balance"]["refunded"] == 9_700
        steps.check(booking)


class TestDisputeMovements:
    """The ledger follows the money that Stripe withdraws and reinstates, not the status."""

    def test_two_withdrawals_of_one_dispute_are_both_entered(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        booking = paid_booking(call)
        dispute = stripe.dispute(next(iter(booking.payments)), amount=4_000)["id"]
        stripe.withdraw(dispute, 6_000)

        call.deliver()

        balance = steps.account(booking)["balance"]
        assert (balance["disputed"], balance["refundable"]) == (DEPOSIT, 0)
        stripe.close_dispute(dispute, won=False)
        call.deliver()
        assert steps.account(booking)["balance"]["lost"] == DEPOSIT
        steps.check(booking)

    def test_a_dispute_won_in_part_refunds_no_more_than_was_reinstated(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        # Given a cancelled booking with a disputed payment
        booking = paid_booking(call)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        call.deliver()
        steps.cancel(booking)

        # When the dispute is won and 6,000 of 10,000 are reinstated
        stripe.close_dispute(dispute, won=True, reinstated=6_000)
        call.deliver()
        steps.follow_up()

        # Then the policy's percentage of 6,000 is refunded, and the rest is lost
        balance = steps.account(booking)["balance"]
        assert (balance["lost"], balance["refunded"]) == (4_000, 5_820)
        assert [each["amount"] for each in stripe.all_objects("refunds")] == [5_820]
        steps.check(booking)

    def test_a_lost_dispute_with_a_part_reinstated_is_lost_in_part(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        booking = paid_booking(call)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        stripe.close_dispute(dispute, won=False, reinstated=6_000)

        call.deliver()

        balance = steps.account(booking)["balance"]
        assert (balance["disputed"], balance["lost"]) == (0, 4_000)
        steps.check(booking)

    def test_a_won_dispute_stays_disputed_until_the_money_is_reinstated(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        booking = paid_booking(call)
        steps.cancel(booking)
        steps.follow_up()
        call.deliver()
        booking = paid_booking(call)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        stripe.close_dispute(dispute, won=True, reinstated=0)

        call.deliver()
        assert steps.account(booking)["payment_status"] == "disputed"
        steps.check(booking)

        stripe.reinstate(dispute, DEPOSIT)
        call.deliver()
        assert steps.account(booking)["payment_status"] == "deposit_paid"
        steps.check(booking)

    @pytest.mark.parametrize("percentage", [None, 100])
    def test_the_cancellation_quote_is_what_cancelling_refunds_during_a_dispute(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, percentage: int | None
    ) -> None:
        # Given a payment with more withdrawn than contested, and one whose contested part is not
        # withdrawn yet
        booking = paid_booking(call)
        first = next(iter(booking.payments))
        booking = paid_booking(call, booking, "balance")
        second = next(each for each in booking.payments if each != first)
        stripe.withdraw(stripe.dispute(first, amount=4_000)["id"], 6_000)
        contested = stripe.dispute(second, amount=20_000, withdrawn=False)["id"]
        call.deliver()
        refundable = 61_445 - 20_000

        # When the cancellation is quoted and made
        quoted = call("quoteCancellation", booking_id=booking.id).body
        body = {} if percentage is None else {"refund_percentage": percentage, "reason": "Rain"}
        cancelled = steps.cancel(booking, **body)

        # Then neither includes what may still be withdrawn
        assert quoted["refund_base"] == refundable
        assert cancelled.status == 200
        expected = quoted["refund_amount"] if percentage is None else refundable
        assert cancelled.body["refund_amount"] == expected

        # And after the decisions, no more is refunded than was reinstated
        stripe.withdraw(contested, 20_000)
        for each in stripe.all_objects("disputes"):
            stripe.close_dispute(each["id"], won=False)
        assert {each.status for each in call.deliver()} == {200}
        steps.follow_up()
        assert steps.account(booking)["balance"]["lost"] == 30_000
        steps.check(booking)

    def test_a_refund_by_staff_is_sent_when_disputed_money_is_reinstated_in_parts(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        # Given a refund of 5,000 by staff, and a dispute won with 4,000 of 10,000 reinstated
        booking = paid_booking(call)
        steps.refund(booking, 5_000)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        call.deliver()
        stripe.close_dispute(dispute, won=True, reinstated=4_000)
        call.deliver()
        assert steps.account(booking)["balance"]["refund_owed"] == 4_000

        # When the rest is reinstated
        stripe.reinstate(dispute, 6_000)
        call.deliver()
        steps.follow_up()

        assert steps.account(booking)["balance"]["refunded"] == 5_000
        steps.check(booking)

    def test_money_reinstated_before_the_decision_is_not_held(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        # Given a dispute that was lost and is under review again
        booking = paid_booking(call)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        stripe.close_dispute(dispute, won=False)
        call.deliver()
        stripe.account.disputes[dispute]["status"] = "lost"
        stripe.reinstate(dispute, DEPOSIT)
        stripe.account.disputes[dispute]["status"] = "under_review"

        call.deliver()

        balance = steps.account(booking)["balance"]
        assert (balance["disputed"], balance["lost"], balance["credited"]) == (0, 0, DEPOSIT)
        steps.check(booking)
