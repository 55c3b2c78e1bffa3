"""The money of a booking is right for every history, in any order of snapshots (`domain.md §7`).

Random histories of a `BookingModel`, which checks its own sums after each step. Amounts, the number
of payments and times are arbitrary.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.builders import NOW, admin, before, booking, caller
from tests.property.payments.booking_model import (
    FAILED_REFUNDS,
    SENT_REFUNDS,
    BookingModel,
    check_books,
    check_kept,
    is_decided,
    left_at_stripe,
    withdrawn_by,
)
from tests.sizes import examples

from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.party import Party
from teppan.domain.errors import DomainError
from teppan.domain.ledger import EntryKind, RefundReason
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.dispute import DisputeStatus
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefundStatus
from teppan.domain.refund_obligation import refund_obligations, total_refundable

SOON = booking(caller=caller(at=before(booking(), days=6)))
"""A booking whose total is due at once; of `booking()`, a deposit is due."""

PERCENT = st.integers(0, 100)
INDEX = st.integers(0, 5)


@dataclass
class History:
    """A booking's model with its clock, and all snapshots of each payment at Stripe."""

    model: BookingModel
    at: datetime
    snapshots: dict[str, list[PaymentSnapshot]]

    def advance(self, move: Callable[[], BookingModel]) -> None:
        """Make the move if the rules and Stripe allow it; two seconds pass."""
        self.at += timedelta(seconds=2)
        try:
            self.model = move()
        except DomainError:
            return
        for name, payment in self.model.stripe.items():
            versions = self.snapshots.setdefault(name, [])
            if payment not in versions[-1:]:
                versions.append(payment)


type Action = Callable[[History, str, PaymentSnapshot], None]


def opens(amount: int | None) -> Action:
    return lambda history, _name, _payment: history.advance(
        lambda: history.model.intent_opened(amount, history.at)
    )


def pays(history: History, name: str, payment: PaymentSnapshot) -> None:
    if not payment.captured:
        history.advance(
            lambda: history.model.payment_captured(name, history.at - timedelta(seconds=1))
        )


def delivers(age: int, slot_taken: bool) -> Action:
    def deliver(history: History, name: str, _payment: PaymentSnapshot) -> None:
        versions = history.snapshots[name]
        snapshot = versions[max(0, len(versions) - 1 - age)]
        history.advance(
            lambda: history.model.delivered(snapshot, history.at, slot_taken=slot_taken)
        )

    return deliver


def cancels(percentage: int | None) -> Action:
    def cancel(history: History, _name: str, _payment: PaymentSnapshot) -> None:
        model = history.model
        if percentage is None:
            history.advance(lambda: model.cancelled(history.at))
        else:
            history.advance(lambda: model.cancelled_by_staff(percentage, history.at))

    return cancel


def waits(hours: int) -> Action:
    def wait(history: History, _name: str, _payment: PaymentSnapshot) -> None:
        history.at += timedelta(hours=hours)
        history.advance(lambda: history.model.expired(history.at))
        history.advance(lambda: history.model.completed(history.at))

    return wait


def reprices(adults: int) -> Action:
    changes = Changes(party=Party(adults))

    def reprice(history: History, _name: str, _payment: PaymentSnapshot) -> None:
        model = history.model
        history.advance(lambda: model.after_step(change(model.booking, changes, admin(history.at))))

    return reprice


def grants_goodwill(percent: int) -> Action:
    def grant(history: History, _name: str, _payment: PaymentSnapshot) -> None:
        amount = total_refundable(history.model.booking.payments) * percent // 100
        if amount:
            history.advance(lambda: history.model.goodwill_granted(amount, history.at))

    return grant


def sends(status: ProviderRefundStatus) -> Action:
    return lambda history, _name, _payment: history.advance(
        lambda: history.model.refunds_sent(status)
    )


def refunds_in_dashboard(percent: int) -> Action:
    def refund(history: History, name: str, payment: PaymentSnapshot) -> None:
        amount = left_at_stripe(payment) * percent // 100
        if amount:
            history.advance(lambda: history.model.dashboard_refund_made(name, amount))

    return refund


def refund_becomes(index: int, status: ProviderRefundStatus) -> Action:
    def become(history: History, name: str, payment: PaymentSnapshot) -> None:
        if index >= len(payment.refunds):
            return
        now = payment.refunds[index].status
        if now in SENT_REFUNDS or (
            now is ProviderRefundStatus.SUCCEEDED and status in FAILED_REFUNDS
        ):
            history.advance(lambda: history.model.refund_became(name, index, status))

    return become


def disputes(percent: int) -> Action:
    def dispute(history: History, name: str, payment: PaymentSnapshot) -> None:
        gone = sum(map(withdrawn_by, payment.disputes))
        amount = (payment.captured - gone) * percent // 100
        if amount > 0:
            history.advance(lambda: history.model.disputed(name, amount))

    return dispute


