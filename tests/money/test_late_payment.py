"""Money that comes after the deadline: the booking gets its slot back, or its customer the money.

Who is late meets the job that gives slots back, in any order: also while it is half-way through,
between two of its calls, or of anybody else's.
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
from tests.functions.money import BANK
from tests.money.support.books import books, check_against_stripe, check_sums, refunds_at_stripe
from tests.money.support.world import DEPOSIT, World
from tests.sizes import SIZES

KEPT: Final = ("confirmed", "deposit_paid")
RETURNED: Final = ("cancelled", "refunded")
NOTHING: Final = ("cancelled", "awaiting_payment")


def test_with_the_slot_still_free_the_booking_is_confirmed(world: World) -> None:
    # Given a booking that has lapsed, and money for it all the same
    booking, intent = world.lapsed()
    assert world.status(booking) == NOTHING
    world.stripe.pay(intent)

    # When Stripe tells us
    world.emit_alarm_metric()

    # Then it is as if the customer had paid in time
    assert world.status(booking) == KEPT
    world.follow_up()
    assert world.status(booking) == KEPT
    shown = world.call("getBooking", booking_id=booking, by=ADMIN).body
    assert shown.get("cancellation") is None
    check_against_stripe(world, [booking])


def test_with_the_slot_taken_all_of_it_goes_back(world: World) -> None:
    place = world.place()
    booking, intent = world.lapsed(**place)
    rival = world.book(**place)
    world.stripe.pay(intent)

    world.emit_alarm_metric()
    assert world.status(booking) == ("cancelled", "refund_pending")
    world.follow_up()

    assert world.status(booking) == RETURNED
    assert refunds_at_stripe(world, intent) == [(DEPOSIT, "succeeded")]
    assert world.status(rival) == ("pending", "awaiting_payment")
    check_against_stripe(world, [booking, rival])


def test_nobody_pays_what_the_stream_has_closed(world: World) -> None:
    booking, intent = world.lapsed()

    world.follow_up()

    with pytest.raises(StripeError):
        world.stripe.pay(intent)
    assert world.account(booking)["payments"][0]["status"] == "canceled"


def test_the_slot_waits_for_a_payment_that_is_at_the_bank(world: World) -> None:
    booking = world.book()
    intent = world.pay(booking, card=BANK)
    world.later(hours=25)

    world.release()
    assert world.status(booking) == ("pending", "awaiting_payment")

    world.stripe.settle(intent)
    world.release()
    assert world.status(booking) == KEPT


@pytest.mark.parametrize("round_", range(SIZES.late_rounds))
def test_late_money_is_kept_with_the_slot_or_returned_in_any_interleaving(
    world: World, round_: int
) -> None:
    rng = random.Random(round_)
    cases = [_Case(world, rng) for _ in range(SIZES.late_cases)]
    for case in cases:
        case.play()
    world.follow_up()
    world.reconcile()

    ends = Counter(case.end() for case in cases)
    assert {(KEPT, False), (KEPT, True), (RETURNED, True), (NOTHING, False)} <= ends.keys(), ends
    check_against_stripe(world, [case.booking for case in cases])


class _Case:
    """One booking, its customer, a rival for its slot, Stripe and the job, in some order."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.random = rng
        self.booking = ""
        self.rival = ""
        self.intent = ""
        self.paid = False
        self.was_late = False

    def play(self) -> None:
        """Let it all happen, much of it in the middle of something else."""
        day = self.world.clock.at.date() + timedelta(days=40)
        self.place = {"date": day.isoformat(), "time": "18:00"}
        self.booking = self.world.book(**self.place)
        asks_late = self.random.random() < 0.6
        if not asks_late:
            self.open()
        in_time: list[Callable[[], object]] = [self.pay, self.emit_alarm_metric, self.confirm]
        late = [*in_time, self.world.release, self.take_the_slot]
        self._shuffled(in_time if self.random.random() < 0.3 else [])
        self.world.later(hours=24, seconds=1)
        if asks_late and self.random.random() < 0.5:
            with self.world.tap.watched(after=2, name="query", do=self.open_late):
                self.world.release()
        elif asks_late:
            late += [self.open_late, self.world.release]
        self._shuffled(late)
        self.emit_alarm_metric()
        self.confirm()
        self.world.release()
        if self.rival:
            assert self.world.cancel(self.rival).status == 200

    def end(self) -> tuple[tuple[str, str], bool]:
        """Return how it ended and whether the money was late, having checked that all is well."""
        account = check_sums(self.world, self.booking)
        ended = account["booking_status"], account["payment_status"]
        assert ended in ((KEPT, RETURNED) if self.paid else (NOTHING,))
        assert books(account["entries"]).kept == (DEPOSIT if ended == KEPT else 0)
        assert not (self.rival and ended == KEPT)
        return ended, self.was_late

    def open(self) -> None:
        self.intent = self.world.opened(self.booking)

    def open_late(self) -> None:
        """The customer asked a moment before the deadline; it took a while."""
        self.world.later(seconds=-2)
        answer = self.world.open(self.booking)
        self.world.later(seconds=2)
        if answer.status == 201:
            self.intent = answer.body["payment_intent_id"]

    def pay(self) -> None:
        with suppress(StripeError):  # it was cancelled, or paid
            self.world.stripe.pay(self.intent)
            self.paid = True
            booking = self.world.call("getBooking", booking_id=self.booking, by=ADMIN).body
            self.was_late = booking["status"] == "cancelled"

    def emit_alarm_metric(self) -> None:
        """Stripe tells, unless that gets lost."""
        if self.random.random() < 0.1:
            self.world.forget()
        self.world.emit_alarm_metric()

    def confirm(self) -> None:
        if self.intent:
            assert self.world.confirm(self.intent).status == 200

    def take_the_slot(self) -> None:
        answer = self.world.ask_to_book(**self.place)
        assert answer.status in {201, 409}
        self.rival = self.rival or answer.body.get("booking_id", "")

    def _shuffled(self, acts: list[Callable[[], object]]) -> None:
        """Do all of it in some order, each after the one before or in the middle of it."""
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
