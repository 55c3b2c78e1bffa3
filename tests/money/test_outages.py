"""Stripe is down, slow, busy or failing while a person waits for an answer.

The person gets a problem with `Retry-After`. Nothing is lost, and a repetition has one effect.
Requests that need no Stripe succeed.
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Final

import pytest
from tests.functions.handlers import Answer
from tests.money.support.backend import Backend
from tests.money.support.books import check_against_stripe, check_sums
from tests.money.support.money_paths import (
    Intent,
    PathBuilder,
    cancelling,
    changing,
    confirming,
    final_state,
    opening_a_deposit,
    opening_after_an_unreported_payment,
    opening_the_full_price,
    path_name,
    paying_too_late,
    receiving,
    refunding,
)
from tests.sizes import pairs

FAULTS: Final = (
    "reset",
    "lose_answer",
    "timeout",
    "error_429",
    "error_500",
    "error_500_after",
)
FAULT_COUNTS: Final = (1, 2)
"""The faults of one try, or of both tries of our client."""

SYNCHRONOUS: Final = (
    opening_a_deposit,
    opening_the_full_price,
    opening_after_an_unreported_payment,
    confirming,
)
REDELIVERED: Final = (receiving("a_capture"), receiving("a_dispute"), paying_too_late)
NEEDS_NO_STRIPE: Final = (cancelling, refunding, changing)


def is_of_stripe(call: str) -> bool:
    """Return whether the call is to Stripe (`GET payment_intents`), not to AWS (`get_item`)."""
    return " " in call


@pytest.mark.parametrize("build_path", [*SYNCHRONOUS, *REDELIVERED], ids=path_name)
def test_a_stripe_fault_at_any_call_is_answered_clearly_and_leaves_one_effect(
    backend: Backend, no_waiting: None, build_path: PathBuilder
) -> None:
    undisturbed = build_path(backend)
    with backend.tap.watched() as calls:
        undisturbed.act()
    end = final_state(backend, undisturbed.booking)
    bookings, answered = [undisturbed.booking], set[tuple[str, int]]()

    positions = [n for n, call in enumerate(calls) if is_of_stripe(call)]
    for (fault, times), position in pairs(list(product(FAULTS, FAULT_COUNTS)), positions):
        # When Stripe fails at this call
        path = build_path(backend)
        fail = partial(backend.stripe.faults.fail_next, fault, times=times)
        first = answer_while_failing(backend, position, fail, path.act)

        # Then the answer is a problem with a time to wait, or a success
        check_answer(first)
        answered.add((fault, first.status))

        # And the repeated request has the effect of an undisturbed one
        backend.stripe.faults.clear()
        again = path.act()
        assert isinstance(again, Answer) and again.status in {200, 201}, (fault, again)
        our_state, at_stripe = final_state(backend, path.booking)
        assert (our_state, without_orphaned_intent(at_stripe, fault)) == end, fault
        bookings.append(path.booking)

    assert {(fault, 503) for fault in FAULTS} <= answered
    check_sums(backend, bookings[-1])
    check_against_stripe(backend, bookings)


@pytest.mark.parametrize("build_path", [*SYNCHRONOUS, *REDELIVERED], ids=path_name)
def test_a_request_waits_for_a_slow_stripe(backend: Backend, build_path: PathBuilder) -> None:
    path = build_path(backend)
    backend.stripe.faults.fail_next("slow", times=99, seconds=0.001)

    answer = path.act()

    assert isinstance(answer, Answer) and answer.status in {200, 201}


@pytest.mark.parametrize("build_path", NEEDS_NO_STRIPE, ids=path_name)
def test_a_request_that_needs_no_stripe_succeeds_while_stripe_is_down(
    backend: Backend, build_path: PathBuilder
) -> None:
    path = build_path(backend)
    backend.stripe.faults.set_rate("reset", 1)

    answer = path.act()

    assert isinstance(answer, Answer) and answer.status in {200, 201}
    # And the refund is sent after the outage
    assert backend.hand_over(backend.read_records())
    backend.stripe.faults.clear()
    backend.follow_up()
    assert backend.list_payments(path.booking)["balance"]["refunded"] > 0
    check_against_stripe(backend, [path.booking])


@pytest.mark.parametrize("build_path", SYNCHRONOUS, ids=path_name)
def test_a_stripe_key_that_is_refused_is_answered_with_502(
    backend: Backend, build_path: PathBuilder
) -> None:
    path = build_path(backend)
    valid = set(backend.stripe.api_keys)
    backend.stripe.api_keys.clear()

    answer = path.act()

    assert isinstance(answer, Answer)
    assert answer.problem == (502, "payment_provider_failed")
    assert int(answer.headers["Retry-After"]) > 0
    backend.stripe.api_keys.update(valid)
    again = path.act()
    assert isinstance(again, Answer) and again.status in {200, 201}


def without_orphaned_intent(intents: list[Intent], fault: str) -> list[Intent]:
    """Return the intents without the one that Stripe created and answered with an error.

    It stays unpaid, because nobody gets its secret.
    """
    newest, before = intents[:1], intents[1:]
    is_orphan = fault == "error_500_after" and newest == before[:1]
    return before if is_orphan and newest[0][1] == "requires_payment_method" else intents


def answer_while_failing(
    backend: Backend, position: int, fail: Callable[[], object], act: Callable[[], object]
) -> Answer:
    """Return the answer of `act`, with a fault just before the call at that position (from 0)."""
    if position == 0:
        fail()
    with backend.tap.watched(after=position, do=fail):
        answer = act()
    assert isinstance(answer, Answer)
    return answer


def check_answer(answer: Answer) -> None:
    """Check that the answer is a success, or a problem with a time to wait."""
    if answer.status >= 400:
        assert answer.problem == (503, "payment_provider_unavailable"), answer
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
