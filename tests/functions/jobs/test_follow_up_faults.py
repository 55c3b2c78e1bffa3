"""`followUpPayments` while Stripe fails."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values
from tests.functions.handlers import Handlers
from tests.functions.jobs.refunds import DEPOSIT, REFUND, refunds
from tests.functions.payment_steps import PaymentSteps, paid_booking
from tests.sizes import pairs

from teppan.domain.bookings.booking import Booking
from teppan.domain.payments.errors import PaymentProviderUnavailable
from teppan.domain.payments.refund import RefundObligation
from teppan.services.payments.provider import RefundRefusedError
from teppan_payments.stripe_provider import StripeProvider


@pytest.fixture
def booking(call: Handlers) -> Booking:
    """A booking whose deposit is paid."""
    return paid_booking(call)


class TestStripeFailure:
    @pytest.mark.parametrize(
        ("kind", "path"),
        pairs(
            ["reset", "timeout", "lose_answer", "error_429", "error_500", "error_500_after"],
            ["/v1/refunds", "/v1/payment_intents/"],
        ),
    )
    def test_a_refund_is_sent_once_despite_failures_of_stripe(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        booking: Booking,
        now: Clock,
        kind: Any,
        path: str,
    ) -> None:
        steps.cancel(booking)
        stripe.faults.fail_next(kind, path_prefix=path, times=2)
        steps.follow_up()
        stripe.faults.clear()

        assert steps.follow_up() == []
        now.set(now.at + timedelta(minutes=15))
        call.job("reconcilePayments", {"scope": "recent"})

        assert refunds(stripe) == [REFUND]
        assert steps.account(booking)["balance"]["refunded"] == REFUND
        steps.check(booking)

    def test_a_refund_that_stripe_made_before_it_failed_is_not_entered_as_refused(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        steps.cancel(booking)
        stripe.faults.fail_next("error_500_after", path_prefix="/v1/refunds", times=2)

        assert steps.follow_up() == []

        assert refunds(stripe) == [REFUND]
        assert steps.ledger(booking) == [
            ("captured", DEPOSIT),
            ("refund_owed", REFUND),
            ("refund_sent", REFUND),
            ("refunded", REFUND),
        ]

    def test_a_refund_after_a_500_of_stripe_is_tried_again_after_15_minutes(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, now: Clock
    ) -> None:
        """After a 500 Stripe may still make the refund; an early second try could make another."""
        steps.cancel(booking)
        stripe.faults.fail_next("error_500", path_prefix="/v1/refunds", times=2)
        steps.follow_up()

        now.set(now.at + timedelta(minutes=14))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == []

        now.set(now.at + timedelta(minutes=1))
        call.job("reconcilePayments", {"scope": "recent"})
        assert refunds(stripe) == [REFUND]
        steps.check(booking)

    @pytest.mark.parametrize("kind", ["reset", "error_429"])
    def test_a_refund_stays_owed_throughout_an_outage_of_stripe(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, kind: Any
    ) -> None:
        steps.cancel(booking)
        stripe.faults.fail_next(kind, path_prefix="/v1/refunds", times=99)
        for _ in range(4):
            assert steps.follow_up()
        assert steps.account(booking)["balance"]["refund_owed"] == REFUND

        # When Lambda has given up on the record, the scheduled job finds the refund obligation
        stripe.faults.clear()
        call.job("reconcilePayments", {"scope": "recent"})

        assert refunds(stripe) == [REFUND]
        steps.check(booking)

    def test_a_500_of_stripe_raises_no_alarm(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, output: Output
    ) -> None:
        steps.cancel(booking)
        stripe.faults.fail_next("error_500", path_prefix="/v1/refunds", times=2)

        steps.follow_up()
        steps.follow_up()

        assert ("refund_refused", REFUND) in steps.ledger(booking)
        assert alarm_values(output(), "RefundsFailed") == []


def test_a_refusal_is_entered_although_stripe_fails_for_another_payment(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
) -> None:
    # Given a cancelled booking with two payments: Stripe refuses one refund, and has an outage then
    paid_booking(call, booking, "balance")
    steps.cancel(booking)
    deposit = next(each for each in steps.account(booking)["entries"] if each["amount"] == DEPOSIT)

    def send(_: StripeProvider, __: str, refund: RefundObligation) -> None:
        if refund.payment == deposit["reference"]:
            raise RefundRefusedError("a_code_to_come")
        raise PaymentProviderUnavailable

    with patch.object(StripeProvider, "send_refund", send):
        assert steps.follow_up()

    # Then the refusal is in the ledger, and only the other refund is sent after the outage
    assert [kind for kind, _ in steps.ledger(booking)].count("refund_refused") == 1
    assert steps.follow_up() == []
    assert len(refunds(stripe)) == 1
    assert [each["payment_intent"] for each in stripe.all_objects("refunds")] != [
        deposit["reference"]
    ]


def test_an_error_followed_by_no_payment_snapshot_is_not_entered_as_a_refusal(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, now: Clock
) -> None:
    # Given a refund that Stripe made before it failed, and that no snapshot shows
    steps.cancel(booking)
    snapshot, answers = StripeProvider.snapshot, iter([True])

    def snapshot_once(provider: StripeProvider, payment: str) -> Any:
        if not next(answers, False):
            raise PaymentProviderUnavailable
        return snapshot(provider, payment)

    stripe.faults.fail_next("error_500_after", path_prefix="/v1/refunds", times=2)
    with patch.object(StripeProvider, "snapshot", snapshot_once):
        assert steps.follow_up()
    assert "refund_refused" not in dict(steps.ledger(booking))
    stripe.faults.clear()

    steps.follow_up()

    assert refunds(stripe) == [REFUND]
    assert steps.account(booking)["balance"]["refunded"] == REFUND
    steps.check(booking)
