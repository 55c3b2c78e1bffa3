"""A random walk over many bookings, with lost events and faults of Stripe."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final

from local.fakes.stripe.fake import StripeError
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.builders import ADMIN, CUSTOMER, NOW, OTHER_CUSTOMER
from tests.functions.handlers import Answer
from tests.functions.payment_steps import (
    BANK,
    DECLINED,
    DISPUTED,
    REFUND_FAILS,
    REFUND_PENDS,
    SECURE,
    VISA,
)
from tests.money.support.backend import STARTS, Backend
from tests.money.support.books import check_against_stripe, check_sums, check_times

from teppan.trigger import TriggerFailedError

CARDS: Final = {
    VISA: 8,
    SECURE: 2,
    REFUND_FAILS: 2,
    REFUND_PENDS: 2,
    BANK: 2,
    DECLINED: 1,
    DISPUTED: 1,
}
REGULARS: Final = 0.2
"""The share of bookings by two regular customers, who may reach their limits."""
LOST_EVENTS: Final = 0.05
FAULTS: Final = {
    "lose_answer": 0.05,
    "reset": 0.01,
    "error_500": 0.01,
    "error_500_after": 0.01,
    "error_429": 0.01,
}
"""The probability of each fault of a call to Stripe."""


class Walk:
    """Takes random steps; events are delivered late, twice or never."""

    def __init__(self, backend: Backend, seed: int) -> None:
        self.backend = backend
        self.random = random.Random(seed)
        self.bookings: list[str] = []
        self.intents: list[str] = []
        self.refunds: list[str] = []
        self.disputes: list[str] = []
        self.queue: list[Delivery] = []
        self.sent: list[Delivery] = []
        self.taken = 0
        self.steps: Final[dict[Callable[[], object], int]] = {
            self.book: 350,
            self.open: 500,
            self.pay: 900,
            self.end_payment: 400,
            self.set_refund_status: 400,
            self.dispute: 150,
            self.decide: 200,
            self.move_disputed_money: 60,
            self.refund_in_dashboard: 150,
            self.deliver: 3_200,
            self.deliver_again: 1_500,
            self.confirm: 250,
            self.refund: 250,
            self.cancel: 150,
            self.change: 100,
            self.read_stream: 150,
            self.look: 400,
            self.wait: 1_000,
            self.run_a_job: 25,
        }

    def go(self, steps: int) -> None:
        """Take that many steps."""
        choices = self.random.choices([*self.steps], [*self.steps.values()], k=steps)
        for kind, probability in FAULTS.items():
            self.backend.stripe.faults.set_rate(kind, probability)
        for step in choices:
            with suppress(StripeError):  # Stripe refuses steps that are impossible now
                step()
            self._queue_events()
            self.backend.call.answers.clear()
            self.taken += 1
        self.backend.stripe.faults.clear()

    def finish(self) -> None:
        """Run the jobs that find lost events, without further deliveries."""
        self.queue.clear()
        self.backend.reconcile()
        self.backend.follow_up()
        self.backend.reconcile("full")
        self.backend.drop_deliveries()

    def check(self) -> None:
        """Check the books of every booking, also against Stripe."""
        for booking in self.bookings:
            check_sums(self.backend, booking)
            check_times(self.backend, booking)
        check_against_stripe(self.backend, self.bookings)

    # Steps of people.

    def book(self) -> None:
        day = NOW.date() + timedelta(
            days=self.random.choice((4, 10, 20)) + self.random.randrange(90)
        )
        booking_request = {"date": day.isoformat(), "time": self.random.choice(STARTS)}
        regular = self.random.choice((CUSTOMER, OTHER_CUSTOMER))
        by = regular if self.random.random() < REGULARS else None
        answer = self._checked(self.backend.request_booking(by=by, **booking_request))
        if answer.status == 201:
            self.bookings.append(answer.body["booking_id"])

    def open(self) -> None:
        payment_type = self.random.choice(("deposit", "deposit", "full", "balance"))
        self._open(self._any_of(self.bookings), payment_type)

    def pay(self) -> None:
        """Pay one of the latest intents."""
        if self.random.random() < 0.4:
            self.open()
        card = self.random.choices([*CARDS], [*CARDS.values()])[0]
        self.backend.stripe.pay(self._recent_of(self.intents), card)

    def end_payment(self) -> None:
        """End a payment: by 3-D Secure, or by the bank."""
        end = self.random.choice(
            (self.backend.stripe.authenticate, self.backend.stripe.finish_processing)
        )
        for intent in self.intents[-12:]:
            with suppress(StripeError):
                end(intent, succeed=self.random.random() < 0.8)
                return

    def confirm(self) -> None:
        self._checked(self.backend.confirm(self._recent_of(self.intents), by=ADMIN))

    def refund(self) -> None:
        amount = self.random.choice((None, 500, 3_333, 10_000))
        self._checked(self.backend.refund(self._any_of(self.bookings), amount))

    def cancel(self) -> None:
        percentage = self.random.choice((None, None, 0, 33, 100))
        by = {"by": ADMIN} if percentage is None else {}
        self._checked(self.backend.cancel(self._any_of(self.bookings), percentage, **by))

    def change(self) -> None:
        guests = self.random.randrange(8, 16)
        self._checked(self.backend.change(self._any_of(self.bookings), by=ADMIN, guests=guests))

    def look(self) -> None:
        check_sums(self.backend, self._any_of(self.bookings))

    # Steps at Stripe.

    def set_refund_status(self) -> None:
        status = self.random.choice(
            ("succeeded", "succeeded", "failed", "requires_action", "canceled")
        )
        self.backend.stripe.set_refund_status(self._recent_of(self.refunds), status)

    def dispute(self) -> None:
        amount = self.random.choice((None, None, 4_000))
        inquiry = self.random.random() < 0.2
        withdrawn = self.random.random() < 0.7
        self.backend.stripe.dispute(
            self._any_of(self.intents), amount=amount, inquiry=inquiry, withdrawn=withdrawn
        )

    def decide(self) -> None:
        won = self.random.random() < 0.5
        back = self.random.choice((None, None, 0, 2_500))
        self.backend.stripe.close_dispute(self._recent_of(self.disputes), won=won, reinstated=back)

    def move_disputed_money(self) -> None:
        move = self.random.choice((self.backend.stripe.withdraw, self.backend.stripe.reinstate))
        move(self._recent_of(self.disputes), self.random.choice((500, 2_500, 10_000)))

    def refund_in_dashboard(self) -> None:
        amount = self.random.choice((500, 4_700, 5_000, 9_700, 10_000))
        self.backend.stripe.refund(self._any_of(self.intents), amount)

    # Deliveries, the stream and jobs.

    def deliver(self) -> None:
        """Deliver an event in any order; a refused event stays in the queue."""
        if not self.queue:
            return
        delivery = self.queue.pop(self.random.randrange(len(self.queue)))
        if self._checked(self.backend.send(delivery)).status == 200:
            self.sent.append(delivery)
        else:
            self.queue.append(delivery)

    def deliver_again(self) -> None:
        if self.sent:
            self._checked(self.backend.send(self.random.choice(self.sent)))

    def read_stream(self) -> None:
        """Hand over some records; all of them are repeated while one of them fails."""
        records = self.backend.read_records()
        batch = records[:10]
        if batch and not self.backend.hand_over(batch):
            del records[: len(batch)]

    def run_a_job(self) -> None:
        jobs = (
            self.backend.release,
            self.backend.reconcile,
            partial(self.backend.call.job, _COMPLETE),
        )
        with suppress(TriggerFailedError):  # a fault of Stripe may fail the run
            self.random.choice(jobs)()

    def wait(self) -> None:
        self.backend.later(seconds=self.random.randrange(1, 120))
        if self.random.random() < 0.03:
            self.backend.later(hours=self.random.randrange(1, 9))

    def _open(self, booking: str, payment_type: str) -> None:
        answer = self._checked(self.backend.open(booking, payment_type, by=ADMIN))
        if answer.status == 201:
            self.intents.append(answer.body["payment_intent_id"])

    def _queue_events(self) -> None:
        """Queue Stripe's events; some are lost."""
        for delivery in self.backend.take_deliveries():
            changed: dict[str, Any] = delivery.event["data"]["object"]
            recorded_ids = {"refund": self.refunds, "dispute": self.disputes}.get(changed["object"])
            if recorded_ids is not None and changed["id"] not in recorded_ids[-20:]:
                recorded_ids.append(changed["id"])
            if self.random.random() >= LOST_EVENTS:
                self.queue.append(delivery)

    def _checked(self, answer: Answer) -> Answer:
        """Check that the answer is no unexpected error."""
        assert answer.status < 500 or answer.status in {502, 503}, answer
        return answer

    def _any_of(self, things: list[str]) -> str:
        if not things:
            raise StripeError("Nothing is there yet.")
        return self.random.choice(things)

    def _recent_of(self, things: list[str]) -> str:
        return self._any_of(things[-8:])


_COMPLETE: Final = "completePastBookings"
