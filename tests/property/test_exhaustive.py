"""Exhaustive search over every history that three customers of one slot can have.

A breadth-first search calls the production code: `post_payment`, `expire`, `cancel`, `change`,
`complete` and `amount_due`, with the tables `transition.TRANSITIONS`, `transition.HOLDS_SLOT`,
`effect.PAYMENT_EFFECTS`, `effect.EFFECTS_IF_SLOT_TAKEN` and `effect.TRANSITION_CAUSES`.

A customer may book the slot while it is free, and open a payment of what is due. The price may rise
before the payment is made at Stripe. A payment may be delivered to us twice after each change at
Stripe, at any time, or never. Staff may cancel the booking (at 50 %, or at 100 % if it was never
confirmed). It may expire after the deadline or be completed, and a refund that is owed may be sent.
The clock may pass the deadline and the end of the party at any time.

Histories that differ only in the order of the customers count as one. Each customer's steps are
computed once, and the search combines those of all three.

The search visits 450 556 states in some seconds (fewer, of two customers, in the profile `quick`).
In no state is the slot held twice, and in none is money kept without a live booking or a rule of
the policy (`domain.md §2, §6, §7`). `NAIVE` are plausible wrong rules. The same search rejects each
of them, with the shortest history that shows why.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from tests.builders import admin, before, booking, caller
from tests.property.payments.booking_model import BookingModel, RuleBroken
from tests.sizes import SIZES

from teppan.domain.bookings import booking as booking_rules
from teppan.domain.bookings import cancellation, transition
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import RefundTerms
from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.transition import Cause, Status
from teppan.domain.errors import DomainError
from teppan.domain.payments import effect
from teppan.domain.payments.effect import PaymentEffect, PaymentTiming

CUSTOMERS = ("Aiko", "Ben", "Cleo")[: SIZES.customers_of_a_slot]
MADE_AT = before(booking(), days=6)
NEW = booking(caller=caller(at=MADE_AT))
"""Made so late that the whole total is due at once: a dearer party is not covered any more."""

TIMES = (
    MADE_AT,
    NEW.payment_due_at + timedelta(seconds=1),
    NEW.completes_at,
)
"""When things happen: while there is time to pay, after the deadline, after the party; what happens
to a booking one after the other does so in different seconds."""

AFTER_THE_PARTY = 2
TIME_PASSES = {1: "the deadline passes", 2: "the party is over"}
DELIVERIES = 2


class Customer(NamedTuple):
    """A customer: the model of the booking, if any, and how many deliveries are left."""

    model: BookingModel | None = None
    due: int = 0


class State(NamedTuple):
    time: int
    customers: tuple[int, ...]
    """By the number of what they have lived through, see `Histories`."""


type Moves = Iterator[tuple[str, Callable[[], Customer]]]


def moves_of(customer: Customer, time: int, *, slot_taken: bool) -> Moves:
    """Yield the possible next steps of one customer; the rules refuse some of them."""
    model = customer.model
    if model is None:
        if time < AFTER_THE_PARTY and not slot_taken:
            new_booking = booking(caller=caller(at=TIMES[time]))
            yield "books the slot", lambda: Customer(BookingModel(new_booking))
        return
    at = TIMES[time] + timedelta(seconds=2 * model.booking.version)
    just_before = at - timedelta(seconds=1)

    def step(move: Callable[[], BookingModel]) -> Callable[[], Customer]:
        return lambda: with_deliveries(customer, move())

    yield "is cancelled by staff", step(lambda: model.cancelled_by_staff(50, at))
    yield "expires unpaid", step(lambda: model.expired(at))
    yield "is completed", step(lambda: model.completed(at))
    yield "is sent the refund that is owed", step(model.refunds_sent)
    if not model.stripe:
        yield "opens a payment of what is due", step(lambda: model.intent_opened(None, at))
        return
    (payment,) = model.stripe.values()
    if not payment.captured:
        if not model.booking.travel_miles:
            yield (
                "has a longer distance, and owes 24 dollars more",
                step(
                    lambda: model.after_step(
                        change(model.booking, Changes(travel_miles=42), admin(at))
                    )
                ),
            )
        yield "pays", step(lambda: model.payment_captured(payment.payment, just_before))
    elif customer.due:
        yield (
            "has the payment delivered to us",
            lambda: Customer(model.delivered(payment, at, slot_taken=slot_taken), customer.due - 1),
        )


def with_deliveries(customer: Customer, after: BookingModel) -> Customer:
    """Return the customer after a step; a change at Stripe may be delivered up to twice."""
    before = customer.model.stripe if customer.model else {}
    moved = after.stripe != before and any(each.captured for each in after.stripe.values())
    return Customer(after, DELIVERIES if moved else customer.due)


def fingerprint(customer: Customer) -> object:
    """Return the data that determines the future: without versions, and names made of versions."""
    model = customer.model
    if model is None:
        return None
    current, record = model.booking, model.booking.cancellation
    names = {entry.refund: None for entry in model.ledger}
    numbers = {name: number for number, name in enumerate(names)}

    def is_after_cancellation(at: datetime) -> bool:
        return record is not None and at >= record.at

    return (
        (current.status, current.price.total, current.due_to_confirm, current.payment_due_at),
        record and (record.by, record.reason, record.refund_percentage),
        tuple(
            sorted(
                (
                    entry.kind,
                    entry.amount,
                    entry.payment,
                    numbers[entry.refund],
                    is_after_cancellation(entry.at),
                )
                for entry in model.ledger
            )
        ),
        tuple(
            (
                payment.amount,
                payment.captured,
                is_after_cancellation(payment.captured_at),
                tuple(
                    (refund.amount, refund.status, numbers.get(refund.obligation))
                    for refund in payment.refunds
                ),
            )
            for payment in model.stripe.values()
        ),
        customer.due,
    )


class Histories:
    """The states of single customers, numbered; each step of a state is computed once."""

    def __init__(self) -> None:
        self.known: list[Customer] = []
        self._numbers: dict[object, int] = {}
        self._next: dict[tuple[int, int, bool], list[tuple[str, int]]] = {}

    def number(self, customer: Customer) -> int:
        key = fingerprint(customer)
        if key not in self._numbers:
            self._numbers[key] = len(self.known)
            self.known.append(customer)
        return self._numbers[key]

    def holds(self, number: int) -> bool:
        model = self.known[number].model
        return model is not None and model.booking.holds_slot

    def next_steps(self, number: int, time: int, *, slot_taken: bool) -> list[tuple[str, int]]:
        key = (number, time, slot_taken)
        if key not in self._next:
            moves = moves_of(self.known[number], time, slot_taken=slot_taken)
            self._next[key] = list(self._computed(number, moves))
        return self._next[key]

    def _computed(self, number: int, moves: Moves) -> Iterator[tuple[str, int]]:
        for label, move in moves:
            try:
                after = self.number(move())
            except DomainError:
                continue
            except RuleBroken as error:
                raise RuleBroken(f"{label}: {error}") from error
            if after != number:
                yield label, after


def search() -> int:
    """Return the number of states; raises `RuleBroken` with the shortest history to a violation."""
    histories = Histories()
    first = State(0, (histories.number(Customer()),) * len(CUSTOMERS))
    seen = {first}
    came_from: dict[State, tuple[State, str]] = {}
    queue = deque([first])
    while queue:
        state = queue.popleft()
        try:
            for label, after in followers(histories, state):
                alike = State(after.time, tuple(sorted(after.customers)))
                if alike not in seen:
                    seen.add(alike)
                    came_from[after] = state, label
                    check_slot(histories, after)
                    queue.append(after)
        except RuleBroken as error:
            raise RuleBroken(history_of(came_from, state, error=error)) from None
    return len(seen)


def followers(histories: Histories, state: State) -> Iterator[tuple[str, State]]:
    time, customers = state
    if time + 1 < len(TIMES):
        yield TIME_PASSES[time + 1], State(time + 1, customers)
    holding = [histories.holds(each) for each in customers]
    for index, number in enumerate(customers):
        others = sum(holding) - holding[index]
        try:
            found = histories.next_steps(number, time, slot_taken=others > 0)
        except RuleBroken as error:
            raise RuleBroken(f"{CUSTOMERS[index]} {error}") from None
        for label, after in found:
            rest = (*customers[:index], after, *customers[index + 1 :])
            yield f"{CUSTOMERS[index]} {label}", State(time, rest)


def check_slot(histories: Histories, state: State) -> None:
    holders = [
        name
        for name, number in zip(CUSTOMERS, state.customers, strict=True)
        if histories.holds(number) or is_confirmed(histories.known[number])
    ]
    if len(holders) > 1:
        raise RuleBroken(f"the slot is held by {' and by '.join(holders)}")


def is_confirmed(customer: Customer) -> bool:
    return customer.model is not None and customer.model.booking.status is Status.CONFIRMED


def history_of(
    came_from: Mapping[State, tuple[State, str]], end: State, *, error: RuleBroken
) -> str:
    """Return the steps that led to `end`, one on each line."""
    steps: list[str] = []
    while end in came_from:
        end, label = came_from[end]
        steps.insert(0, label)
    lines = [f"{number:>3}. {label}" for number, label in enumerate(steps, 1)]
    return "\n".join(["a history that breaks a rule:", *lines, f"  => {error}"])


def test_no_history_keeps_money_without_a_booking_or_double_books_the_slot() -> None:
    assert search() >= SIZES.states_of_a_slot


@dataclass(frozen=True)
class Naive:
    """A plausible wrong rule: it replaces `name` in `owner`, and the search raises `error`."""

    owner: object
    name: str
    rule: object
    error: str


def outcomes(**instead: PaymentEffect) -> Mapping[tuple[PaymentTiming, bool], PaymentEffect]:
    """Return the table with other effects, for keys such as `after_expiry_paid` or `…_short`."""
    rules = {
        (PaymentTiming(name.rpartition("_")[0]), name.endswith("_paid")): outcome
        for name, outcome in instead.items()
    }
    return {**effect.PAYMENT_EFFECTS, **rules}


NAIVE = {
    "a payment for a cancelled booking is kept": Naive(
        effect,
        "PAYMENT_EFFECTS",
        outcomes(after_cancellation_paid=PaymentEffect.KEEP),
        "71445 kept of a cancelled",
    ),
    "a payment too small to reinstate a cancelled booking is kept": Naive(
        effect,
        "PAYMENT_EFFECTS",
        outcomes(after_cancellation_short=PaymentEffect.KEEP),
        "71445 kept of a cancelled",
    ),
    "a late payment is kept": Naive(
        effect,
        "PAYMENT_EFFECTS",
        outcomes(after_expiry_paid=PaymentEffect.KEEP),
        "71445 kept of a cancelled",
    ),
    "a late payment that is too little is kept": Naive(
        effect,
        "PAYMENT_EFFECTS",
        outcomes(after_expiry_short=PaymentEffect.KEEP),
        "71445 kept of a cancelled",
    ),
    "a late payment that is too little reinstates the booking": Naive(
        effect,
        "PAYMENT_EFFECTS",
        outcomes(after_expiry_short=PaymentEffect.REINSTATE),
        "confirmed with 71445 paid of 73845",
    ),
    "a late payment is always refunded": Naive(
        effect,
        "PAYMENT_EFFECTS",
        outcomes(after_expiry_paid=PaymentEffect.REFUND),
        "not brought back",
    ),
    "a payment that is too little confirms": Naive(
        effect,
        "PAYMENT_EFFECTS",
        outcomes(while_pending_short=PaymentEffect.CONFIRM),
        "confirmed with 71445 paid of 73845",
    ),
    "a booking is covered once its price has changed": Naive(
        Booking,
        "is_covered",
        property(lambda changed: changed.travel_miles is not None),
        "confirmed with 0 paid",
    ),
    "no booking is covered": Naive(
        Booking, "is_covered", property(lambda _booking: False), "not confirmed"
    ),
    "a booking is reinstated without its slot": Naive(
        effect, "EFFECTS_IF_SLOT_TAKEN", {}, "a cancelled booking takes a slot that others have"
    ),
    "a late payment is kept if the slot is taken": Naive(
        effect,
        "EFFECTS_IF_SLOT_TAKEN",
        {PaymentEffect.REINSTATE: PaymentEffect.KEEP},
        "71445 kept of a cancelled",
    ),
    "a late payment has the cause of a timely one": Naive(
        effect,
        "TRANSITION_CAUSES",
        {**effect.TRANSITION_CAUSES, PaymentEffect.REINSTATE: Cause.PAID},
        "what Stripe says is refused",
    ),
    "a cancelled booking stays cancelled": Naive(
        transition,
        "TRANSITIONS",
        {
            step: status
            for step, status in transition.TRANSITIONS.items()
            if step != (Status.CANCELLED, Cause.PAID_LATE)
        },
        "what Stripe says is refused",
    ),
    "an overdue booking is confirmed": Naive(
        transition,
        "TRANSITIONS",
        {**transition.TRANSITIONS, (Status.PENDING, Cause.OVERDUE): Status.CONFIRMED},
        "confirmed with 0 paid",
    ),
    "an expired booking keeps what was paid": Naive(
        cancellation, "total_refundable", lambda _payments: 0, "71445 kept of a cancelled"
    ),
    "a booking that was never confirmed is refunded by half": Naive(
        cancellation,
        "_unconfirmed_terms",
        lambda unpaid, now, _percentage: RefundTerms(unpaid.balance.refundable, 50, now),
        "does not refund all",
    ),
    "a booking holds its slot only once it is paid": Naive(
        booking_rules,
        "HOLDS_SLOT",
        transition.HOLDS_SLOT - {Status.PENDING},
        "the slot is held by Aiko and by Ben",
    ),
}


@pytest.mark.parametrize("name", NAIVE)
def test_the_search_rejects_a_naive_rule(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    naive = NAIVE[name]
    monkeypatch.setattr(naive.owner, naive.name, naive.rule)

    with pytest.raises(RuleBroken, match=naive.error) as raised:
        search()

    lines = str(raised.value).splitlines()
    assert lines[0] == "a history that breaks a rule:"
    assert len(lines) >= 3


KEPT_AFTER_EXPIRY = (
    "71445 kept of a cancelled booking; 100 % are to be refunded, so the policy keeps 0 of 0"
)


def test_the_search_reports_the_shortest_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effect, "PAYMENT_EFFECTS", outcomes(after_expiry_paid=PaymentEffect.KEEP))

    with pytest.raises(RuleBroken) as error:
        search()

    assert str(error.value).splitlines() == [
        "a history that breaks a rule:",
        "  1. Aiko books the slot",
        "  2. Aiko opens a payment of what is due",
        "  3. the deadline passes",
        "  4. Aiko expires unpaid",
        "  5. Aiko pays",
        "  => Aiko has the payment delivered to us: " + KEPT_AFTER_EXPIRY,
    ]
