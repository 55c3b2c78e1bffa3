"""Exhaustive search over the histories of one payment: refunds, disputes, staff, late snapshots.

A breadth-first search, as in `test_exhaustive`, over all that Stripe, a bank and people can do to
the one payment of one booking. The payment may be delivered at any moment, with its present or its
previous snapshot. Each search combines two members of `Source` and visits 84 to 3 701 states.

After every step the checks of `model` hold. Our ledger equals Stripe's data after the newest
snapshot. No sum is negative, and nothing is owed twice. What is owed can be sent. A cancelled
booking keeps what the policy says, unless staff or a bank refunded more.
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
from tests.property.payments.booking_model import (
    FAILED_REFUNDS,
    BookingModel,
    RuleBroken,
    left_at_stripe,
)
from tests.sizes import SIZES

from teppan.domain.errors import DomainError
from teppan.domain.payments.dispute import DisputeStatus
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefundStatus

GOODWILL, IN_DASHBOARD, DISPUTED = 3_000, 4_000, 6_000
LATE = booking().payment_due_at + timedelta(seconds=1)
MOST_REFUNDS = 2


class Source(StrEnum):
    """The source of events in the histories of a search."""

    BANK = "the bank disputes and decides"
    DASHBOARD = "staff refund in the dashboard"
    FAILURE = "refunds fail"
    STAFF = "staff grant goodwill"
    OUTDATED = "outdated snapshots are delivered"
    DEADLINE = "the deadline passes"


class State(NamedTuple):
    """`older` is the snapshot of the payment before its last change at Stripe."""

    model: BookingModel
    sources: frozenset[Source] = frozenset(Source)
    older: PaymentSnapshot | None = None
    is_late: bool = False
    has_goodwill: bool = False


type Moves = Iterator[tuple[str, Callable[[], State]]]
type StripeStep = Callable[[Callable[[], BookingModel]], Callable[[], State]]


def moves_of(state: State) -> Moves:
    """Yield the possible next steps; the rules refuse some of them."""
    model = state.model
    at = (LATE if state.is_late else NOW) + timedelta(seconds=2 * model.booking.version)

    def domain_step(
        move: Callable[[], BookingModel], *, has_goodwill: bool = state.has_goodwill
    ) -> Callable[[], State]:
        return lambda: state._replace(model=move(), has_goodwill=has_goodwill)

    def stripe_step(move: Callable[[], BookingModel]) -> Callable[[], State]:
        return lambda: state._replace(model=move(), older=model.stripe["pi_1"])

    if not model.stripe:
        yield "a payment is opened", domain_step(lambda: model.intent_opened(None, at))
        return
    payment = model.stripe["pi_1"]
    if not state.is_late and Source.DEADLINE in state.sources:
        yield "the deadline passes", lambda: state._replace(is_late=True)
    yield "the customer cancels", domain_step(lambda: model.cancelled(at))
    yield "the booking expires if unpaid", domain_step(lambda: model.expired(at))
    if not payment.captured:
        yield (
            "the customer pays",
            stripe_step(lambda: model.payment_captured("pi_1", at - timedelta(seconds=1))),
        )
        return
    for slot_taken in {False, model.booking.has_expired}:
        yield (
            f"the payment is delivered {'(slot taken)' * slot_taken}",
            domain_step(partial(model.delivered, payment, at, slot_taken=slot_taken)),
        )
    if state.older is not None and Source.OUTDATED in state.sources:
        older = state.older
        yield "an outdated snapshot is delivered", domain_step(lambda: model.delivered(older, at))
    if not state.has_goodwill and Source.STAFF in state.sources:
        yield (
            "staff grant goodwill",
            domain_step(lambda: model.goodwill_granted(GOODWILL, at), has_goodwill=True),
        )
    yield from moves_of_refunds(state, payment, stripe_step)
    if Source.BANK in state.sources:
        yield from moves_of_dispute(state, payment, stripe_step)


def moves_of_refunds(state: State, payment: PaymentSnapshot, stripe_step: StripeStep) -> Moves:
    """Yield the refunds that Stripe can make now, and the ends of those that it has made."""
    model, sources = state.model, state.sources
    if len(payment.refunds) < MOST_REFUNDS:
        yield (
            "owed refunds are sent",
            stripe_step(lambda: model.refunds_sent(ProviderRefundStatus.PENDING)),
        )
        is_new = all(refund.obligation for refund in payment.refunds)
        fits = left_at_stripe(payment) >= IN_DASHBOARD
        if is_new and fits and Source.DASHBOARD in sources:
            yield (
                "staff refund in the dashboard",
                stripe_step(lambda: model.dashboard_refund_made("pi_1", IN_DASHBOARD)),
            )
    for index, refund in enumerate(payment.refunds):
        ends = {
            ProviderRefundStatus.PENDING: [
                ProviderRefundStatus.SUCCEEDED,
                ProviderRefundStatus.FAILED,
            ],
            ProviderRefundStatus.SUCCEEDED: [ProviderRefundStatus.FAILED],
        }.get(refund.status, [])
        if refund.status is ProviderRefundStatus.PENDING and refund.obligation is None:
            ends = [ProviderRefundStatus.SUCCEEDED, ProviderRefundStatus.CANCELED]
        failed = sum(each.status in FAILED_REFUNDS for each in payment.refunds)
        if failed or Source.FAILURE not in sources:
            ends = [each for each in ends if each is ProviderRefundStatus.SUCCEEDED]
        for end in ends:
            yield (
                f"refund {index + 1} has {end}",
                stripe_step(partial(model.refund_became, "pi_1", index, end)),
            )


def moves_of_dispute(state: State, payment: PaymentSnapshot, stripe_step: StripeStep) -> Moves:
    """Yield the bank's dispute of the payment, or its decisions."""
    model = state.model
    if not payment.disputes:
        yield "the bank disputes it", stripe_step(lambda: model.disputed("pi_1", DISPUTED))
        return
    (dispute,) = payment.disputes
    ends_of_dispute = {
        DisputeStatus.OPEN: [DisputeStatus.WON, DisputeStatus.LOST],
        DisputeStatus.LOST: [DisputeStatus.WON],
    }.get(dispute.status, [])
    for decided in ends_of_dispute:
        yield (
            f"the dispute is {decided}",
            stripe_step(partial(model.dispute_became, "pi_1", 0, decided)),
        )


