"""Opening a payment: the server says what is due, and a booking has one open intent at a time."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.api.resources.payment_intent_parameters import CREATE
from local.fakes.stripe.fake import FakeStripe
from tests.builders import ADMIN, CUSTOMER, OTHER_CUSTOMER, caller, confirmed, days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import told
from tests.functions.example import Example, Given, Request
from tests.functions.given import Snapshot, new_id, stored, tried
from tests.functions.handlers import Answer, Handlers
from tests.functions.money import BANK, DECLINED, SECURE, VISA, Till, opened, paid
from tests.functions.provocations import FIVE_MINUTES, Scene, body, in_status, later, reused_key
from tests.functions.secrets_manager import rotate
from tests.functions.stripe import API_KEY

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import Balance
from teppan.domain.payments.attempt import Intent, PaymentAttempt
from teppan.domain.policy import CURRENT
from teppan.store.bookings import bookings
from teppan.store.payments import payments
from teppan.store.table import Table
from teppan_payments.stripe_provider import StripeProvider


def example_request(given: Given) -> Request:
    due = given.booking
    return Request(body={"booking_id": due.id, "payment_type": due.payment_type})


def while_a_bank_debit_is_processing(scene: Scene, operation: str) -> Answer:
    booking = stored(scene.table)
    scene.call.stripe.pay(opened(scene.call, booking, "full"), BANK)
    return scene.ask(operation, booking)


def after_as_many_attempts_as_allowed(scene: Scene, operation: str) -> Answer:
    booking = stored(scene.table)
    tried(scene.table, booking, booking.policy.payment_attempts)
    return scene.ask(operation, booking)


def below_stripes_minimum(scene: Scene, operation: str) -> Answer:
    booking = stored(scene.table)
    scene.call.stripe.account.minimum = booking.price.total + 1
    return scene.ask(operation, booking)


OPERATION = Example(
    request=example_request,
    provocations={
        "booking_not_payable": in_status(Status.CANCELLED),
        "idempotency_key_reused": reused_key(payment_type="full"),
        "payment_in_progress": while_a_bank_debit_is_processing,
        "payment_not_due": body(payment_type="balance"),
        "payment_overdue": later(FIVE_MINUTES),
        "payment_refused_by_provider": below_stripes_minimum,
        "too_many_payment_attempts": after_as_many_attempts_as_allowed,
    },
    reads={
        "PaymentIntent": "payment_intent_id client_secret booking_id payment_type amount currency"
        " status",
    },
    texts={"CreatePaymentIntent": "booking_id payment_type"},
)

TOTAL, DEPOSIT = 71_445, 10_000
KEY: dict[str, str | None] = {"Idempotency-Key": "first"}


def intents(stripe: FakeStripe) -> dict[str, str]:
    """Return the status of each intent at Stripe, oldest first."""
    made = reversed(stripe.everything("payment_intents"))
    return {each["id"]: each["status"] for each in made}


def open_at(stripe: FakeStripe) -> list[str]:
    """Return the intents that could still be paid."""
    return [name for name, status in intents(stripe).items() if status != "canceled"]


@pytest.fixture
def booking(table: Table) -> Booking:
    return stored(table)


class TestWhatIsDue:
    def test_a_payment_is_opened_at_stripe(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        answer = till.open(booking)

        (made,) = stripe.everything("payment_intents")
        assert answer.status == 201
        assert "Idempotency-Replayed" not in answer.headers
        assert answer.body == {
            "payment_intent_id": made["id"],
            "client_secret": made["client_secret"],
            "booking_id": booking.id,
            "payment_type": "deposit",
            "amount": DEPOSIT,
            "currency": "usd",
            "status": "requires_payment_method",
        }
        assert (made["amount"], made["currency"]) == (DEPOSIT, "usd")
        assert made["automatic_payment_methods"]["enabled"]
        assert made["metadata"] == {
            "booking_id": booking.id,
            "payment_type": "deposit",
            "attempt": "1",
        }

    def test_stripe_learns_nothing_about_the_customer(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        till.open(booking)

        known = str(stripe.everything("payment_intents"))
        for secret in (CUSTOMER, "Aiko", "aiko", "+1310", "Ocean Front"):
            assert secret not in known

    @pytest.mark.parametrize(("wanted", "amount"), [("deposit", DEPOSIT), ("full", TOTAL)])
    def test_an_unpaid_booking_owes_its_deposit_or_all(
        self, till: Till, booking: Booking, wanted: str, amount: int
    ) -> None:
        assert till.open(booking, wanted).body["amount"] == amount

    @pytest.mark.parametrize("wanted", ["balance", "full"])
    def test_after_the_deposit_the_rest_is_due(
        self, call: Handlers, till: Till, booking: Booking, wanted: str
    ) -> None:
        paid(call, booking)

        assert till.open(booking, wanted).body["amount"] == TOTAL - DEPOSIT

    def test_a_booking_in_less_than_a_week_owes_all_at_once(self, till: Till, table: Table) -> None:
        soon = stored(table, date=days_ahead(5))

        assert till.open(soon).body["amount"] == TOTAL
        assert till.open(soon, "full").body["amount"] == TOTAL

    @pytest.mark.parametrize(
        ("payments", "wanted"),
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
    def test_what_is_not_due_is_not_asked_for(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        booking: Booking,
        payments: tuple[str, ...],
        wanted: str,
    ) -> None:
        now = booking
        for each in payments:
            now = paid(call, now, each)

        assert till.open(booking, wanted).problem == (409, "payment_not_due")
        assert len(intents(stripe)) == len(payments)

    @pytest.mark.parametrize("wanted", ["balance", "full"])
    @pytest.mark.parametrize("left", [1, 35, 49])
    def test_what_no_card_takes_is_not_asked_for(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        table: Table,
        wanted: str,
        left: int,
    ) -> None:
        """`balance_due: 35` answered 502 for ever: Stripe takes at least 50 cents."""
        nearly = stored(table, status=Status.CONFIRMED, captured=TOTAL - left)

        assert till.open(nearly, wanted).problem == (409, "payment_not_due")
        assert not intents(stripe)
        shown = call("getBooking", booking_id=nearly.id).body
        assert (shown["price"]["balance_due"], shown["payment_status"]) == (0, "paid")

    def test_50_cents_are_asked_for(self, till: Till, table: Table) -> None:
        nearly = stored(table, status=Status.CONFIRMED, captured=TOTAL - 50)

        assert till.open(nearly, "balance").body["amount"] == 50

    def test_a_remainder_that_was_written_off_counts_again_when_the_price_rises(
        self, call: Handlers, till: Till, table: Table
    ) -> None:
        nearly = stored(table, status=Status.CONFIRMED, captured=TOTAL - 35)

        call("updateBooking", {"travel_miles": 31}, booking_id=nearly.id, by=ADMIN)

        assert till.open(nearly, "balance").body["amount"] == 235

    @pytest.mark.parametrize("wanted", ["deposit", "balance", "full"])
    def test_a_cancelled_booking_takes_no_payment(
        self, till: Till, stripe: FakeStripe, booking: Booking, wanted: str
    ) -> None:
        till.cancel(booking)

        assert till.open(booking, wanted).problem == (409, "booking_not_payable")
        assert not intents(stripe)

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_what_is_left_is_paid_even_after_the_party(
        self, till: Till, table: Table, status: Status
    ) -> None:
        over = stored(table, status=status, captured=DEPOSIT)

        assert till.open(over, "balance").body["amount"] == TOTAL - DEPOSIT

    def test_the_deadline_is_the_last_moment(
        self, till: Till, now: Clock, stripe: FakeStripe, booking: Booking
    ) -> None:
        now.set(booking.payment_due_at)
        assert till.open(booking).status == 201

        now.set(booking.payment_due_at + timedelta(microseconds=1))
        assert till.open(booking).problem == (409, "payment_overdue")
        assert len(intents(stripe)) == 1

    def test_a_confirmed_booking_has_no_deadline(
        self, call: Handlers, till: Till, now: Clock, booking: Booking
    ) -> None:
        paid(call, booking)
        now.set(booking.payment_due_at + timedelta(days=3))

        assert till.open(booking, "balance").status == 201

    def test_a_client_has_no_say_in_the_amount(
        self, call: Handlers, stripe: FakeStripe, booking: Booking
    ) -> None:
        wanted = {"booking_id": booking.id, "payment_type": "deposit"}
        for name, value in {"amount": 1, "currency": "jpy", "metadata": {}}.items():
            answer = call("createPaymentIntent", wanted | {name: value})
            assert answer.problem == (422, "validation_failed")
            assert answer.faults == [f"body /{name}"]
        assert not intents(stripe)


class TestWhoPays:
    def test_somebody_elses_booking_is_not_even_there(
        self, till: Till, stripe: FakeStripe, snapshot: Snapshot, booking: Booking
    ) -> None:
        before = snapshot()

        answer = till.open(booking, by=OTHER_CUSTOMER)

        assert answer.problem == (404, "booking_not_found")
        assert not intents(stripe)
        assert snapshot() == before

    def test_nor_is_one_that_nobody_made(self, call: Handlers, stripe: FakeStripe) -> None:
        body = {"booking_id": new_id(), "payment_type": "deposit"}

        assert call("createPaymentIntent", body).problem == (404, "booking_not_found")
        assert not intents(stripe)

    def test_staff_may_open_a_payment_for_a_customer(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        assert till.open(booking, by=ADMIN).status == 201
        assert len(intents(stripe)) == 1


class TestTheKey:
    def test_is_required(self, till: Till, stripe: FakeStripe, booking: Booking) -> None:
        answer = till.open(booking, headers={"Idempotency-Key": None})

        assert answer.problem == (400, "missing_parameter")
        assert answer.faults == ["header /Idempotency-Key"]
        assert not intents(stripe)

    def test_brings_the_same_intent_again(
        self, till: Till, stripe: FakeStripe, snapshot: Snapshot, booking: Booking
    ) -> None:
        first = till.open(booking, headers=KEY)
        before = snapshot()

        again = till.open(booking, headers=KEY)

        assert (again.status, again.headers["Idempotency-Replayed"]) == (201, "true")
        assert again.body == first.body
        assert len(intents(stripe)) == 1
        assert snapshot() == before

    @pytest.mark.parametrize(("card", "status"), [(VISA, "succeeded"), (BANK, "processing")])
    def test_tells_how_the_intent_stands_by_then(
        self, till: Till, stripe: FakeStripe, booking: Booking, card: str, status: str
    ) -> None:
        stripe.pay(till.open(booking, headers=KEY).body["payment_intent_id"], card)

        again = till.open(booking, headers=KEY)

        assert (again.status, again.body["status"]) == (201, status)
        assert len(intents(stripe)) == 1

    def test_brings_it_even_when_nothing_is_due_any_more(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        first = till.open(booking, headers=KEY)
        stripe.pay(first.body["payment_intent_id"])
        call.deliver()

        again = till.open(booking, headers=KEY)

        assert again.body == first.body | {"status": "succeeded"}

    def test_is_good_for_one_body(self, till: Till, stripe: FakeStripe, booking: Booking) -> None:
        till.open(booking, headers=KEY)

        answer = till.open(booking, "full", headers=KEY)

        assert answer.problem == (422, "idempotency_key_reused")
        assert len(intents(stripe)) == 1

    def test_is_good_for_one_booking(self, till: Till, table: Table, booking: Booking) -> None:
        till.open(booking, headers=KEY)

        other = stored(table, date=days_ahead(40))

        assert till.open(other, headers=KEY).problem == (422, "idempotency_key_reused")

    def test_belongs_to_whoever_sent_it(self, till: Till, table: Table, booking: Booking) -> None:
        theirs = stored(table, by=OTHER_CUSTOMER, date=days_ahead(40))
        first = till.open(booking, headers=KEY)

        second = till.open(theirs, by=OTHER_CUSTOMER, headers=KEY)

        assert second.status == 201
        assert second.body["payment_intent_id"] != first.body["payment_intent_id"]

    def test_of_a_refused_request_is_still_good(self, till: Till, booking: Booking) -> None:
        assert till.open(booking, "balance", headers=KEY).problem == (409, "payment_not_due")

        assert till.open(booking, "deposit", headers=KEY).status == 201


class TestOneOpenIntent:
    def test_the_same_again_under_another_key_is_the_same_intent(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        first, second = till.open(booking), till.open(booking)

        assert second.body == first.body
        assert "Idempotency-Replayed" not in second.headers
        assert len(intents(stripe)) == 1

    def test_both_keys_bring_it_again(self, till: Till, booking: Booking) -> None:
        other: dict[str, str | None] = {"Idempotency-Key": "second"}
        first = till.open(booking, headers=KEY).body
        till.open(booking, headers=other)

        for key in (KEY, other):
            again = till.open(booking, headers=key)
            assert (again.body, again.headers["Idempotency-Replayed"]) == (first, "true")

    def test_another_type_cancels_the_open_one(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        deposit = till.open(booking).body["payment_intent_id"]

        full = till.open(booking, "full").body["payment_intent_id"]

        assert intents(stripe) == {deposit: "canceled", full: "requires_payment_method"}
        assert [each["status"] for each in till.account(booking)["payments"]] == [
            "canceled",
            "requires_payment_method",
        ]

    @pytest.mark.parametrize("card", [DECLINED, SECURE])
    def test_even_one_that_somebody_has_begun_to_pay(
        self, till: Till, stripe: FakeStripe, booking: Booking, card: str
    ) -> None:
        deposit = till.pay(booking, card=card)

        assert till.open(booking, "full").status == 201
        assert intents(stripe)[deposit] == "canceled"

    def test_and_back_again(self, till: Till, stripe: FakeStripe, booking: Booking) -> None:
        for wanted in ("deposit", "full", "deposit"):
            last = till.open(booking, wanted).body

        assert open_at(stripe) == [last["payment_intent_id"]]
        attempts = [
            (each["payment_type"], each["attempt"]) for each in till.account(booking)["payments"]
        ]
        assert sorted(attempts) == [("deposit", 1), ("deposit", 2), ("full", 1)]

    def test_a_repriced_booking_gets_a_new_intent_and_the_old_one_is_cancelled(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        before = till.open(booking, "full").body
        call("updateBooking", {"guests": 20}, booking_id=booking.id)

        after = till.open(booking, "full").body

        assert after["amount"] == 119_075
        assert intents(stripe)[before["payment_intent_id"]] == "canceled"
        assert open_at(stripe) == [after["payment_intent_id"]]

    def test_a_declined_card_leaves_the_intent_to_be_tried_again(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        intent = till.pay(booking, card=DECLINED)

        again = till.open(booking)

        assert again.body["payment_intent_id"] == intent
        assert again.body["status"] == "requires_payment_method"
        assert stripe.pay(intent)["status"] == "succeeded"

    def test_an_intent_that_was_cancelled_at_stripe_is_followed_by_another(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        first = till.open(booking).body["payment_intent_id"]
        call.provider.cancel(first)

        second = till.open(booking)

        assert second.status == 201
        assert open_at(stripe) == [second.body["payment_intent_id"]] != [first]

    def test_other_bookings_are_left_alone(
        self, till: Till, stripe: FakeStripe, table: Table, booking: Booking
    ) -> None:
        other = stored(table, date=days_ahead(40))
        theirs = till.open(other).body["payment_intent_id"]

        till.open(booking, "full")

        assert intents(stripe)[theirs] == "requires_payment_method"


class TestPaidMeanwhile:
    @pytest.mark.parametrize("wanted", ["deposit", "full"])
    def test_a_paid_intent_is_noticed_before_another_is_made(
        self, till: Till, stripe: FakeStripe, booking: Booking, wanted: str
    ) -> None:
        # Given a deposit that is paid, of which no webhook has told
        till.pay(booking)

        answer = till.open(booking, wanted)

        assert till.now_of(booking).status is Status.CONFIRMED
        till.check(booking)
        if wanted == "deposit":
            assert answer.problem == (409, "payment_not_due")
            assert len(intents(stripe)) == 1
        else:
            assert answer.body["amount"] == TOTAL - DEPOSIT

    def test_a_payment_at_the_bank_is_waited_for(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        till.pay(booking, card=BANK)

        assert till.open(booking, "full").problem == (409, "payment_in_progress")
        assert len(intents(stripe)) == 1

    def test_which_its_own_type_shows(self, till: Till, booking: Booking) -> None:
        intent = till.pay(booking, card=BANK)

        answer = till.open(booking)

        assert (answer.status, answer.body["status"]) == (201, "processing")
        assert answer.body["payment_intent_id"] == intent

    @pytest.mark.parametrize(("succeed", "amount"), [(True, TOTAL - DEPOSIT), (False, TOTAL)])
    def test_until_the_bank_has_decided(
        self, till: Till, stripe: FakeStripe, booking: Booking, succeed: bool, amount: int
    ) -> None:
        stripe.settle(till.pay(booking, card=BANK), succeed=succeed)

        assert till.open(booking, "full").body["amount"] == amount


@pytest.mark.parametrize("tab", ["first", "second"])
def test_a_booking_that_is_cancelled_while_its_payment_opens_gets_no_intent(
    till: Till, stripe: FakeStripe, booking: Booking, tab: str
) -> None:
    # Given a booking (whose payment was opened before, in another tab)
    if tab == "second":
        till.open(booking)
    attempts, cancellations = payments.attempts, iter([partial(till.cancel, booking)])
    answers: list[Answer] = []

    def read(table: Table, booking_id: str) -> list[PaymentAttempt]:
        known = attempts(table, booking_id)
        answers.extend(cancel() for cancel in cancellations)
        return known

    # When it is cancelled between the read and the write of a request to pay it
    with patch.object(payments, "attempts", read):
        refused = till.open(booking)

    # Then nobody can pay
    assert [answer.status for answer in answers] == [200]
    assert refused.problem == (409, "booking_not_payable")
    assert open_at(stripe) == []


def test_of_two_intents_made_for_one_attempt_the_one_noted_last_is_cancelled(
    till: Till, stripe: FakeStripe, table: Table, booking: Booking
) -> None:
    # Given a request that another one overtakes, under a new key, before it notes its intent
    make, faster = StripeProvider.open, iter([partial(till.open, booking)])
    answers: list[Answer] = []

    def open_(provider: StripeProvider, attempt: PaymentAttempt) -> Intent:
        made = make(provider, attempt)
        for overtake in faster:
            payments.count_try(table, attempt)
            answers.append(overtake())
        return made

    # When both ask for the payment
    with patch.object(StripeProvider, "open", open_):
        answers.append(till.open(booking))

    # Then both get the one intent that can be paid
    assert [answer.status for answer in answers] == [201, 201]
    assert len(intents(stripe)) == 2
    assert [answer.body["payment_intent_id"] for answer in answers] == open_at(stripe) * 2


class TestHowOften:
    """Each attempt may come to be paid, and one transaction must hold what is owed of all."""

    TOO_MANY = (409, "too_many_payment_attempts")

    def test_there_is_a_last_attempt(
        self, till: Till, stripe: FakeStripe, snapshot: Snapshot, table: Table, booking: Booking
    ) -> None:
        # Given one attempt less than there may be
        tried(table, booking, booking.policy.payment_attempts - 1)

        # Then the last one is opened, and there is no other
        last = till.open(booking)
        assert last.status == 201
        before = snapshot()
        assert till.open(booking, "full").problem == self.TOO_MANY

        # And the last one is left to be paid
        assert intents(stripe) == {last.body["payment_intent_id"]: "requires_payment_method"}
        assert snapshot() == before

    def test_the_last_one_is_brought_again_and_can_be_paid(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, booking: Booking
    ) -> None:
        tried(table, booking, booking.policy.payment_attempts - 1)
        last = till.open(booking, headers=KEY).body

        assert till.open(booking, headers=KEY).body == last
        assert till.open(booking).body == last

        stripe.pay(last["payment_intent_id"])
        call.deliver()
        assert till.now_of(booking).status is Status.CONFIRMED

    @pytest.mark.parametrize("by", [CUSTOMER, ADMIN])
    def test_all_types_count_together_and_for_everybody(
        self, call: Handlers, till: Till, table: Table, booking: Booking, by: str
    ) -> None:
        # Given as many attempts at the deposit as there may be, the last of them paid
        tried(table, booking, booking.policy.payment_attempts - 1)
        paid(call, booking)

        assert till.open(booking, "balance", by=by).problem == self.TOO_MANY

    def test_one_that_was_cancelled_at_stripe_has_no_successor_then(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, booking: Booking
    ) -> None:
        tried(table, booking, booking.policy.payment_attempts - 1)
        last = till.open(booking).body["payment_intent_id"]
        call.provider.cancel(last)

        assert till.open(booking).problem == self.TOO_MANY
        assert intents(stripe) == {last: "canceled"}

    def test_a_booking_that_was_paid_that_often_can_be_cancelled(
        self, till: Till, table: Table
    ) -> None:
        # Given one payment more, because two attempts were begun at the same moment
        often = range(CURRENT.payment_attempts + 1)
        payments = {f"pi_{n}": Balance(captured=1_000) for n in often}
        booking = replace(confirmed(booking_id=new_id()), payments=payments)
        bookings.add(table, booking, audit_event(None, booking, caller()))

        assert till.cancel(booking, refund_percentage=100, reason="Rain").status == 200

        assert till.ledger(booking) == [("refund_owed", 1_000) for _ in often]

    def test_other_bookings_have_their_own_number(
        self, till: Till, table: Table, booking: Booking
    ) -> None:
        tried(table, booking, booking.policy.payment_attempts)

        assert till.open(stored(table, date=days_ahead(40))).status == 201


FAULTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "down": ({"kind": "reset", "times": 9}, 503, "payment_provider_unavailable"),
    "slow": ({"kind": "timeout", "times": 9}, 503, "payment_provider_unavailable"),
    "answers lost": ({"kind": "lose_answer", "times": 9}, 503, "payment_provider_unavailable"),
    "busy": ({"kind": "error_429", "times": 9}, 503, "payment_provider_unavailable"),
    "broken": ({"kind": "error_500", "times": 9}, 503, "payment_provider_unavailable"),
    "broken after": ({"kind": "error_500_after", "times": 9}, 503, "payment_provider_unavailable"),
}


class TestAStripeThatFails:
    @pytest.mark.parametrize("fault", FAULTS)
    @pytest.mark.parametrize("same_key", [True, False], ids=["same key", "new key"])
    def test_is_told_and_tried_again_to_one_intent(
        self, till: Till, stripe: FakeStripe, booking: Booking, fault: str, same_key: bool
    ) -> None:
        # Given
        headers = KEY if same_key else None
        faults, status, code = FAULTS[fault]
        stripe.faults.next(**faults)

        # When
        answer = till.open(booking, headers=headers)

        # Then the caller is told when to come back, and the attempt is kept
        assert answer.problem == (status, code)
        assert int(answer.headers["Retry-After"]) > 0
        (attempt,) = till.account(booking)["payments"]
        assert (attempt["amount"], attempt["status"]) == (DEPOSIT, "requires_payment_method")

        # And when Stripe is well again, the next try makes no second one
        stripe.faults.clear()
        again = till.open(booking, headers=headers)
        assert again.status == 201
        payable = open_at(stripe)
        assert again.body["payment_intent_id"] in payable
        assert len(payable) == (2 if fault == "broken after" else 1)
        (attempt,) = till.account(booking)["payments"]
        assert attempt["payment_intent_id"] == again.body["payment_intent_id"]

    @pytest.mark.parametrize("kind", ["reset", "timeout", "lose_answer", "error_429"])
    def test_for_a_moment_only_is_not_noticed(
        self, till: Till, stripe: FakeStripe, booking: Booking, kind: Any
    ) -> None:
        stripe.faults.next(kind, method="POST")

        answer = till.open(booking)

        assert answer.status == (503 if kind == "error_429" else 201)
        assert till.open(booking).status == 201
        assert len(intents(stripe)) == 1

    def test_of_its_own_fault_does_not_say_so_for_a_day(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given an error that Stripe keeps under the idempotency key
        stripe.faults.next("error_500", method="POST")
        assert till.open(booking, headers=KEY).status == 503

        # Then the very next try uses another
        assert till.open(booking, headers=KEY).status == 201
        assert len(intents(stripe)) == 1

    def test_while_the_open_one_is_cancelled_keeps_it(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        first = till.open(booking).body["payment_intent_id"]
        stripe.faults.next("reset", path_prefix="/v1/payment_intents/", times=2)

        assert till.open(booking, "full").problem == (503, "payment_provider_unavailable")

        assert intents(stripe) == {first: "requires_payment_method"}
        assert till.open(booking, "full").status == 201
        assert intents(stripe)[first] == "canceled"

    def test_to_know_our_key_is_a_fault_of_ours(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        stripe.api_keys.clear()

        answer = till.open(booking, headers=KEY)

        assert answer.problem == (502, "payment_provider_failed")
        assert int(answer.headers["Retry-After"]) > 0
        assert "sk_" not in str(answer.body)
        stripe.api_keys.add(API_KEY)
        assert till.open(booking, headers=KEY).status == 201
        assert len(intents(stripe)) == 1

    def test_an_amount_that_stripe_never_takes_is_not_told_as_try_again(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given an account whose least amount is above the deposit
        stripe.account.minimum = DEPOSIT + 1

        answers = [till.open(booking, headers=KEY) for _ in range(2)]

        assert {each.problem for each in answers} == {(409, "payment_refused_by_provider")}
        assert "Retry-After" not in answers[0].headers
        assert intents(stripe) == {}
        # And nothing is in the way once Stripe takes it
        stripe.account.minimum = DEPOSIT
        assert till.open(booking, headers=KEY).status == 201
        assert len(intents(stripe)) == 1

    def test_a_booking_with_a_payment_that_stripe_never_takes_is_cancelled_all_the_same(
        self, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        stripe.account.minimum = DEPOSIT + 1
        till.open(booking)

        assert till.cancel(booking).status == 200
        assert till.follow_up() == []

    def test_a_request_of_ours_that_stripe_takes_for_wrong_is_our_error_and_raises_an_alarm(
        self,
        till: Till,
        booking: Booking,
        output: Output,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # Given a parameter of ours that Stripe does not know
        monkeypatch.delitem(CREATE, "automatic_payment_methods")

        answer = till.open(booking)

        assert answer.problem == (500, "internal_error")
        assert "Retry-After" not in answer.headers
        text = output()
        assert told(text, "PaymentRequestsRejected") == [1]
        assert '"error_code":"parameter_unknown"' in text

    @pytest.mark.parametrize("key", ["a random value", "whsec_1"])
    def test_a_stage_without_a_key_says_so_in_its_log_alone(
        self, till: Till, booking: Booking, output: Output, api_key: str, key: str
    ) -> None:
        rotate(api_key, key)
        rotate(api_key, key)

        assert till.open(booking).problem == (502, "payment_provider_failed")
        assert "PaymentsNotConfigured" in output()

    def test_an_intent_of_live_money_is_handed_to_nobody_on_a_test_stage(
        self, till: Till, stripe: FakeStripe, booking: Booking, output: Output
    ) -> None:
        stripe.set_livemode(live=True)

        answer = till.open(booking)

        assert answer.problem == (502, "payment_provider_failed")
        assert "_secret_" not in str(answer.body)
        assert told(output(), "ForeignPayments") == [1]


class TestTheApiKey:
    """Rotated without a pause: at any moment one of those we know is good."""

    def test_that_was_revoked_is_replaced_by_the_new_one(
        self, till: Till, stripe: FakeStripe, booking: Booking, api_key: str
    ) -> None:
        # Given an instance that has read the old key
        assert till.open(booking).status == 201
        rotate(api_key, "sk_test_new")
        stripe.api_keys = {"sk_test_new"}

        assert till.open(booking, "full").status == 201

    def test_that_stripe_does_not_know_yet_is_replaced_by_the_old_one(
        self, till: Till, booking: Booking, api_key: str
    ) -> None:
        rotate(api_key, "sk_test_new")

        assert till.open(booking).status == 201

    def test_that_was_revoked_long_ago_is_no_good(
        self, till: Till, stripe: FakeStripe, booking: Booking, api_key: str
    ) -> None:
        rotate(api_key, "sk_test_new")
        rotate(api_key, "sk_test_newer")

        assert till.open(booking).problem == (502, "payment_provider_failed")
        assert not intents(stripe)
