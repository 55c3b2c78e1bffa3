"""Payments after the deadline: the booking is reinstated, or the payment is refunded.

A late payment may arrive before, after or during a run of the job that expires bookings, between
any two calls.
"""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import pytest
from local.fakes.stripe.fake import StripeError
from tests.builders import ADMIN
from tests.functions.payment_steps import BANK
from tests.money.support.backend import DEPOSIT, Backend
from tests.money.support.books import books, check_against_stripe, check_sums, refunds_at_stripe
from tests.sizes import SIZES

CONFIRMED: Final = ("confirmed", "deposit_paid")
REFUNDED: Final = ("cancelled", "refunded")
EXPIRED: Final = ("cancelled", "awaiting_payment")


def test_a_late_payment_confirms_the_booking_if_the_slot_is_free(backend: Backend) -> None:
    # Given an expired booking whose intent is paid after all
    booking, intent = backend.expired()
    assert backend.status(booking) == EXPIRED
    backend.stripe.pay(intent)

    # When the events are delivered
    backend.deliver()

    # Then the booking is as after a payment in time
    assert backend.status(booking) == CONFIRMED
    backend.follow_up()
    assert backend.status(booking) == CONFIRMED
    shown = backend.call("getBooking", booking_id=booking, by=ADMIN).body
    assert shown.get("cancellation") is None
    check_against_stripe(backend, [booking])


def test_a_late_payment_is_refunded_in_full_if_the_slot_is_taken(backend: Backend) -> None:
    place = backend.place()
    booking, intent = backend.expired(**place)
    rival = backend.book(**place)
    backend.stripe.pay(intent)

    backend.deliver()
    assert backend.status(booking) == ("cancelled", "refund_pending")
    backend.follow_up()

    assert backend.status(booking) == REFUNDED
    assert refunds_at_stripe(backend, intent) == [(DEPOSIT, "succeeded")]
    assert backend.status(rival) == ("pending", "awaiting_payment")
    check_against_stripe(backend, [booking, rival])


def test_a_payment_closed_by_the_stream_cannot_be_paid(backend: Backend) -> None:
    booking, intent = backend.expired()

    backend.follow_up()

    with pytest.raises(StripeError):
        backend.stripe.pay(intent)
    assert backend.list_payments(booking)["payments"][0]["status"] == "canceled"


def test_a_slot_is_kept_while_a_payment_is_in_progress_at_the_bank(backend: Backend) -> None:
    booking = backend.book()
    intent = backend.pay(booking, card=BANK)
    backend.later(hours=25)

    backend.release()
    assert backend.status(booking) == ("pending", "awaiting_payment")

    backend.stripe.finish_processing(intent)
    backend.release()
    assert backend.status(booking) == CONFIRMED


@pytest.mark.parametrize("round_", range(SIZES.late_rounds))
def test_a_late_payment_confirms_or_is_refunded_in_any_interleaving(
    backend: Backend, round_: int
) -> None:
    rng = random.Random(round_)
    cases = [_Case(backend, rng) for _ in range(SIZES.late_cases)]
    for case in cases:
        case.play()
    backend.follow_up()
    backend.reconcile()

    results = Counter(case.end() for case in cases)
    assert {
        (CONFIRMED, False),
        (CONFIRMED, True),
        (REFUNDED, True),
        (EXPIRED, False),
    } <= results.keys(), results
    check_against_stripe(backend, [case.booking for case in cases])


class _Case:
    """One booking with the acts of its customer, a rival, Stripe and the job, in random order."""

    def __init__(self, backend: Backend, rng: random.Random) -> None:
        self.backend = backend
        self.random = rng
        self.booking = ""
        self.rival = ""
        self.intent = ""
        self.paid = False
        self.was_late = False

    def play(self) -> None:
        """Carry out all acts, many of them in the middle of another act."""
        day = self.backend.clock.at.date() + timedelta(days=40)
        self.place = {"date": day.isoformat(), "time": "18:00"}
        self.booking = self.backend.book(**self.place)
        asks_late = self.random.random() < 0.6
        if not asks_late:
            self.open()
        in_time: list[Callable[[], object]] = [self.pay, self.deliver, self.confirm]
        late = [*in_time, self.backend.release, self.take_the_slot]
        self._carry_out(in_time if self.random.random() < 0.3 else [])
        self.backend.later(hours=24, seconds=1)
        if asks_late and self.random.random() < 0.5:
            with self.backend.tap.watched(after=2, name="query", do=self.open_late):
                self.backend.release()
        elif asks_late:
            late += [self.open_late, self.backend.release]
        self._carry_out(late)
        self.deliver()
        self.confirm()
        self.backend.release()
        if self.rival:
            assert self.backend.cancel(self.rival).status == 200

    def end(self) -> tuple[tuple[str, str], bool]:
        """Check the booking, and return its final status and whether the payment was late."""
        account = check_sums(self.backend, self.booking)
        status = account["booking_status"], account["payment_status"]
        assert status in ((CONFIRMED, REFUNDED) if self.paid else (EXPIRED,))
        assert books(account["entries"]).kept == (DEPOSIT if status == CONFIRMED else 0)
        assert not (self.rival and status == CONFIRMED)
        return status, self.was_late

    def open(self) -> None:
        self.intent = self.backend.open_intent(self.booking)

    def open_late(self) -> None:
        """Open an intent with a request from just before the deadline."""
        self.backend.later(seconds=-2)
        answer = self.backend.open(self.booking)
        self.backend.later(seconds=2)
        if answer.status == 201:
            self.intent = answer.body["payment_intent_id"]

    def pay(self) -> None:
        with suppress(StripeError):  # the intent is cancelled or paid
            self.backend.stripe.pay(self.intent)
            self.paid = True
            booking = self.backend.call("getBooking", booking_id=self.booking, by=ADMIN).body
            self.was_late = booking["status"] == "cancelled"

    def deliver(self) -> None:
        """Deliver all events, or lose them."""
        if self.random.random() < 0.1:
            self.backend.drop_deliveries()
        self.backend.deliver()

    def confirm(self) -> None:
        if self.intent:
            assert self.backend.confirm(self.intent).status == 200

    def take_the_slot(self) -> None:
        answer = self.backend.request_booking(**self.place)
        assert answer.status in {201, 409}
        self.rival = self.rival or answer.body.get("booking_id", "")

    def _carry_out(self, acts: list[Callable[[], object]]) -> None:
        """Carry out the acts in random order, one after the other or one within the other."""
        waiting = self.random.sample(acts, len(acts))
        while waiting:
            act = waiting.pop()
            if waiting and self.random.random() < 0.6:
                inner = waiting.pop()
                done: list[object] = []
                after = self.random.randrange(1, 10)
                with self.backend.tap.watched(after, do=lambda: done.append(inner())):  # noqa: B023
                    act()
                if not done:
                    inner()
            else:
                act()