def decides(index: int, status: DisputeStatus, percent_back: int | None = None) -> Action:
    def decide(history: History, name: str, payment: PaymentSnapshot) -> None:
        if index >= len(payment.disputes):
            return
        now = payment.disputes[index].status
        reversed_ = now is DisputeStatus.LOST and status is DisputeStatus.WON and percent_back != 0
        if now is DisputeStatus.OPEN or reversed_:
            history.advance(lambda: history.model.dispute_became(name, index, status, percent_back))

    return decide


def withdraws_more(index: int, percent: int) -> Action:
    """Withdraw more money for a dispute, which may be open or decided."""

    def withdraw(history: History, name: str, payment: PaymentSnapshot) -> None:
        out = sum(map(withdrawn_by, payment.disputes))
        amount = (payment.captured - out) * percent // 100
        if index < len(payment.disputes) and amount > 0:
            history.advance(lambda: history.model.dispute_moved(name, index, -amount))

    return withdraw


def reinstates(index: int, percent: int) -> Action:
    """Reinstate some of the money that a decided dispute withdrew."""

    def reinstate(history: History, name: str, payment: PaymentSnapshot) -> None:
        if index >= len(payment.disputes):
            return
        dispute = payment.disputes[index]
        amount = withdrawn_by(dispute) * percent // 100
        if dispute.status is not DisputeStatus.OPEN and amount > 0:
            history.advance(lambda: history.model.dispute_moved(name, index, amount))

    return reinstate


DECISIONS = st.sampled_from([DisputeStatus.WON, DisputeStatus.LOST])
STRIPE_ACTIONS = st.one_of(
    st.builds(refunds_in_dashboard, PERCENT),
    st.builds(refund_becomes, st.integers(0, 2), st.sampled_from(ProviderRefundStatus)),
    st.builds(disputes, st.sampled_from([30, 60, 100])),
    st.builds(decides, st.integers(0, 1), DECISIONS, st.none() | st.sampled_from([0, 60, 100])),
    st.builds(withdraws_more, st.integers(0, 1), st.sampled_from([30, 100])),
    st.builds(reinstates, st.integers(0, 1), st.sampled_from([40, 100])),
)
ACTIONS = st.one_of(
    STRIPE_ACTIONS,
    st.builds(opens, st.none() | st.sampled_from([1, 333, 10_000, 50_000, 71_445, 80_000])),
    st.just(pays),
    st.builds(delivers, st.integers(0, 3), st.booleans()),
    st.builds(delivers, st.just(0), st.just(False)),  # noqa: FBT003
    st.builds(cancels, st.none() | PERCENT),
    st.builds(waits, st.sampled_from([1, 25, 24 * 10, 24 * 31])),
    st.builds(reprices, st.integers(8, 16)),
    st.builds(grants_goodwill, PERCENT),
    st.builds(
        sends, st.sampled_from([ProviderRefundStatus.PENDING, ProviderRefundStatus.SUCCEEDED])
    ),
)


def play(history: History, actions: list[tuple[int, Action]]) -> None:
    for index, action in actions:
        names = sorted(history.model.stripe)
        name = names[index % len(names)]
        action(history, name, history.model.stripe[name])


def history_with_open_payment(soon: bool) -> History:
    """Return the history of a booking with one open payment."""
    new = SOON if soon else booking()
    history = History(BookingModel(new), new.created_at, {})
    history.advance(lambda: history.model.intent_opened(None, history.at))
    return history


@settings(max_examples=examples(150))
@given(st.booleans(), st.lists(st.tuples(INDEX, ACTIONS), min_size=5, max_size=30))
def test_no_history_of_payments_breaks_a_rule(
    soon: bool, actions: list[tuple[int, Action]]
) -> None:
    """`model` checks after every step. This test checks again after all deliveries."""
    history = history_with_open_payment(soon)

    play(history, actions)

    deliver_all(history)
    check_books(history.model)
    check_kept(history.model)


def deliver_all(history: History) -> None:
    for name, payment in sorted(history.model.stripe.items()):
        history.advance(
            partial(history.model.delivered, payment, history.at + timedelta(seconds=2))
        )
        assert history.snapshots[name][-1] == payment


@settings(max_examples=examples(75))
@given(st.booleans(), st.lists(st.tuples(INDEX, ACTIONS), min_size=5, max_size=20))
def test_every_owed_refund_arrives_in_the_end(
    soon: bool, actions: list[tuple[int, Action]]
) -> None:
    """Nothing is in flight once all disputes are decided and all refunds have arrived."""
    history = history_with_open_payment(soon)
    play(history, actions)
    for name in history.model.stripe:
        for index in range(len(history.model.stripe[name].disputes)):
            decides(index, DisputeStatus.LOST)(history, name, history.model.stripe[name])
            if not is_decided(history.model.stripe[name].disputes[index]):
                reinstates(index, 100)(history, name, history.model.stripe[name])
        for index in range(len(history.model.stripe[name].refunds)):
            refund_becomes(index, ProviderRefundStatus.SUCCEEDED)(
                history, name, history.model.stripe[name]
            )

    deliver_all(history)
    history.advance(history.model.refunds_sent)
    deliver_all(history)

    balance = history.model.balance
    assert (balance.in_flight, balance.disputed) == (0, 0)
    assert balance.captured - balance.refunded - balance.lost == balance.kept
    assert sum(each.captured for each in history.model.stripe.values()) == balance.captured


