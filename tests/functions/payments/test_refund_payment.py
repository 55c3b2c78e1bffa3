"""Refunds by staff: owed at once, limited to what is refundable, one per key; a job sends them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, CUSTOMER, days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import counted, emitted
from tests.functions.example import Example, Request
from tests.functions.given import Snapshot, new_id, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import REFUND_FAILS, REFUND_PENDS, PaymentSteps, paid_booking
from tests.functions.provocations import body, reused_key

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.store.table import Table

OPERATION = Example(
    request=lambda given: Request(
        body={"booking_id": given.paid_booking, "reason": "Cold noodles"}
    ),
    succeeds=201,
    provocations={
        "idempotency_key_reused": reused_key(reason="Another"),
        "refund_exceeds_captured": body(amount=1),
    },
    reads={
        "Refund": "refund_id booking_id version amount currency refund_status created_at"
        " estimated_refund_date",
    },
    texts={"RefundPayment": "booking_id"},
    optional={"Refund": "estimated_refund_date"},
)

TOTAL, DEPOSIT = 71_445, 10_000
KEY_HEADER: dict[str, str | None] = {"Idempotency-Key": "k"}


@pytest.fixture
def booking(call: Handlers) -> Booking:
    """A booking whose deposit is paid."""
    return paid_booking(call)


class TestRefund:
    def test_a_refund_request_creates_a_refund_obligation_at_once(
        self, steps: PaymentSteps, booking: Booking
    ) -> None:
        answer = steps.refund(booking, 2_500)

        assert answer.status == 201
        assert "Idempotency-Replayed" not in answer.headers
        assert answer.headers["ETag"] == '"3"'
        assert re.fullmatch("ref_[a-z2-7]{26}", answer.body["refund_id"])
        assert answer.body == {
            "refund_id": answer.body["refund_id"],
            "booking_id": booking.id,
            "version": 3,
            "amount": 2_500,
            "currency": "usd",
            "reason": "Cold noodles",
            "refund_status": "pending",
            "created_at": "2026-11-23T18:00:00Z",
            "estimated_refund_date": "2026-12-03",
        }
        assert steps.ledger(booking) == [("captured", DEPOSIT), ("goodwill_owed", 2_500)]
        steps.check(booking)

    def test_a_refund_without_an_amount_is_of_all_that_is_refundable(
        self, steps: PaymentSteps, booking: Booking
    ) -> None:
        steps.refund(booking, 2_500)

        assert steps.refund(booking).body["amount"] == DEPOSIT - 2_500
        assert steps.account(booking)["balance"]["refundable"] == 0

    def test_a_refund_request_does_not_call_stripe(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        stripe.faults.fail_next("reset", times=99)

        assert steps.refund(booking).status == 201
        assert not stripe.all_objects("refunds")

    def test_a_refund_is_sent_by_the_job(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        steps.refund(booking, 2_500)
        steps.follow_up()
        call.deliver()

        (refund,) = stripe.all_objects("refunds")
        assert (refund["amount"], refund["status"]) == (2_500, "succeeded")
        assert steps.account(booking)["balance"]["refunded"] == 2_500
        assert steps.account(booking)["payment_status"] == "deposit_paid"  # the balance is due
        steps.check(booking)

    def test_a_goodwill_refund_does_not_reopen_the_deposit(
        self, steps: PaymentSteps, booking: Booking
    ) -> None:
        # Given goodwill for a booking of which the balance is still due
        steps.refund(booking, 2_500)
        steps.follow_up()

        account = steps.account(booking)
        assert (account["deposit_due"], account["balance_due"]) == (0, TOTAL - DEPOSIT)
        assert account["booking_status"] == "confirmed"
        assert steps.open(booking, "deposit").problem == (409, "payment_not_due")

    def test_a_refund_may_cover_two_payments(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        paid_booking(call, booking, "balance")

        answer = steps.refund(booking)

        assert (answer.body["amount"], answer.body["version"]) == (TOTAL, 4)
        owed = [amount for kind, amount in steps.ledger(booking) if kind == "goodwill_owed"]
        assert owed == [DEPOSIT, TOTAL - DEPOSIT]

    def test_a_refund_larger_than_one_payment_is_taken_from_both(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        paid_booking(call, booking, "balance")

        steps.refund(booking, 70_000)
        steps.follow_up()

        amounts = sorted(each["amount"] for each in stripe.all_objects("refunds"))
        assert amounts == [70_000 - (TOTAL - DEPOSIT), TOTAL - DEPOSIT]
        steps.check(booking)

    def test_a_refund_has_an_event_in_the_audit_trail_with_its_reason(
        self, call: Handlers, steps: PaymentSteps, booking: Booking
    ) -> None:
        steps.refund(booking, 2_500)

        trail = call("listBookingEvents", booking_id=booking.id, by=ADMIN).body["items"]

        assert (trail[-1]["type"], trail[-1]["reason"]) == ("refund_requested", "Cold noodles")
        assert trail[-1]["actor"] == {"id": ADMIN, "role": "admin"}
        assert {each["field"]: each.get("to") for each in trail[-1]["changes"]} == {
            "payment_status": "refund_pending",
            "refund_owed": 2_500,
        }

    def test_a_refund_of_a_cancelled_booking_may_return_what_the_policy_kept(
        self, steps: PaymentSteps, booking: Booking
    ) -> None:
        steps.cancel(booking)
        steps.follow_up()

        assert steps.refund(booking).body["amount"] == 300
        steps.follow_up()
        assert steps.account(booking)["payment_status"] == "refunded"
        steps.check(booking)

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_a_refund_is_possible_after_the_party(
        self, steps: PaymentSteps, table: Table, status: Status
    ) -> None:
        past_booking = stored_booking(table, status=status, captured=DEPOSIT)

        assert steps.refund(past_booking).body["amount"] == DEPOSIT

    def test_a_refund_that_is_requested_twice_with_one_key_is_counted_once(
        self, steps: PaymentSteps, output: Output, booking: Booking
    ) -> None:
        steps.refund(booking, 2_500, headers=KEY_HEADER)
        steps.refund(booking, 2_500, headers=KEY_HEADER)

        text = output()
        assert counted(text, "RefundsOwed") == 1
        assert [line["operation"] for line in emitted(text) if "RefundsOwed" in line] == [
            "refundPayment"
        ]


class TestRefundLimit:
    @pytest.mark.parametrize("amount", [DEPOSIT + 1, 10**9, 10**30])
    def test_a_refund_of_more_than_was_captured_is_refused(
        self, steps: PaymentSteps, snapshot: Snapshot, booking: Booking, amount: int
    ) -> None:
        before = snapshot()

        assert steps.refund(booking, amount).problem == (409, "refund_exceeds_captured")
        assert snapshot() == before

    @pytest.mark.parametrize("amount", [None, 1])
    def test_a_refund_is_refused_when_nothing_is_refundable(
        self, steps: PaymentSteps, booking: Booking, amount: int | None
    ) -> None:
        steps.refund(booking)

        assert steps.refund(booking, amount).problem == (409, "refund_exceeds_captured")

    @pytest.mark.parametrize("amount", [None, 1])
    def test_a_refund_of_an_unpaid_booking_is_refused(
        self, steps: PaymentSteps, table: Table, amount: int | None
    ) -> None:
        assert steps.refund(stored_booking(table), amount).problem == (
            409,
            "refund_exceeds_captured",
        )

    def test_a_refund_cannot_include_what_a_cancellation_owes(
        self, steps: PaymentSteps, booking: Booking
    ) -> None:
        steps.cancel(booking)

        assert steps.refund(booking, 301).problem == (409, "refund_exceeds_captured")
        assert steps.refund(booking, 300).status == 201

    def test_a_refund_cannot_include_money_in_dispute(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        (payment,) = booking.payments
        stripe.dispute(payment)
        call.deliver()

        refused = steps.refund(booking)
        assert refused.problem == (409, "refund_exceeds_captured")
        assert refused.body["detail"] == "Left to refund: 0 cents; in dispute: 10000 cents."

    def test_the_sum_of_several_refunds_is_limited(
        self, steps: PaymentSteps, booking: Booking
    ) -> None:
        answers = [steps.refund(booking, 3_000).status for _ in range(5)]

        assert answers == [201, 201, 201, 409, 409]
        assert steps.account(booking)["balance"]["refund_owed"] == 9_000


class TestIdempotencyKey:
    def test_a_refund_needs_an_idempotency_key(self, steps: PaymentSteps, booking: Booking) -> None:
        answer = steps.refund(booking, headers={"Idempotency-Key": None})

        assert answer.problem == (400, "missing_parameter")

    @pytest.mark.parametrize("amount", [None, 2_500])
    def test_the_same_key_returns_the_same_refund(
        self, steps: PaymentSteps, snapshot: Snapshot, booking: Booking, amount: int | None
    ) -> None:
        first = steps.refund(booking, amount, headers=KEY_HEADER)
        before = snapshot()

        again = steps.refund(booking, amount, headers=KEY_HEADER)

        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert again.body == first.body
        assert snapshot() == before

    @pytest.mark.parametrize(
        ("card", "outcomes", "status"),
        [
            ("4242424242424242", [], "succeeded"),
            (REFUND_PENDS, [], "pending"),
            (REFUND_PENDS, ["succeeded"], "succeeded"),
            (REFUND_FAILS, ["failed"], "failed"),
        ],
    )
    def test_a_replay_shows_the_current_status_of_the_refund(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        table: Table,
        card: str,
        outcomes: list[str],
        status: str,
    ) -> None:
        booking = paid_booking(call, stored_booking(table), card=card)
        first = steps.refund(booking, headers=KEY_HEADER)
        steps.follow_up()
        (refund,) = stripe.all_objects("refunds")
        for outcome in outcomes:
            stripe.set_refund_status(refund["id"], outcome)
        call.deliver()

        again = steps.refund(booking, headers=KEY_HEADER).body

        assert (again["refund_id"], again["amount"]) == (first.body["refund_id"], DEPOSIT)
        assert again["refund_status"] == status
        assert ("estimated_refund_date" in again) == (status == "pending")

    def test_a_replay_shows_a_refund_as_canceled_after_a_lost_dispute(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given a refund that is not sent when a dispute withdraws the whole payment
        first = steps.refund(booking, 2_500, headers=KEY_HEADER).body
        (payment,) = booking.payments
        dispute = stripe.dispute(payment)
        call.deliver()
        assert steps.refund(booking, 2_500, headers=KEY_HEADER).body["refund_status"] == "pending"
        stripe.close_dispute(dispute["id"], won=False)
        call.deliver()

        again = steps.refund(booking, 2_500, headers=KEY_HEADER).body

        # Then no part of it is sent or refunded
        assert (again["refund_id"], again["amount"]) == (first["refund_id"], 2_500)
        assert again["refund_status"] == "canceled"
        assert "estimated_refund_date" not in again
        assert not stripe.all_objects("refunds")
        steps.check(booking)

    @pytest.mark.parametrize("change", [{"amount": 2_501}, {"reason": "Warm noodles"}])
    def test_a_refund_with_a_used_key_and_another_body_is_refused(
        self, call: Handlers, snapshot: Snapshot, booking: Booking, change: dict[str, Any]
    ) -> None:
        body = {"booking_id": booking.id, "amount": 2_500, "reason": "Cold noodles"}
        call("refundPayment", body, by=ADMIN, headers=KEY_HEADER)
        before = snapshot()

        answer = call("refundPayment", body | change, by=ADMIN, headers=KEY_HEADER)

        assert answer.problem == (422, "idempotency_key_reused")
        assert snapshot() == before

    def test_a_refund_with_a_used_key_and_another_booking_is_refused(
        self, call: Handlers, steps: PaymentSteps, table: Table, booking: Booking
    ) -> None:
        other = paid_booking(call, stored_booking(table, date=days_ahead(40)))
        steps.refund(booking, 100, headers=KEY_HEADER)

        assert steps.refund(other, 100, headers=KEY_HEADER).problem == (
            422,
            "idempotency_key_reused",
        )
        assert steps.account(other)["balance"]["refund_owed"] == 0

    def test_the_key_of_a_refused_refund_may_be_used_again(
        self, steps: PaymentSteps, booking: Booking
    ) -> None:
        assert steps.refund(booking, DEPOSIT + 1, headers=KEY_HEADER).status == 409

        assert steps.refund(booking, DEPOSIT, headers=KEY_HEADER).status == 201


class TestRequest:
    @pytest.mark.parametrize("by", [CUSTOMER, None])
    def test_a_refund_by_anybody_but_staff_is_refused(
        self, steps: PaymentSteps, snapshot: Snapshot, booking: Booking, by: str | None
    ) -> None:
        before = snapshot()

        assert steps.refund(booking, by=by).status == (403 if by else 401)
        assert snapshot() == before

    def test_a_refund_of_an_unknown_booking_is_not_found(self, call: Handlers) -> None:
        body = {"booking_id": new_id(), "reason": "x"}

        assert call("refundPayment", body, by=ADMIN).problem == (404, "booking_not_found")

    @pytest.mark.parametrize("reason", ["", " ", "\n\t", "x" * 501, None, 1])
    def test_a_refund_needs_a_reason(
        self, call: Handlers, snapshot: Snapshot, booking: Booking, reason: Any
    ) -> None:
        before = snapshot()

        answer = call("refundPayment", {"booking_id": booking.id, "reason": reason}, by=ADMIN)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /reason"]
        assert snapshot() == before

    def test_white_space_around_the_reason_is_removed(
        self, call: Handlers, booking: Booking
    ) -> None:
        answer = call("refundPayment", {"booking_id": booking.id, "reason": " Rain\n"}, by=ADMIN)

        assert answer.body["reason"] == "Rain"

    @pytest.mark.parametrize("amount", [0, -1, 1.5, "100", True])
    def test_a_refund_amount_is_a_positive_number_of_cents(
        self, call: Handlers, booking: Booking, amount: Any
    ) -> None:
        body = {"booking_id": booking.id, "reason": "x", "amount": amount}

        answer = call("refundPayment", body, by=ADMIN)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /amount"]


def test_the_estimated_refund_date_counts_from_the_day_at_the_venue(
    steps: PaymentSteps, now: Clock, booking: Booking
) -> None:
    # Given a late evening in Los Angeles, which is the next day in UTC
    now.set(now.at + timedelta(hours=13))

    assert steps.refund(booking).body["estimated_refund_date"] == "2026-12-03"