def fingerprint(state: State) -> object:
    """Return the data that determines the future: without versions, and names made of versions."""
    model = state.model
    current, record = model.booking, model.booking.cancellation
    names = {entry.refund: None for entry in model.ledger}
    numbers = {name: number for number, name in enumerate(names)}

    def of(payment: PaymentSnapshot) -> object:
        return (
            payment.captured,
            record is not None and payment.captured_at >= record.at,
            [(each.amount, each.status, numbers.get(each.obligation)) for each in payment.refunds],
            [each.status for each in payment.disputes],
        )

    entries = sorted(
        (entry.kind, entry.amount, numbers[entry.refund], str(entry.reason))
        for entry in model.ledger
    )
    return repr(
        (
            (current.status, record and record.by, sorted(current.payments.items()), entries),
            [of(payment) for payment in model.stripe.values()],
            state.older and of(state.older),
            (state.is_late, state.has_goodwill),
        )
    )


def search(sources: frozenset[Source]) -> int:
    """Return the number of states; raises `RuleBroken` with the shortest history to a violation."""
    first = State(BookingModel(booking()), sources)
    seen = {fingerprint(first)}
    queue: deque[tuple[State, tuple[str, ...]]] = deque([(first, ())])
    while queue:
        state, steps = queue.popleft()
        for label, move in moves_of(state):
            try:
                after = move()
            except DomainError:
                continue
            except RuleBroken as error:
                lines = [f"{number:>3}. {step}" for number, step in enumerate((*steps, label), 1)]
                raise RuleBroken(
                    "\n".join(["a history that breaks a rule:", *lines, f"  => {error}"])
                ) from error
            key = fingerprint(after)
            if key not in seen:
                seen.add(key)
                if len(steps) + 1 < SIZES.steps_of_a_payment:
                    queue.append((after, (*steps, label)))
    return len(seen)


SOURCE_PAIRS = [frozenset(pair) for pair in combinations(Source, 2)]


@pytest.mark.parametrize("sources", SOURCE_PAIRS, ids=lambda pair: " and ".join(sorted(pair)))
def test_every_history_of_a_payment_keeps_the_rules(sources: frozenset[Source]) -> None:
    assert search(sources) >= SIZES.states_of_a_payment
