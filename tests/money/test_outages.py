"""Stripe down, slow, busy or failing, at any moment that a person waits for it.

The person gets a clear problem that says when to try again; nothing is lost, and trying again has
one effect. What needs nothing of Stripe just works.
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Final

import pytest
from tests.functions.handlers import Answer
from tests.money.support.books import check_against_stripe, check_sums
from tests.money.support.paths import (
    Given,
    Intent,
    cancelling,
    changing,
    confirming,
    left,
    name_of,
    opening,
    opening_another,
    opening_what_is_paid,
    paying_too_late,
    refunding,
    told_of,
)
from tests.money.support.world import World
from tests.sizes import pairs

FAULTS: Final = (
    "reset",
    "lose_answer",
    "timeout",
    "error_429",
    "error_500",
    "error_500_after",
)
LASTING: Final = (1, 2)
"""For one try, or for both that our client makes of a call."""

WAITED_FOR: Final = (opening, opening_another, opening_what_is_paid, confirming)
SENT_AGAIN: Final = (told_of("a_capture"), told_of("a_dispute"), paying_too_late)
NEEDS_NO_STRIPE: Final = (cancelling, refunding, changing)


def is_of_stripe(call: str) -> bool:
    """Tell a call to Stripe (`GET payment_intents`) from one to AWS (`get_item`)."""
    return " " in call


@pytest.mark.parametrize("given", [*WAITED_FOR, *SENT_AGAIN], ids=name_of)
def test_a_fault_at_any_call_is_told_clearly_and_leaves_one_effect(
    world: World, no_waiting: None, given: Given
) -> None:
    good = given(world)
    with world.tap.watched() as calls:
        good.act()
    end = left(world, good.booking)
    bookings, told = [good.booking], set[tuple[str, int]]()

    positions = [n for n, call in enumerate(calls) if is_of_stripe(call)]
    for (fault, times), position in pairs(list(product(FAULTS, LASTING)), positions):
        # When Stripe fails at this call
        path = given(world)
        fail = partial(world.stripe.faults.next, fault, times=times)
        first = failing(world, position, fail, path.act)

        # Then we say so, and when to come again
        check_told(first)
        told.add((fault, first.status))

        # And the same request again has the effect of one that went well
        world.stripe.faults.clear()
        again = path.act()
        assert isinstance(again, Answer) and again.status in {200, 201}, (fault, again)
        known, at_stripe = left(world, path.booking)
        assert (known, without_orphan(at_stripe, fault)) == end, fault
        bookings.append(path.booking)

    assert {(fault, 503) for fault in FAULTS} <= told
    check_sums(world, bookings[-1])
    check_against_stripe(world, bookings)


@pytest.mark.parametrize("given", [*WAITED_FOR, *SENT_AGAIN], ids=name_of)
def test_a_slow_stripe_is_waited_for(world: World, given: Given) -> None:
    path = given(world)
    world.stripe.faults.next("slow", times=99, seconds=0.001)

    answer = path.act()

    assert isinstance(answer, Answer) and answer.status in {200, 201}


@pytest.mark.parametrize("given", NEEDS_NO_STRIPE, ids=name_of)
def test_what_needs_no_stripe_goes_on_without_it(world: World, given: Given) -> None:
    path = given(world)
    world.stripe.faults.rate("reset", 1)

    answer = path.act()

    assert isinstance(answer, Answer) and answer.status in {200, 201}
    # And what it promises is kept once Stripe is back
    assert world.hand_over(world.read())
    world.stripe.faults.clear()
    world.follow_up()
    assert world.account(path.booking)["balance"]["refunded"] > 0
    check_against_stripe(world, [path.booking])


@pytest.mark.parametrize("given", WAITED_FOR, ids=name_of)
def test_a_key_that_stripe_does_not_take_is_ours_to_mend(world: World, given: Given) -> None:
    path = given(world)
    valid = set(world.stripe.api_keys)
    world.stripe.api_keys.clear()

    answer = path.act()

    assert isinstance(answer, Answer)
    assert answer.problem == (502, "payment_provider_failed")
    assert int(answer.headers["Retry-After"]) > 0
    world.stripe.api_keys.update(valid)
    again = path.act()
    assert isinstance(again, Answer) and again.status in {200, 201}


def without_orphan(intents: list[Intent], fault: str) -> list[Intent]:
    """Leave out the intent of which Stripe said that it had failed to make it.

    It stays unpaid, for nobody ever gets to know its secret.
    """
    newest, before = intents[:1], intents[1:]
    is_orphan = fault == "error_500_after" and newest == before[:1]
    return before if is_orphan and newest[0][1] == "requires_payment_method" else intents


def failing(
    world: World, position: int, fail: Callable[[], object], act: Callable[[], object]
) -> Answer:
    """Act, while Stripe begins to fail just before the call at that position (from 0)."""
    if position == 0:
        fail()
    with world.tap.watched(after=position, do=fail):
        answer = act()
    assert isinstance(answer, Answer)
    return answer


def check_told(answer: Answer) -> None:
    """Check that an answer is a good one, or a problem of the provider's with a time to wait."""
    if answer.status >= 400:
        assert answer.problem == (503, "payment_provider_unavailable"), answer
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
