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
from tests.money.support.books import books, check_against_stripe, check_sums, refunds_at_stripe
from tests.money.support.world import DEPOSIT, World
from tests.sizes import SIZES

CONFIRMED: Final = ("confirmed", "deposit_paid")
REFUNDED: Final = ("cancelled", "refunded")
EXPIRED: Final = ("cancelled", "awaiting_payment")


def test_a_late_payment_confirms_the_booking_if_the_slot_is_free(world: World) -> None:
    # Given an expired booking whose intent is paid after all
    booking, intent = world.expired()
    assert world.status(booking) == EXPIRED
    world.stripe.pay(intent)

    # When the events are delivered
    world.deliver()

    # Then the booking is as after a payment in time
    assert world.status(booking) == CONFIRMED
    world.follow_up()
    assert world.status(booking) == CONFIRMED
    shown = world.call("getBooking", booking_id=booking, by=ADMIN).body
    assert shown.get("cancellation") is None
    check_against_stripe(world, [booking])


def test_a_late_payment_is_refunded_in_full_if_the_slot_is_taken(world: World) -> None:
    place = world.place()
    booking, intent = world.expired(**place)
    rival = world.book(**place)
    world.stripe.pay(intent)

    world.deliver()
    assert world.status(booking) == ("cancelled", "refund_pending")
    world.follow_up()

    assert world.status(booking) == REFUNDED
    assert refunds_at_stripe(world, intent) == [(DEPOSIT, "succeeded")]
    assert world.status(rival) == ("pending", "awaiting_payment")
    check_against_stripe(world, [booking, rival])


def test_a_payment_closed_by_the_stream_cannot_be_paid(world: World) -> None:
    booking, intent = world.expired()

    world.follow_up()

    with pytest.raises(StripeError):
        world.stripe.pay(intent)
    assert world.list_payments(booking)["payments"][0]["status"] == "canceled"


def test_a_slot_is_kept_while_a_payment_is_in_progress_at_the_bank(world: World) -> None:
    booking = world.book()
    intent = world.pay(booking, card=BANK)
    world.later(hours=25)

    world.release()
    assert world.status(booking) == ("pending", "awaiting_payment")

    world.stripe.finish_processing(intent)
    world.release()
    assert world.status(booking) == CONFIRMED


@pytest.mark.parametrize("round_", range(SIZES.late_rounds))
def test_a_late_payment_confirms_or_is_refunded_in_any_interleaving(
    world: World, round_: int
) -> None:
    rng = random.Random(round_)
    cases = [_Case(world, rng) for _ in range(SIZES.late_cases)]
    for case in cases:
        case.play()
    world.follow_up()
    world.reconcile()

    results = Counter(case.end() for case in cases)
    assert {
        (CONFIRMED, False),
        (CONFIRMED, True),
        (REFUNDED, True),
        (EXPIRED, False),
    } <= results.keys(), results
    check_against_stripe(world, [case.booking for case in cases])


class _Case:
    """One booking with the acts of its customer, a rival, Stripe and the job, in random order."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.random = rng
        self.booking = ""
        self.rival = ""
        self.intent = ""
        self.paid = False
        self.was_late = False

    def play(self) -> None:
        """Carry out all acts, many of them in the middle of another act."""
        day = self.world.clock.at.date() + timedelta(days=40)
        self.place = {"date": day.isoformat(), "time": "18:00"}
        self.booking = self.world.book(**self.place)
        asks_late = self.random.random() < 0.6
        if not asks_late:
            self.open()
        in_time: list[Callable[[], object]] = [self.pay, self.deliver, self.confirm]
        late = [*in_time, self.world.release, self.take_the_slot]
        self._carry_out(in_time if self.random.random() < 0.3 else [])
        self.world.later(hours=24, seconds=1)
        if asks_late and self.random.random() < 0.5:
            with self.world.tap.watched(after=2, name="query", do=self.open_late):
                self.world.release()
        elif asks_late:
            late += [self.open_late, self.world.release]
        self._carry_out(late)
        self.deliver()
        self.confirm()
        self.world.release()
        if self.rival:
            assert self.world.cancel(self.rival).status == 200

    def end(self) -> tuple[tuple[str, str], bool]:
        """Check the booking, and return its final status and whether the payment was late."""
        account = check_sums(self.world, self.booking)
        status = account["booking_status"], account["payment_status"]
        assert status in ((CONFIRMED, REFUNDED) if self.paid else (EXPIRED,))
        assert books(account["entries"]).kept == (DEPOSIT if status == CONFIRMED else 0)
        assert not (self.rival and status == CONFIRMED)
        return status, self.was_late

    def open(self) -> None:
        self.intent = self.world.open_intent(self.booking)

    def open_late(self) -> None:
        """Open an intent with a request from just before the deadline."""
        self.world.later(seconds=-2)
        answer = self.world.open(self.booking)
        self.world.later(seconds=2)
        if answer.status == 201:
            self.intent = answer.body["payment_intent_id"]

    def pay(self) -> None:
        with suppress(StripeError):  # the intent is cancelled or paid
            self.world.stripe.pay(self.intent)
            self.paid = True
            booking = self.world.call("getBooking", booking_id=self.booking, by=ADMIN).body
            self.was_late = booking["status"] == "cancelled"

    def deliver(self) -> None:
        """Deliver all events, or lose them."""
        if self.random.random() < 0.1:
            self.world.drop_deliveries()
        self.world.deliver()

    def confirm(self) -> None:
        if self.intent:
            assert self.world.confirm(self.intent).status == 200

    def take_the_slot(self) -> None:
        answer = self.world.request_booking(**self.place)
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
                with self.world.tap.watched(after, do=lambda: done.append(inner())):  # noqa: B023
                    act()
                if not done:
                    inner()
            else:
                act()
