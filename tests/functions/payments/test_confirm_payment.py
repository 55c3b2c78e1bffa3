"""Confirming a payment: applies it as the webhook does, any number of times."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, OTHER_CUSTOMER
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import counted
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot, new_id, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.payment_steps import (
    BANK,
    DECLINED,
    SECURE,
    PaymentSteps,
    open_payment,
    paid_booking,
)
from tests.functions.stripe import create_foreign_intent

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import LedgerEntry
from teppan.store.bookings import bookings
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(body={"payment_intent_id": given.payment}),
    reads={
        "PaymentConfirmation": "payment_intent_id payment_type status amount currency booking_id"
        " version booking_status payment_status",
    },
    texts={"ConfirmPayment": "payment_intent_id"},
)

TOTAL, DEPOSIT = 71_445, 10_000


def confirm(call: Handlers, intent: str, **request: Any) -> Answer:
    return call("confirmPayment", {"payment_intent_id": intent}, **request)


class TestSucceededPayment:
    def test_a_succeeded_payment_confirms_its_booking(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        intent = steps.pay(booking)

        answer = confirm(call, intent)

        assert answer.status == 200
        assert answer.headers["ETag"] == '"2"'
        assert answer.body == {
            "payment_intent_id": intent,
            "payment_type": "deposit",
            "status": "succeeded",
            "amount": DEPOSIT,
            "currency": "usd",
            "booking_id": booking.id,
            "version": 2,
            "booking_status": "confirmed",
            "payment_status": "deposit_paid",
        }
        assert steps.ledger(booking) == [("captured", DEPOSIT)]
        steps.check(booking)

    def test_confirming_shows_the_booking_that_a_faster_webhook_has_confirmed(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        # Given a webhook that is delivered between the reads of the booking and of its ledger
        intent = steps.pay(booking)
        ledger, webhooks, deliveries = bookings.ledger, iter([call.deliver]), list[Answer]()

        def read_and_deliver(table: Table, booking_id: str) -> list[LedgerEntry]:
            for deliver in webhooks:
                deliveries.extend(deliver())
            return ledger(table, booking_id)

        with patch.object(bookings, "ledger", read_and_deliver):
            answer = confirm(call, intent)

        assert [each.status for each in deliveries] == [200]
        assert answer.headers["ETag"] == '"2"'
        assert answer.body["booking_status"] == "confirmed"
        assert steps.ledger(booking) == [("captured", DEPOSIT)]

    @pytest.mark.parametrize(
        ("payment_type", "payment_status"), [("deposit", "deposit_paid"), ("full", "paid")]
    )
    def test_a_confirmation_shows_the_payment_status_of_the_booking(
        self,
        call: Handlers,
        steps: PaymentSteps,
        booking: Booking,
        payment_type: str,
        payment_status: str,
    ) -> None:
        answer = confirm(call, steps.pay(booking, payment_type))

        assert answer.body["booking_status"] == "confirmed"
        assert answer.body["payment_status"] == payment_status

    def test_a_payment_of_the_balance_makes_the_booking_paid(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        paid_booking(call, booking)

        answer = confirm(call, steps.pay(booking, "balance"))

        assert (answer.body["amount"], answer.body["payment_status"]) == (TOTAL - DEPOSIT, "paid")
        assert answer.body["version"] == 3

    def test_each_confirmed_payment_has_an_event_in_the_audit_trail(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        confirm(call, steps.pay(booking))
        confirm(call, steps.pay(booking, "balance"))

        trail = call("listBookingEvents", booking_id=booking.id).body["items"]

        assert [each["type"] for each in trail] == ["created", "confirmed", "payment"]
        changed = {each["field"]: (each["from"], each["to"]) for each in trail[1]["changes"]}
        assert changed == {
            "status": ("pending", "confirmed"),
            "payment_status": ("awaiting_payment", "deposit_paid"),
            "amount_paid": (0, DEPOSIT),
        }

    def test_a_payment_that_the_client_confirms_is_counted_once(
        self, call: Handlers, steps: PaymentSteps, output: Output, booking: Booking
    ) -> None:
        intent = steps.pay(booking)

        for _ in range(2):
            confirm(call, intent)
        call.deliver()

        assert counted(output(), "PaymentsCaptured") == 1

    def test_confirming_a_payment_again_or_by_webhook_changes_nothing(
        self, call: Handlers, steps: PaymentSteps, snapshot: Snapshot, booking: Booking
    ) -> None:
        intent = steps.pay(booking)
        first = confirm(call, intent)
        before = snapshot()

        for _ in range(3):
            again = confirm(call, intent)
            assert (again.status, again.body) == (200, first.body)
        assert snapshot() == before

        call.deliver()
        assert steps.ledger(booking) == [("captured", DEPOSIT)]
        assert confirm(call, intent).body == first.body

    def test_confirming_a_payment_that_the_webhook_has_applied_changes_nothing(
        self, call: Handlers, steps: PaymentSteps, snapshot: Snapshot, booking: Booking
    ) -> None:
        intent = steps.pay(booking)
        call.deliver()
        before = snapshot()

        answer = confirm(call, intent)

        assert (answer.status, answer.body["booking_status"]) == (200, "confirmed")
        assert answer.headers["ETag"] == '"2"'
        assert snapshot() == before


class TestUnpaidIntent:
    def test_confirming_an_unpaid_intent_changes_nothing(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        answer = confirm(call, open_payment(call, booking))

        assert answer.status == 200
        assert answer.body["status"] == "requires_payment_method"
        assert (answer.body["booking_status"], answer.body["version"]) == ("pending", 1)
        assert steps.ledger(booking) == []

    @pytest.mark.parametrize(
        ("card", "status"),
        [
            (DECLINED, "requires_payment_method"),
            (SECURE, "requires_action"),
            (BANK, "processing"),
        ],
    )
    def test_a_declined_or_unfinished_payment_leaves_the_booking_pending(
        self, call: Handlers, steps: PaymentSteps, booking: Booking, card: str, status: str
    ) -> None:
        answer = confirm(call, steps.pay(booking, card=card))

        assert (answer.body["status"], answer.body["booking_status"]) == (status, "pending")
        (attempt,) = steps.account(booking)["payments"]
        assert attempt["status"] == status

    def test_a_payment_confirms_the_booking_once_3d_secure_has_passed(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        intent = steps.pay(booking, card=SECURE)
        stripe.authenticate(intent)

        assert confirm(call, intent).body["booking_status"] == "confirmed"

    def test_confirming_a_cancelled_intent_shows_it_as_cancelled(
        self, call: Handlers, booking: Booking
    ) -> None:
        intent = open_payment(call, booking)
        call.provider.cancel(intent)

        assert confirm(call, intent).body["status"] == "canceled"


class TestVisibility:
    @pytest.mark.parametrize("by", [OTHER_CUSTOMER, ADMIN])
    def test_only_staff_may_confirm_a_payment_of_another_customer(
        self, call: Handlers, steps: PaymentSteps, snapshot: Snapshot, booking: Booking, by: str
    ) -> None:
        intent = steps.pay(booking)
        before = snapshot()

        answer = confirm(call, intent, by=by)

        if by == ADMIN:
            assert answer.body["booking_status"] == "confirmed"
        else:
            assert answer.problem == (404, "payment_not_found")
            assert snapshot() == before

    @pytest.mark.parametrize("by", [OTHER_CUSTOMER, ADMIN])
    @pytest.mark.parametrize(
        "metadata",
        [
            pytest.param({}, id="no metadata"),
            pytest.param({"booking_id": "17"}, id="malformed booking id"),
            pytest.param(
                {"booking_id": new_id(), "payment_type": "deposit", "attempt": "1"},
                id="unknown booking",
            ),
            pytest.param(
                {"booking_id": new_id(), "payment_type": "tip", "attempt": "1"},
                id="unknown payment type",
            ),
            pytest.param(
                {"booking_id": new_id(), "payment_type": "deposit", "attempt": "one"},
                id="malformed attempt",
            ),
        ],
    )
    def test_an_intent_that_is_not_ours_is_not_found(
        self,
        call: Handlers,
        stripe: FakeStripe,
        snapshot: Snapshot,
        metadata: dict[str, str],
        by: str,
    ) -> None:
        intent = create_foreign_intent(stripe, DEPOSIT, **metadata)
        stripe.pay(intent)
        before = snapshot()

        assert confirm(call, intent, by=by).problem == (404, "payment_not_found")
        assert snapshot() == before

    def test_an_intent_that_stripe_does_not_know_is_not_found(self, call: Handlers) -> None:
        assert confirm(call, "pi_nobodyKnows").problem == (404, "payment_not_found")

    @pytest.mark.parametrize("junk", ["", "pi_", "pi_/../ch_1", "ch_1", "pi_1?expand", "pi_é"])
    def test_a_malformed_intent_id_is_refused_without_a_call_of_stripe(
        self, call: Handlers, stripe: FakeStripe, junk: str
    ) -> None:
        stripe.faults.fail_next("reset", times=9)

        answer = confirm(call, junk)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /payment_intent_id"]


class TestLatePayment:
    def test_a_payment_of_a_cancelled_booking_is_owed_back(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given a customer who pays while the booking is being cancelled
        intent = open_payment(call, booking)
        steps.cancel(booking)
        stripe.pay(intent)

        answer = confirm(call, intent)

        assert answer.body["booking_status"] == "cancelled"
        assert answer.body["payment_status"] == "refund_pending"
        assert steps.ledger(booking) == [("captured", DEPOSIT), ("refund_owed", DEPOSIT)]
        steps.follow_up()
        call.deliver()
        assert steps.account(booking)["balance"]["refunded"] == DEPOSIT
        steps.check(booking)

    def test_a_late_payment_reinstates_an_expired_booking_whose_slot_is_free(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        intent = expire_with_unknown_intent(call, now, booking)
        stripe.pay(intent)

        answer = confirm(call, intent)

        assert answer.body["booking_status"] == "confirmed"
        assert steps.ledger(booking) == [("captured", DEPOSIT)]
        assert steps.now_of(booking).cancellation is None

    def test_a_late_payment_is_refunded_if_another_booking_holds_the_slot(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, booking: Booking
    ) -> None:
        intent = expire_with_unknown_intent(call, now, booking)
        rival = stored_booking(call.table, at=now.at, by=OTHER_CUSTOMER)
        stripe.pay(intent)

        answer = confirm(call, intent)

        assert answer.body["booking_status"] == "cancelled"
        assert answer.body["payment_status"] == "refund_pending"
        assert steps.now_of(rival).status is Status.PENDING
        steps.follow_up()
        assert steps.account(booking)["balance"]["refunded"] == DEPOSIT
        steps.check(booking)


def expire_with_unknown_intent(call: Handlers, now: Clock, booking: Booking) -> str:
    """Let a booking expire, and create an intent that its release did not know."""
    now.set(booking.payment_due_at + timedelta(hours=1))
    call.job("releaseUnpaidBookings")
    metadata_of_booking = {"booking_id": booking.id, "payment_type": "deposit", "attempt": "1"}
    return create_foreign_intent(call.stripe, DEPOSIT, **metadata_of_booking)


class TestStripeFailure:
    @pytest.mark.parametrize(
        "kind", ["reset", "timeout", "lose_answer", "error_429", "error_500", "error_500_after"]
    )
    def test_a_stripe_failure_is_a_503_and_confirming_again_succeeds(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        snapshot: Snapshot,
        booking: Booking,
        kind: Any,
    ) -> None:
        intent = steps.pay(booking)
        before = snapshot()
        stripe.faults.fail_next(kind, times=9)

        answer = confirm(call, intent)

        assert answer.problem == (503, "payment_provider_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert snapshot() == before
        stripe.faults.clear()
        assert confirm(call, intent).body["booking_status"] == "confirmed"

    def test_confirming_with_an_api_key_that_stripe_rejects_is_a_502(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        intent = steps.pay(booking)
        stripe.api_keys.clear()

        answer = confirm(call, intent)

        assert answer.problem == (502, "payment_provider_failed")
        assert int(answer.headers["Retry-After"]) > 0
