"""Opening a payment: the amount that is due, and one open intent for each booking."""

from datetime import timedelta

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, CUSTOMER, OTHER_CUSTOMER, days_ahead
from tests.conftest import Clock
from tests.functions.example import Example, Given, Request
from tests.functions.given import Snapshot, new_id, store_attempts, stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.payment_steps import (
    BANK,
    DECLINED,
    SECURE,
    VISA,
    PaymentSteps,
    open_payment,
    paid_booking,
)
from tests.functions.payments.payment_intents import DEPOSIT, KEY_HEADER, TOTAL, intents, open_at
from tests.functions.provocations import (
    FIVE_MINUTES,
    Scene,
    body,
    in_status,
    reused_key,
    with_time_left,
)

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.store.table import Table


def example_request(given: Given) -> Request:
    due = given.booking
    return Request(body={"booking_id": due.id, "payment_type": due.payment_type})


def while_a_bank_debit_is_processing(scene: Scene, operation: str) -> Answer:
    booking = stored_booking(scene.table)
    scene.call.stripe.pay(open_payment(scene.call, booking, "full"), BANK)
    return scene.ask(operation, booking)


def after_as_many_attempts_as_allowed(scene: Scene, operation: str) -> Answer:
    booking = stored_booking(scene.table)
    store_attempts(scene.table, booking, booking.policy.payment_attempts)
    return scene.ask(operation, booking)


def below_stripes_minimum(scene: Scene, operation: str) -> Answer:
    booking = stored_booking(scene.table)
    scene.call.stripe.account.minimum_amount = booking.price.total + 1
    return scene.ask(operation, booking)


OPERATION = Example(
    request=example_request,
    succeeds=201,
    provocations={
        "booking_not_payable": in_status(Status.CANCELLED),
        "idempotency_key_reused": reused_key(payment_type="full"),
        "payment_in_progress": while_a_bank_debit_is_processing,
        "payment_not_due": body(payment_type="balance"),
        "payment_overdue": with_time_left(FIVE_MINUTES),
        "payment_refused_by_provider": below_stripes_minimum,
        "too_many_payment_attempts": after_as_many_attempts_as_allowed,
    },
    reads={
        "PaymentIntent": "payment_intent_id client_secret booking_id payment_type amount currency"
        " status",
    },
    texts={"CreatePaymentIntent": "booking_id payment_type"},
)


