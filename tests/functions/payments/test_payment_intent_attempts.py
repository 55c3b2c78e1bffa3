"""The limit of payment attempts of a booking, and attempts that race with each other."""

from dataclasses import replace
from functools import partial
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, CUSTOMER, caller, confirmed, days_ahead
from tests.functions.given import Snapshot, new_id, store_attempts, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.payment_steps import PaymentSteps, paid_booking
from tests.functions.payments.payment_intents import KEY_HEADER, intents, open_at

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.attempt import Intent, PaymentAttempt
from teppan.domain.policy import CURRENT
from teppan.store.bookings import bookings
from teppan.store.payments import attempts
from teppan.store.table import Table
from teppan_payments.stripe_provider import StripeProvider


@pytest.mark.parametrize("tab", ["first", "second"])
def test_a_booking_that_is_cancelled_while_its_payment_opens_gets_no_intent(
    steps: PaymentSteps, stripe: FakeStripe, booking: Booking, tab: str
) -> None:
    # Given a booking, or one whose payment was opened before in another tab
    if tab == "second":
        steps.open(booking)
    read, cancellations = attempts.of_booking, iter([partial(steps.cancel, booking)])
    answers: list[Answer] = []

    def read_and_cancel(table: Table, booking_id: str) -> list[PaymentAttempt]:
        found = read(table, booking_id)
        answers.extend(cancel() for cancel in cancellations)
        return found

    # When it is cancelled between the read and the write of a payment request
    with patch.object(attempts, "of_booking", read_and_cancel):
        refused = steps.open(booking)

    # Then no intent can be paid
    assert [answer.status for answer in answers] == [200]
    assert refused.problem == (409, "booking_not_payable")
    assert open_at(stripe) == []


def test_of_two_intents_for_one_attempt_the_one_stored_last_is_cancelled(
    steps: PaymentSteps, stripe: FakeStripe, table: Table, booking: Booking
) -> None:
    # Given a request that another one, with a new key, overtakes before it stores its intent
    create, faster_requests = StripeProvider.open, iter([partial(steps.open, booking)])
    answers: list[Answer] = []

    def open_(provider: StripeProvider, attempt: PaymentAttempt) -> Intent:
        made = create(provider, attempt)
        for overtake in faster_requests:
            attempts.count_failed_creation(table, attempt)
            answers.append(overtake())
        return made

    # When both request the payment
    with patch.object(StripeProvider, "open", open_):
        answers.append(steps.open(booking))

    # Then both return the only intent that can be paid
    assert [answer.status for answer in answers] == [201, 201]
    assert len(intents(stripe)) == 2
    assert [answer.body["payment_intent_id"] for answer in answers] == open_at(stripe) * 2


class TestAttemptLimit:
    """Each attempt may be paid, and the refunds of all of them must fit one transaction."""

    TOO_MANY = (409, "too_many_payment_attempts")

    def test_no_payment_is_opened_after_the_last_attempt(
        self,
        steps: PaymentSteps,
        stripe: FakeStripe,
        snapshot: Snapshot,
        table: Table,
        booking: Booking,
    ) -> None:
        # Given one attempt less than the limit
        store_attempts(table, booking, booking.policy.payment_attempts - 1)

        # Then the last attempt is opened, and no other
        last = steps.open(booking)
        assert last.status == 201
        before = snapshot()
        assert steps.open(booking, "full").problem == self.TOO_MANY

        # And the last attempt can still be paid
        assert intents(stripe) == {last.body["payment_intent_id"]: "requires_payment_method"}
        assert snapshot() == before

    def test_the_last_attempt_is_replayed_and_can_be_paid(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        table: Table,
        booking: Booking,
    ) -> None:
        store_attempts(table, booking, booking.policy.payment_attempts - 1)
        last = steps.open(booking, headers=KEY_HEADER).body

        assert steps.open(booking, headers=KEY_HEADER).body == last
        assert steps.open(booking).body == last

        stripe.pay(last["payment_intent_id"])
        call.deliver()
        assert steps.now_of(booking).status is Status.CONFIRMED

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_the_attempts_of_all_payment_types_and_callers_count_together(
        self, call: Handlers, steps: PaymentSteps, table: Table, booking: Booking, by: str
    ) -> None:
        # Given as many attempts of the deposit as the limit, the last of them paid
        store_attempts(table, booking, booking.policy.payment_attempts - 1)
        paid_booking(call, booking)

        assert steps.open(booking, "balance", by=by).problem == self.TOO_MANY

    def test_the_last_attempt_is_not_replaced_when_it_was_cancelled_at_stripe(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        table: Table,
        booking: Booking,
    ) -> None:
        store_attempts(table, booking, booking.policy.payment_attempts - 1)
        last = steps.open(booking).body["payment_intent_id"]
        call.provider.cancel(last)

        assert steps.open(booking).problem == self.TOO_MANY
        assert intents(stripe) == {last: "canceled"}

    def test_a_booking_with_more_payments_than_attempts_can_be_cancelled(
        self, steps: PaymentSteps, table: Table
    ) -> None:
        # Given one payment more than the limit, because two attempts began at the same moment
        numbers = range(CURRENT.payment_attempts + 1)
        payments = {f"pi_{n}": Balance(captured=1_000) for n in numbers}
        booking = replace(confirmed(booking_id=new_id()), payments=payments)
        bookings.add(table, booking, audit_event(None, booking, caller()))

        assert steps.cancel(booking, refund_percentage=100, reason="Rain").status == 200

        assert steps.ledger(booking) == [("refund_owed", 1_000) for _ in numbers]

    def test_each_booking_has_its_own_attempt_limit(
        self, steps: PaymentSteps, table: Table, booking: Booking
    ) -> None:
        store_attempts(table, booking, booking.policy.payment_attempts)

        assert steps.open(stored_booking(table, date=days_ahead(40))).status == 201