@st.composite
def histories_with_payment(draw: st.DrawFn) -> History:
    """Return a booking in any state, with one payment that was delivered to us or not."""
    history = history_with_open_payment(draw(st.booleans()))
    history.advance(
        lambda: history.model.payment_captured("pi_1", history.at - timedelta(seconds=1))
    )
    first = st.lists(
        st.one_of(
            st.just(delivers(0, slot_taken=False)),
            st.builds(cancels, PERCENT),
            st.just(waits(25)),
            st.builds(reprices, st.integers(8, 16)),
            st.builds(sends, st.just(ProviderRefundStatus.PENDING)),
        ),
        max_size=4,
    )
    play(history, [(0, each) for each in draw(first)])
    return history


@settings(max_examples=examples(100))
@given(
    histories_with_payment(),
    st.lists(STRIPE_ACTIONS, min_size=1, max_size=6),
    st.lists(st.integers(0, 6), max_size=10),
    st.booleans(),
    DECISIONS,
)
def test_snapshots_may_arrive_in_any_order_and_any_number_of_times(
    history: History,
    changes: list[Action],
    order: list[int],
    slot_taken: bool,
    decision: DisputeStatus,
) -> None:
    play(history, [(0, each) for each in changes])
    versions = history.snapshots["pi_1"]
    newest = versions[-1]
    # Goodwill that a bank or a dashboard refund has replaced is not restored if that fails, so the
    # order would matter. Histories with goodwill are excluded.
    assume(not any(each.reason is RefundReason.STAFF for each in history.model.ledger))
    # A dashboard refund replaces another one that had failed before it, and is goodwill of its own
    # if that one failed later. A snapshot of both does not say which (docs/decisions 0093).
    in_dashboard = [each for each in newest.refunds if each.obligation is None]
    assume(not any(each.status in FAILED_REFUNDS for each in in_dashboard[:-1]))
    # Money that left before the first delivery was not available for the first decision.
    assume(history.model.ledger or not (newest.refunds or newest.disputes))
    at = history.at + timedelta(seconds=2)

    once = history.model.delivered(newest, at, slot_taken=slot_taken)
    other = history.model
    for index in order:
        other = other.delivered(versions[index % len(versions)], at, slot_taken=slot_taken)
    other = other.delivered(newest, at, slot_taken=slot_taken)
    for version in versions:
        assert other.delivered(version, at, slot_taken=slot_taken) == other

    # While a dispute is open the refundable amount is unknown, so compare after its end.
    once, other = (with_disputes_decided(each, at, decision) for each in (once, other))
    assert once.booking.payments == other.booking.payments
    assert once.booking.status is other.booking.status


def with_disputes_decided(
    model: BookingModel, at: datetime, decision: DisputeStatus
) -> BookingModel:
    for index, dispute in enumerate(model.stripe["pi_1"].disputes):
        if dispute.status is DisputeStatus.OPEN:
            model = model.dispute_became("pi_1", index, decision)
        elif not is_decided(dispute):
            model = model.dispute_moved("pi_1", index, withdrawn_by(dispute))
    return model.delivered(model.stripe["pi_1"], at)


@given(
    st.dictionaries(
        st.sampled_from([f"pi_{n}" for n in range(6)]), st.integers(0, 10_000), min_size=1
    ),
    PERCENT,
)
def test_refund_obligations_add_up_to_the_amount_to_the_cent(
    payments: dict[str, int], percent: int
) -> None:
    held = {name: Balance(captured=amount) for name, amount in payments.items()}
    amount = sum(payments.values()) * percent // 100

    entries = refund_obligations(
        held, amount, reference="r", reason=RefundReason.CANCELLATION, at=NOW
    )

    assert sum(each.amount for each in entries) == amount
    assert all(0 < each.amount <= payments[each.payment] for each in entries)
    assert len({each.reference for each in entries}) == len({each.payment for each in entries})
    assert len({each.payment for each in entries}) == len(entries)
    assert {each.kind for each in entries} <= {EntryKind.REFUND_OWED}


@settings(max_examples=examples(60))
@given(st.booleans(), st.lists(st.tuples(INDEX, ACTIONS), max_size=15), PERCENT)
def test_a_refund_obligation_never_increases_what_is_refundable(
    soon: bool, actions: list[tuple[int, Action]], percent: int
) -> None:
    history = history_with_open_payment(soon)
    play(history, [(0, pays), (0, delivers(0, slot_taken=False)), *actions])
    left = total_refundable(history.model.booking.payments)
    amount = left * percent // 100

    after = history.model.goodwill_granted(amount, history.at + timedelta(seconds=1))

    assert total_refundable(after.booking.payments) == left - amount
    assert replace(after.booking, version=0, payments={}, updated_at=NOW) == replace(
        history.model.booking, version=0, payments={}, updated_at=NOW
    )