class TestAmountDue:
    def test_a_payment_intent_is_created_at_stripe(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        answer = steps.open(booking)

        (intent,) = stripe.all_objects("payment_intents")
        assert answer.status == 201
        assert "Idempotency-Replayed" not in answer.headers
        assert answer.body == {
            "payment_intent_id": intent["id"],
            "client_secret": intent["client_secret"],
            "booking_id": booking.id,
            "payment_type": "deposit",
            "amount": DEPOSIT,
            "currency": "usd",
            "status": "requires_payment_method",
        }
        assert (intent["amount"], intent["currency"]) == (DEPOSIT, "usd")
        assert intent["automatic_payment_methods"]["enabled"]
        assert intent["metadata"] == {
            "booking_id": booking.id,
            "payment_type": "deposit",
            "attempt": "1",
        }

    def test_stripe_gets_no_personal_data_of_the_customer(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        steps.open(booking)

        objects_at_stripe = str(stripe.all_objects("payment_intents"))
        for secret in (CUSTOMER, "Aiko", "aiko", "+1310", "Ocean Front"):
            assert secret not in objects_at_stripe

    @pytest.mark.parametrize(("payment_type", "amount"), [("deposit", DEPOSIT), ("full", TOTAL)])
    def test_an_unpaid_booking_may_pay_its_deposit_or_the_total(
        self, steps: PaymentSteps, booking: Booking, payment_type: str, amount: int
    ) -> None:
        assert steps.open(booking, payment_type).body["amount"] == amount

    @pytest.mark.parametrize("payment_type", ["balance", "full"])
    def test_the_balance_is_due_after_the_deposit(
        self, call: Handlers, steps: PaymentSteps, booking: Booking, payment_type: str
    ) -> None:
        paid_booking(call, booking)

        assert steps.open(booking, payment_type).body["amount"] == TOTAL - DEPOSIT

    def test_the_total_is_due_at_once_for_a_booking_in_less_than_a_week(
        self, steps: PaymentSteps, table: Table
    ) -> None:
        near_booking = stored_booking(table, date=days_ahead(5))

        assert steps.open(near_booking).body["amount"] == TOTAL
        assert steps.open(near_booking, "full").body["amount"] == TOTAL

    @pytest.mark.parametrize(
        ("payments", "payment_type"),
        [
            ((), "balance"),
            (("deposit",), "deposit"),
            (("full",), "deposit"),
            (("full",), "balance"),
            (("full",), "full"),
            (("deposit", "balance"), "balance"),
            (("deposit", "balance"), "full"),
        ],
    )
    def test_a_payment_type_that_is_not_due_is_refused(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        booking: Booking,
        payments: tuple[str, ...],
        payment_type: str,
    ) -> None:
        now = booking
        for each in payments:
            now = paid_booking(call, now, each)

        assert steps.open(booking, payment_type).problem == (409, "payment_not_due")
        assert len(intents(stripe)) == len(payments)

    @pytest.mark.parametrize("payment_type", ["balance", "full"])
    @pytest.mark.parametrize("balance", [1, 35, 49])
    def test_a_balance_below_50_cents_is_not_due(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        table: Table,
        payment_type: str,
        balance: int,
    ) -> None:
        """A balance of 35 cents was always a 502: Stripe takes at least 50 cents."""
        almost_paid = stored_booking(table, status=Status.CONFIRMED, captured=TOTAL - balance)

        assert steps.open(almost_paid, payment_type).problem == (409, "payment_not_due")
        assert not intents(stripe)
        shown = call("getBooking", booking_id=almost_paid.id).body
        assert (shown["price"]["balance_due"], shown["payment_status"]) == (0, "paid")

    def test_a_balance_of_50_cents_is_due(self, steps: PaymentSteps, table: Table) -> None:
        almost_paid = stored_booking(table, status=Status.CONFIRMED, captured=TOTAL - 50)

        assert steps.open(almost_paid, "balance").body["amount"] == 50

    def test_a_remainder_that_was_written_off_counts_again_when_the_price_rises(
        self, call: Handlers, steps: PaymentSteps, table: Table
    ) -> None:
        almost_paid = stored_booking(table, status=Status.CONFIRMED, captured=TOTAL - 35)

        call("updateBooking", {"travel_miles": 31}, booking_id=almost_paid.id, by=ADMIN)

        assert steps.open(almost_paid, "balance").body["amount"] == 235

    @pytest.mark.parametrize("payment_type", ["deposit", "balance", "full"])
    def test_a_cancelled_booking_takes_no_payment(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, payment_type: str
    ) -> None:
        steps.cancel(booking)

        assert steps.open(booking, payment_type).problem == (409, "booking_not_payable")
        assert not intents(stripe)

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_the_balance_can_be_paid_after_the_party(
        self, steps: PaymentSteps, table: Table, status: Status
    ) -> None:
        past_booking = stored_booking(table, status=status, captured=DEPOSIT)

        assert steps.open(past_booking, "balance").body["amount"] == TOTAL - DEPOSIT

    def test_the_first_payment_can_be_opened_until_its_deadline(
        self, steps: PaymentSteps, now: Clock, stripe: FakeStripe, booking: Booking
    ) -> None:
        now.set(booking.payment_due_at)
        assert steps.open(booking).status == 201

        now.set(booking.payment_due_at + timedelta(microseconds=1))
        assert steps.open(booking).problem == (409, "payment_overdue")
        assert len(intents(stripe)) == 1

    def test_a_confirmed_booking_has_no_deadline(
        self, call: Handlers, steps: PaymentSteps, now: Clock, booking: Booking
    ) -> None:
        paid_booking(call, booking)
        now.set(booking.payment_due_at + timedelta(days=3))

        assert steps.open(booking, "balance").status == 201

    def test_a_request_that_names_an_amount_or_currency_is_refused(
        self, call: Handlers, stripe: FakeStripe, booking: Booking
    ) -> None:
        payment_type = {"booking_id": booking.id, "payment_type": "deposit"}
        for name, value in {"amount": 1, "currency": "jpy", "metadata": {}}.items():
            answer = call("createPaymentIntent", payment_type | {name: value})
            assert answer.problem == (422, "validation_failed")
            assert answer.faults == [f"body /{name}"]
        assert not intents(stripe)


class TestWhoMayPay:
    def test_a_payment_of_another_customers_booking_is_not_found(
        self, steps: PaymentSteps, stripe: FakeStripe, snapshot: Snapshot, booking: Booking
    ) -> None:
        before = snapshot()

        answer = steps.open(booking, by=OTHER_CUSTOMER)

        assert answer.problem == (404, "booking_not_found")
        assert not intents(stripe)
        assert snapshot() == before

    def test_a_payment_of_an_unknown_booking_is_not_found(
        self, call: Handlers, stripe: FakeStripe
    ) -> None:
        body = {"booking_id": new_id(), "payment_type": "deposit"}

        assert call("createPaymentIntent", body).problem == (404, "booking_not_found")
        assert not intents(stripe)

    def test_staff_may_open_a_payment_for_a_customer(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        assert steps.open(booking, by=ADMIN).status == 201
        assert len(intents(stripe)) == 1


class TestIdempotencyKey:
    def test_a_payment_intent_needs_an_idempotency_key(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        answer = steps.open(booking, headers={"Idempotency-Key": None})

        assert answer.problem == (400, "missing_parameter")
        assert answer.faults == ["header /Idempotency-Key"]
        assert not intents(stripe)

    def test_the_same_key_returns_the_same_intent(
        self, steps: PaymentSteps, stripe: FakeStripe, snapshot: Snapshot, booking: Booking
    ) -> None:
        first = steps.open(booking, headers=KEY_HEADER)
        before = snapshot()

        again = steps.open(booking, headers=KEY_HEADER)

        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert again.body == first.body
        assert len(intents(stripe)) == 1
        assert snapshot() == before

    @pytest.mark.parametrize(("card", "status"), [(VISA, "succeeded"), (BANK, "processing")])
    def test_a_replay_shows_the_current_status_of_the_intent(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, card: str, status: str
    ) -> None:
        stripe.pay(steps.open(booking, headers=KEY_HEADER).body["payment_intent_id"], card)

        again = steps.open(booking, headers=KEY_HEADER)

        assert (again.status, again.body["status"]) == (201, status)
        assert len(intents(stripe)) == 1

    def test_a_replay_returns_the_intent_after_it_was_paid(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        first = steps.open(booking, headers=KEY_HEADER)
        stripe.pay(first.body["payment_intent_id"])
        call.deliver()

        again = steps.open(booking, headers=KEY_HEADER)

        assert again.body == first.body | {"status": "succeeded"}

    def test_a_payment_intent_with_a_used_key_and_another_body_is_refused(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        steps.open(booking, headers=KEY_HEADER)

        answer = steps.open(booking, "full", headers=KEY_HEADER)

        assert answer.problem == (422, "idempotency_key_reused")
        assert len(intents(stripe)) == 1

    def test_a_payment_intent_with_a_used_key_and_another_booking_is_refused(
        self, steps: PaymentSteps, table: Table, booking: Booking
    ) -> None:
        steps.open(booking, headers=KEY_HEADER)

        other = stored_booking(table, date=days_ahead(40))

        assert steps.open(other, headers=KEY_HEADER).problem == (422, "idempotency_key_reused")

    def test_two_customers_may_use_the_same_idempotency_key(
        self, steps: PaymentSteps, table: Table, booking: Booking
    ) -> None:
        other_intent = stored_booking(table, by=OTHER_CUSTOMER, date=days_ahead(40))
        first = steps.open(booking, headers=KEY_HEADER)

        second = steps.open(other_intent, by=OTHER_CUSTOMER, headers=KEY_HEADER)

        assert second.status == 201
        assert second.body["payment_intent_id"] != first.body["payment_intent_id"]

    def test_the_key_of_a_refused_payment_intent_may_be_used_again(
        self, steps: PaymentSteps, booking: Booking
    ) -> None:
        assert steps.open(booking, "balance", headers=KEY_HEADER).problem == (
            409,
            "payment_not_due",
        )

        assert steps.open(booking, "deposit", headers=KEY_HEADER).status == 201


class TestOneOpenIntent:
    def test_the_same_payment_type_under_another_key_returns_the_open_intent(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        first, second = steps.open(booking), steps.open(booking)

        assert second.body == first.body
        assert "Idempotency-Replayed" not in second.headers
        assert len(intents(stripe)) == 1

    def test_both_keys_of_one_intent_replay_it(self, steps: PaymentSteps, booking: Booking) -> None:
        other: dict[str, str | None] = {"Idempotency-Key": "second"}
        first = steps.open(booking, headers=KEY_HEADER).body
        steps.open(booking, headers=other)

        for key in (KEY_HEADER, other):
            again = steps.open(booking, headers=key)
            assert (again.body, again.headers["Idempotency-Replayed"]) == (first, "true")

    def test_another_payment_type_cancels_the_open_intent(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        deposit = steps.open(booking).body["payment_intent_id"]

        full = steps.open(booking, "full").body["payment_intent_id"]

        assert intents(stripe) == {deposit: "canceled", full: "requires_payment_method"}
        assert [each["status"] for each in steps.account(booking)["payments"]] == [
            "canceled",
            "requires_payment_method",
        ]

    @pytest.mark.parametrize("card", [DECLINED, SECURE])
    def test_another_payment_type_cancels_an_intent_with_an_unfinished_payment(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, card: str
    ) -> None:
        deposit = steps.pay(booking, card=card)

        assert steps.open(booking, "full").status == 201
        assert intents(stripe)[deposit] == "canceled"

    def test_changing_the_payment_type_back_leaves_one_open_intent(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        for payment_type in ("deposit", "full", "deposit"):
            last = steps.open(booking, payment_type).body

        assert open_at(stripe) == [last["payment_intent_id"]]
        attempts = [
            (each["payment_type"], each["attempt"]) for each in steps.account(booking)["payments"]
        ]
        assert sorted(attempts) == [("deposit", 1), ("deposit", 2), ("full", 1)]

    def test_a_repriced_booking_gets_a_new_intent_and_the_old_one_is_cancelled(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        before = steps.open(booking, "full").body
        call("updateBooking", {"guests": 20}, booking_id=booking.id)

        after = steps.open(booking, "full").body

        assert after["amount"] == 119_075
        assert intents(stripe)[before["payment_intent_id"]] == "canceled"
        assert open_at(stripe) == [after["payment_intent_id"]]

    def test_a_declined_card_leaves_the_intent_to_be_tried_again(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        intent = steps.pay(booking, card=DECLINED)

        again = steps.open(booking)

        assert again.body["payment_intent_id"] == intent
        assert again.body["status"] == "requires_payment_method"
        assert stripe.pay(intent)["status"] == "succeeded"

    def test_an_intent_that_was_cancelled_at_stripe_is_replaced(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        first = steps.open(booking).body["payment_intent_id"]
        call.provider.cancel(first)

        second = steps.open(booking)

        assert second.status == 201
        assert open_at(stripe) == [second.body["payment_intent_id"]] != [first]

    def test_another_payment_type_leaves_the_intents_of_other_bookings_open(
        self, steps: PaymentSteps, stripe: FakeStripe, table: Table, booking: Booking
    ) -> None:
        other = stored_booking(table, date=days_ahead(40))
        other_intent = steps.open(other).body["payment_intent_id"]

        steps.open(booking, "full")

        assert intents(stripe)[other_intent] == "requires_payment_method"


class TestPaymentUnderWay:
    @pytest.mark.parametrize("payment_type", ["deposit", "full"])
    def test_a_paid_intent_is_applied_before_another_is_created(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, payment_type: str
    ) -> None:
        # Given a paid deposit whose webhook is not delivered
        steps.pay(booking)

        answer = steps.open(booking, payment_type)

        assert steps.now_of(booking).status is Status.CONFIRMED
        steps.check(booking)
        if payment_type == "deposit":
            assert answer.problem == (409, "payment_not_due")
            assert len(intents(stripe)) == 1
        else:
            assert answer.body["amount"] == TOTAL - DEPOSIT

    def test_no_other_intent_is_created_while_a_bank_debit_is_processing(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        steps.pay(booking, card=BANK)

        assert steps.open(booking, "full").problem == (409, "payment_in_progress")
        assert len(intents(stripe)) == 1

    def test_the_same_payment_type_shows_the_processing_bank_debit(
        self, steps: PaymentSteps, booking: Booking
    ) -> None:
        intent = steps.pay(booking, card=BANK)

        answer = steps.open(booking)

        assert (answer.status, answer.body["status"]) == (201, "processing")
        assert answer.body["payment_intent_id"] == intent

    @pytest.mark.parametrize(("succeed", "amount"), [(True, TOTAL - DEPOSIT), (False, TOTAL)])
    def test_another_intent_can_be_created_once_the_bank_has_decided(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, succeed: bool, amount: int
    ) -> None:
        stripe.finish_processing(steps.pay(booking, card=BANK), succeed=succeed)

        assert steps.open(booking, "full").body["amount"] == amount
