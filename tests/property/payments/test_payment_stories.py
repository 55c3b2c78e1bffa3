"""Every story of one payment: refunds that fail, disputes, staff, the dashboard, and old news.

A breadth-first search as `test_exhaustive`, over all that Stripe, a bank and people can do to the
one payment of one booking, in any order: it is told of at any moment, with what Stripe says then or
said just before. Any two of the doings of `Doing` are mixed: 84 to 3 701 states each.
After every step the rules of `world` hold: our ledger is what Stripe says once it is told the
newest, nothing is negative or promised twice, what is owed is there to be sent, and no more is kept
of a cancelled booking than the policy says, nor less without somebody's doing.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import timedelta
from enum import StrEnum
from functools import partial
from itertools import combinations
from typing import NamedTuple

import pytest
from tests.builders import NOW, booking
from tests.property.payments.world import CAME_TO_NOTHING, Broken, World, left_at_stripe
from tests.sizes import SIZES

from teppan.domain.errors import DomainError
from teppan.domain.payments.dispute import DisputeStatus
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefundStatus

GIVEN, IN_DASHBOARD, DISPUTED = 3_000, 4_000, 6_000
LATE = booking().payment_due_at + timedelta(seconds=1)
MOST_REFUNDS = 2


class Doing(StrEnum):
    """Whose doings are in the stories."""

    BANK = "the bank disputes and decides"
    DASHBOARD = "staff refund in the dashboard"
    FAILURE = "refunds fail"
    STAFF = "staff give some back"
    OLD_NEWS = "old news are heard"
    LATENESS = "the deadline passes"


class State(NamedTuple):
    """`older` is what Stripe said of the payment before its last change."""

    world: World
    doings: frozenset[Doing] = frozenset(Doing)
    older: PaymentSnapshot | None = None
    is_late: bool = False
    given: bool = False


type Moves = Iterator[tuple[str, Callable[[], State]]]


def moves_of(state: State) -> Moves:
    """Yield what may happen next; the rules refuse some of it."""
    world = state.world
    at = (LATE if state.is_late else NOW) + timedelta(seconds=2 * world.booking.version)

    def ours(move: Callable[[], World], *, given: bool = state.given) -> Callable[[], State]:
        return lambda: state._replace(world=move(), given=given)

    def at_stripe(move: Callable[[], World]) -> Callable[[], State]:
        return lambda: state._replace(world=move(), older=world.stripe["pi_1"])

    if not world.stripe:
        yield "a payment is opened", ours(lambda: world.opened(None, at))
        return
    payment = world.stripe["pi_1"]
    if not state.is_late and Doing.LATENESS in state.doings:
        yield "the deadline passes", lambda: state._replace(is_late=True)
    yield "the customer cancels", ours(lambda: world.cancelled(at))
    yield "nobody has paid", ours(lambda: world.lapsed(at))
    if not payment.captured:
        yield "the customer pays", at_stripe(lambda: world.paid("pi_1", at - timedelta(seconds=1)))
        return
    for slot_taken in {False, world.booking.has_expired}:
        yield (
            f"we hear of it {'(slot taken)' * slot_taken}",
            ours(partial(world.told, payment, at, slot_taken=slot_taken)),
        )
    if state.older is not None and Doing.OLD_NEWS in state.doings:
        older = state.older
        yield "we hear old news of it", ours(lambda: world.told(older, at))
    if not state.given and Doing.STAFF in state.doings:
        yield "staff give some back", ours(lambda: world.given(GIVEN, at), given=True)
    yield from moves_at_stripe(state, payment, at_stripe)


def moves_at_stripe(
    state: State,
    payment: PaymentSnapshot,
    at_stripe: Callable[[Callable[[], World]], Callable[[], State]],
) -> Moves:
    world, doings = state.world, state.doings
    if len(payment.refunds) < MOST_REFUNDS:
        yield "what is owed is sent", at_stripe(lambda: world.sent(ProviderRefundStatus.PENDING))
        is_new = all(refund.promise for refund in payment.refunds)
        fits = left_at_stripe(payment) >= IN_DASHBOARD
        if is_new and fits and Doing.DASHBOARD in doings:
            yield (
                "staff refund in the dashboard",
                at_stripe(lambda: world.refunded_in_the_dashboard("pi_1", IN_DASHBOARD)),
            )
    for place, refund in enumerate(payment.refunds):
        ends = {
            ProviderRefundStatus.PENDING: [
                ProviderRefundStatus.SUCCEEDED,
                ProviderRefundStatus.FAILED,
            ],
            ProviderRefundStatus.SUCCEEDED: [ProviderRefundStatus.FAILED],
        }.get(refund.status, [])
        if refund.status is ProviderRefundStatus.PENDING and refund.promise is None:
            ends = [ProviderRefundStatus.SUCCEEDED, ProviderRefundStatus.CANCELED]
        failed = sum(each.status in CAME_TO_NOTHING for each in payment.refunds)
        if failed or Doing.FAILURE not in doings:
            ends = [each for each in ends if each is ProviderRefundStatus.SUCCEEDED]
        for end in ends:
            yield (
                f"refund {place + 1} has {end}",
                at_stripe(partial(world.refund_became, "pi_1", place, end)),
            )
    if Doing.BANK not in doings:
        return
    if not payment.disputes:
        yield "the bank disputes it", at_stripe(lambda: world.disputed("pi_1", DISPUTED))
        return
    (dispute,) = payment.disputes
    ends_of_dispute = {
        DisputeStatus.OPEN: [DisputeStatus.WON, DisputeStatus.LOST],
        DisputeStatus.LOST: [DisputeStatus.WON],
    }.get(dispute.status, [])
    for decided in ends_of_dispute:
        yield (
            f"the dispute is {decided}",
            at_stripe(partial(world.dispute_became, "pi_1", 0, decided)),
        )


def essence(state: State) -> object:
    """Return what decides about the future: no version, and no name that is made of one."""
    world = state.world
    told, record = world.booking, world.booking.cancellation
    names = {entry.refund: None for entry in world.ledger}
    numbers = {name: number for number, name in enumerate(names)}

    def of(payment: PaymentSnapshot) -> object:
        return (
            payment.captured,
            record is not None and payment.captured_at >= record.at,
            [(each.amount, each.status, numbers.get(each.promise)) for each in payment.refunds],
            [each.status for each in payment.disputes],
        )

    entries = sorted(
        (entry.kind, entry.amount, numbers[entry.refund], str(entry.reason))
        for entry in world.ledger
    )
    return repr(
        (
            (told.status, record and record.by, sorted(told.payments.items()), entries),
            [of(payment) for payment in world.stripe.values()],
            state.older and of(state.older),
            (state.is_late, state.given),
        )
    )


def search(doings: frozenset[Doing]) -> int:
    """Return how many states there are; raises `Broken` with the shortest story to a bad one."""
    first = State(World(booking()), doings)
    seen = {essence(first)}
    queue: deque[tuple[State, tuple[str, ...]]] = deque([(first, ())])
    while queue:
        state, story = queue.popleft()
        for label, move in moves_of(state):
            try:
                after = move()
            except DomainError:
                continue
            except Broken as fault:
                lines = [f"{number:>3}. {step}" for number, step in enumerate((*story, label), 1)]
                raise Broken("\n".join(["a bad story:", *lines, f"  => {fault}"])) from fault
            key = essence(after)
            if key not in seen:
                seen.add(key)
                if len(story) + 1 < SIZES.steps_of_a_payment:
                    queue.append((after, (*story, label)))
    return len(seen)


MANY = [frozenset(some) for some in combinations(Doing, 2)]


@pytest.mark.parametrize("doings", MANY, ids=lambda some: " and ".join(sorted(some)))
def test_every_history_of_a_payment_keeps_the_rules(doings: frozenset[Doing]) -> None:
    assert search(doings) >= SIZES.states_of_a_payment
