"""The books add up after each step of random stories of people, banks, Stripe and jobs.

`books.check_sums` checks the invariant of `domain.md §7` after each step, without our own code. At
the end of each story the jobs run, and ledger and Stripe must agree.
"""

from collections.abc import Callable
from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from local.fakes.stripe.fake import StripeError
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.builders import ADMIN, booking_body
from tests.functions.handlers import Answer
from tests.functions.payment_steps import BANK, DECLINED, DISPUTED, REFUND_PENDS, SECURE, VISA
from tests.money.support.backend import Backend
from tests.money.support.books import (
    books,
    by_payment,
    check_against_stripe,
    check_sums,
    check_times,
    kept_by_policy,
    payable,
)
from tests.sizes import SIZES

MOST_BOOKINGS = 2
CARDS = st.sampled_from([VISA, VISA, VISA, DECLINED, SECURE, DISPUTED, REFUND_PENDS, BANK])
NUMBER = st.integers(min_value=0, max_value=5)
VENUE = booking_body()["venue"]


class MoneyMachine(RuleBasedStateMachine):
    """A story of one or two bookings. Steps that Stripe refuses are skipped."""

    backend: Backend
    bookings = Bundle("bookings")
    intents = Bundle("intents")

    def __init__(self) -> None:
        super().__init__()
        self.booking_ids: list[str] = []
        self.with_other_refunds = set[str]()
        self.deliveries: list[Delivery] = []
        self.booking_of_intent: dict[str, str] = {}
        self.backend.drop_deliveries()

    # Steps of people.

    @precondition(lambda self: len(self.booking_ids) < MOST_BOOKINGS)
    @rule(target=bookings)
    def book(self) -> str:
        self.booking_ids.append(self.backend.book())
        return self.booking_ids[-1]

    @rule(
        target=intents,
        booking=bookings,
        payment_type=st.sampled_from(["deposit", "deposit", "full", "balance"]),
    )
    def open(self, booking: str, payment_type: str) -> str | MultipleResults[str]:
        answer = check_answered(self.backend.open(booking, payment_type))
        if answer.status != 201:
            return multiple()
        intent = str(answer.body["payment_intent_id"])
        self.booking_of_intent[intent] = booking
        return intent

    @rule(intent=intents, card=CARDS)
    def pay(self, intent: str, card: str) -> None:
        if card == DISPUTED:
            self.with_other_refunds.add(self.booking_of_intent[intent])
        self.at_stripe(lambda: self.backend.stripe.pay(intent, card))

    @rule(intent=intents, succeed=st.booleans())
    def authenticate(self, intent: str, *, succeed: bool) -> None:
        self.at_stripe(lambda: self.backend.stripe.authenticate(intent, succeed=succeed))

    @rule(intent=intents)
    def confirm(self, intent: str) -> None:
        assert check_answered(self.backend.confirm(intent)).status == 200

    @rule(booking=bookings, percentage=st.sampled_from([None, None, 0, 33, 100]))
    def cancel(self, booking: str, percentage: int | None) -> None:
        check_answered(self.backend.cancel(booking, percentage))

    @rule(booking=bookings, guests=st.integers(min_value=8, max_value=15))
    def reprice(self, booking: str, guests: int) -> None:
        check_answered(self.backend.change(booking, guests=guests))

    @rule(booking=bookings, miles=st.sampled_from([0, 30, 31, 200]))
    def set_distance(self, booking: str, miles: int) -> None:
        check_answered(self.backend.change(booking, by=ADMIN, travel_miles=miles))

    @rule(
        booking=bookings, line=st.sampled_from(["1200 Ocean Avenue", "1200 OCEAN  Ave.", "7 Elm"])
    )
    def change_venue(self, booking: str, line: str) -> None:
        check_answered(self.backend.change(booking, venue={**VENUE, "address_line1": line}))

    @rule(booking=bookings)
    def move(self, booking: str) -> None:
        check_answered(self.backend.change(booking, **self.backend.place()))

    @rule(booking=bookings, amount=st.sampled_from([None, 1, 3_333]))
    def refund(self, booking: str, amount: int | None) -> None:
        if check_answered(self.backend.refund(booking, amount)).status == 201:
            self.with_other_refunds.add(booking)

    # Steps at Stripe.

    @rule(intent=intents, succeed=st.booleans())
    def end_at_bank(self, intent: str, *, succeed: bool) -> None:
        self.at_stripe(lambda: self.backend.stripe.finish_processing(intent, succeed=succeed))

    @rule(intent=intents, amount=st.sampled_from([None, 4_000]), withdrawn=st.booleans())
    def dispute(self, intent: str, amount: int | None, *, withdrawn: bool) -> None:
        self.with_other_refunds.add(self.booking_of_intent[intent])
        self.at_stripe(
            lambda: self.backend.stripe.dispute(intent, amount=amount, withdrawn=withdrawn)
        )

    @rule(number=NUMBER, won=st.booleans(), reinstated=st.sampled_from([None, None, 0, 6_000]))
    def decide(self, number: int, *, won: bool, reinstated: int | None) -> None:
        self.at_a_dispute(
            number,
            lambda dispute: self.backend.stripe.close_dispute(
                dispute, won=won, reinstated=reinstated
            ),
        )

    @rule(number=NUMBER, amount=st.sampled_from([1_000, 6_000]))
    def withdraw_again(self, number: int, amount: int) -> None:
        self.at_a_dispute(number, lambda dispute: self.backend.stripe.withdraw(dispute, amount))

    @rule(number=NUMBER, amount=st.sampled_from([1_000, 4_000, 10_000]))
    def reinstate(self, number: int, amount: int) -> None:
        self.at_a_dispute(number, lambda dispute: self.backend.stripe.reinstate(dispute, amount))

    @rule(intent=intents, amount=st.sampled_from([500, 4_700, 5_000, 9_000, 9_700, 10_000]))
    def refund_in_the_dashboard(self, intent: str, amount: int) -> None:
        self.with_other_refunds.add(self.booking_of_intent[intent])
        self.at_stripe(lambda: self.backend.stripe.refund(intent, amount))

    @rule(
        number=NUMBER,
        status=st.sampled_from(["succeeded", "failed", "canceled", "requires_action"]),
    )
    def move_refund(self, number: int, status: str) -> None:
        refunds = self.ids_of_this_story("refunds")
        if refunds:
            refund = refunds[number % len(refunds)]
            self.at_stripe(lambda: self.backend.stripe.set_refund_status(refund, status))

    # Deliveries.

    @precondition(lambda self: self.deliveries)
    @rule(number=NUMBER, keep=st.booleans())
    def deliver(self, number: int, *, keep: bool) -> None:
        """Deliver an event; if it is kept, it may be delivered again."""
        delivery = self.deliveries[number % len(self.deliveries)]
        self.backend.deliver([delivery])
        if not keep:
            self.deliveries.remove(delivery)

    @precondition(lambda self: self.deliveries)
    @rule(number=NUMBER)
    def lose(self, number: int) -> None:
        self.deliveries.pop(number % len(self.deliveries))

    # Runs of our jobs.

    @rule()
    def follow_up(self) -> None:
        self.backend.follow_up()

    @rule()
    def lose_stream_records(self) -> None:
        """Drop the stream's records."""
        self.backend.take_records()

    @rule()
    def expire(self) -> None:
        self.backend.later(hours=25)
        self.backend.release()

    @rule()
    def reconcile(self) -> None:
        self.backend.reconcile()

    @invariant()
    def books_add_up(self) -> None:
        self.deliveries += [
            each for each in self.backend.take_deliveries() if self.is_of_this_story(each)
        ]
        for booking in self.booking_ids:
            check_sums(self.backend, booking)
        self.backend.call.answers.clear()
        self.backend.later(seconds=1)

    def teardown(self) -> None:
        """Run the jobs, so that lost events are found and owed refunds are sent."""
        for status in ("succeeded", "succeeded"):
            for refund in self.ids_of_this_story("refunds"):
                self.at_stripe(lambda: self.backend.stripe.set_refund_status(refund, status))  # noqa: B023
        for _ in range(2):
            self.backend.reconcile()
            self.backend.follow_up()
            self.backend.later(hours=25)
        self.backend.reconcile("full")
        check_against_stripe(self.backend, self.booking_ids)
        for booking in self.booking_ids:
            self.check_final_state(booking)

    def check_final_state(self, booking: str) -> None:
        account = check_sums(self.backend, booking)
        check_times(self.backend, booking)
        due = account["deposit_due"] + account["balance_due"]
        assert all(each <= due for each in payable(self.backend, booking)), account
        # Stripe never refunds a payment whose dispute was lost, even if part of it came back.
        lost, refused = (
            {
                each["payment_intent_id"]
                for each in account["entries"]
                if (each["kind"], each.get("reason")) == of_kind
            }
            for of_kind in (("dispute_lost", None), ("refund_refused", "final"))
        )
        for name, payment in by_payment(account["entries"]).items():
            may_owe = payment.disputed or payment.contested or name in lost & refused
            assert may_owe or not payment.owed, account
        if account["booking_status"] == "cancelled" and booking not in self.with_other_refunds:
            most = kept_by_policy(self.backend, booking, account["entries"])
            assert books(account["entries"]).kept == most, account

    def at_a_dispute(self, number: int, act: Callable[[str], object]) -> None:
        """Carry out an act on one of the disputes, if there is one and Stripe allows it."""
        found = self.ids_of_this_story("disputes")
        if found:
            self.at_stripe(lambda: act(found[number % len(found)]))

    def ids_of_this_story(self, kind: str) -> list[str]:
        found = self.backend.stripe.all_objects(kind)
        return [each["id"] for each in found if each["payment_intent"] in self.booking_of_intent]

    def is_of_this_story(self, delivery: Delivery) -> bool:
        """Return whether the event belongs to this story, and not to an earlier one."""
        changed = delivery.event["data"]["object"]
        return not self.booking_of_intent.keys().isdisjoint(
            {changed["id"], changed.get("payment_intent")}
        )

    @staticmethod
    def at_stripe(act: Callable[[], object]) -> None:
        with suppress(StripeError):
            act()


def check_answered(answer: Answer) -> Answer:
    """Check that the answer is no server error, and return it."""
    assert answer.status < 500, answer
    return answer


def test_the_books_add_up_after_every_step_of_any_story(backend: Backend) -> None:
    class Story(MoneyMachine):
        pass

    Story.backend = backend
    run_state_machine_as_test(
        Story,
        settings=settings(
            max_examples=SIZES.stories,
            stateful_step_count=SIZES.story_steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
