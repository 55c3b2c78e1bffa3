"""The money of a booking comes out right whatever happens, in whatever order it is heard (§7).

Random histories on `world`, whose own sums are checked after each of their steps; here the amounts,
the number of payments and the times are any.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.builders import NOW, admin, before, booking, caller
from tests.property.payments.world import (
    CAME_TO_NOTHING,
    ON_ITS_WAY,
    World,
    check_books,
    check_kept,
    is_settled,
    left_at_stripe,
    out_of,
)
from tests.sizes import examples

from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.party import Party
from teppan.domain.errors import DomainError
from teppan.domain.ledger import Balance, EntryKind, RefundReason
from teppan.domain.payments.dispute import DisputeStatus
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefundStatus
from teppan.domain.refund_obligation import refund_obligations, total_refundable

SOON = booking(caller=caller(at=before(booking(), days=6)))
"""Its whole total is due at once; of the other one, made now, a deposit."""

PERCENT = st.integers(0, 100)
PLACE = st.integers(0, 5)


@dataclass
class History:
    """A world with its clock, and all that Stripe ever said of each payment."""

    world: World
    at: datetime
    said: dict[str, list[PaymentSnapshot]]

    def goes(self, move: Callable[[], World]) -> None:
        """Make the move if the rules and Stripe allow it; a second passes."""
        self.at += timedelta(seconds=2)
        try:
            self.world = move()
        except DomainError:
            return
        for name, payment in self.world.stripe.items():
            versions = self.said.setdefault(name, [])
            if payment not in versions[-1:]:
                versions.append(payment)


type Happening = Callable[[History, str, PaymentSnapshot], None]


def opens(amount: int | None) -> Happening:
    return lambda story, _name, _payment: story.goes(lambda: story.world.opened(amount, story.at))


def pays(story: History, name: str, payment: PaymentSnapshot) -> None:
    if not payment.captured:
        story.goes(lambda: story.world.paid(name, story.at - timedelta(seconds=1)))


def hears(age: int, slot_taken: bool) -> Happening:
    def hear(story: History, name: str, _payment: PaymentSnapshot) -> None:
        versions = story.said[name]
        told = versions[max(0, len(versions) - 1 - age)]
        story.goes(lambda: story.world.told(told, story.at, slot_taken=slot_taken))

    return hear


def cancels(percentage: int | None) -> Happening:
    def cancel(story: History, _name: str, _payment: PaymentSnapshot) -> None:
        world = story.world
        if percentage is None:
            story.goes(lambda: world.cancelled(story.at))
        else:
            story.goes(lambda: world.cancelled_by_staff(percentage, story.at))

    return cancel


def waits(hours: int) -> Happening:
    def wait(story: History, _name: str, _payment: PaymentSnapshot) -> None:
        story.at += timedelta(hours=hours)
        story.goes(lambda: story.world.lapsed(story.at))
        story.goes(lambda: story.world.completed(story.at))

    return wait


def reprices(adults: int) -> Happening:
    changes = Changes(party=Party(adults))

    def reprice(story: History, _name: str, _payment: PaymentSnapshot) -> None:
        world = story.world
        story.goes(lambda: world.took(change(world.booking, changes, admin(story.at))))

    return reprice


def gives(percent: int) -> Happening:
    def give(story: History, _name: str, _payment: PaymentSnapshot) -> None:
        amount = total_refundable(story.world.booking.payments) * percent // 100
        if amount:
            story.goes(lambda: story.world.given(amount, story.at))

    return give


def sends(status: ProviderRefundStatus) -> Happening:
    return lambda story, _name, _payment: story.goes(lambda: story.world.sent(status))


def refunds_in_dashboard(percent: int) -> Happening:
    def refund(story: History, name: str, payment: PaymentSnapshot) -> None:
        amount = left_at_stripe(payment) * percent // 100
        if amount:
            story.goes(lambda: story.world.refunded_in_the_dashboard(name, amount))

    return refund


def refund_becomes(place: int, status: ProviderRefundStatus) -> Happening:
    def become(story: History, name: str, payment: PaymentSnapshot) -> None:
        if place >= len(payment.refunds):
            return
        now = payment.refunds[place].status
        if now in ON_ITS_WAY or (
            now is ProviderRefundStatus.SUCCEEDED and status in CAME_TO_NOTHING
        ):
            story.goes(lambda: story.world.refund_became(name, place, status))

    return become


def disputes(percent: int) -> Happening:
    def dispute(story: History, name: str, payment: PaymentSnapshot) -> None:
        gone = sum(map(out_of, payment.disputes))
        amount = (payment.captured - gone) * percent // 100
        if amount > 0:
            story.goes(lambda: story.world.disputed(name, amount))

    return dispute


def decides(place: int, status: DisputeStatus, percent_back: int | None = None) -> Happening:
    def decide(story: History, name: str, payment: PaymentSnapshot) -> None:
        if place >= len(payment.disputes):
            return
        now = payment.disputes[place].status
        reversed_ = now is DisputeStatus.LOST and status is DisputeStatus.WON and percent_back != 0
        if now is DisputeStatus.OPEN or reversed_:
            story.goes(lambda: story.world.dispute_became(name, place, status, percent_back))

    return decide


def withdraws_again(place: int, percent: int) -> Happening:
    """Stripe withdraws more for a dispute than it had, open or not."""

    def withdraw(story: History, name: str, payment: PaymentSnapshot) -> None:
        out = sum(map(out_of, payment.disputes))
        amount = (payment.captured - out) * percent // 100
        if place < len(payment.disputes) and amount > 0:
            story.goes(lambda: story.world.moved(name, place, -amount))

    return withdraw


def reinstates(place: int, percent: int) -> Happening:
    """Stripe gives back some of what a decided dispute took."""

    def reinstate(story: History, name: str, payment: PaymentSnapshot) -> None:
        if place >= len(payment.disputes):
            return
        dispute = payment.disputes[place]
        amount = out_of(dispute) * percent // 100
        if dispute.status is not DisputeStatus.OPEN and amount > 0:
            story.goes(lambda: story.world.moved(name, place, amount))

    return reinstate


DECISIONS = st.sampled_from([DisputeStatus.WON, DisputeStatus.LOST])
AT_STRIPE = st.one_of(
    st.builds(refunds_in_dashboard, PERCENT),
    st.builds(refund_becomes, st.integers(0, 2), st.sampled_from(ProviderRefundStatus)),
    st.builds(disputes, st.sampled_from([30, 60, 100])),
    st.builds(decides, st.integers(0, 1), DECISIONS, st.none() | st.sampled_from([0, 60, 100])),
    st.builds(withdraws_again, st.integers(0, 1), st.sampled_from([30, 100])),
    st.builds(reinstates, st.integers(0, 1), st.sampled_from([40, 100])),
)
HAPPENINGS = st.one_of(
    AT_STRIPE,
    st.builds(opens, st.none() | st.sampled_from([1, 333, 10_000, 50_000, 71_445, 80_000])),
    st.just(pays),
    st.builds(hears, st.integers(0, 3), st.booleans()),
    st.builds(hears, st.just(0), st.just(False)),  # noqa: FBT003
    st.builds(cancels, st.none() | PERCENT),
    st.builds(waits, st.sampled_from([1, 25, 24 * 10, 24 * 31])),
    st.builds(reprices, st.integers(8, 16)),
    st.builds(gives, PERCENT),
    st.builds(
        sends, st.sampled_from([ProviderRefundStatus.PENDING, ProviderRefundStatus.SUCCEEDED])
    ),
)


def play(story: History, happenings: list[tuple[int, Happening]]) -> None:
    for place, happen in happenings:
        names = sorted(story.world.stripe)
        name = names[place % len(names)]
        happen(story, name, story.world.stripe[name])


def begun(soon: bool) -> History:
    """Return the history of a booking with one payment that is open."""
    new = SOON if soon else booking()
    story = History(World(new), new.created_at, {})
    story.goes(lambda: story.world.opened(None, story.at))
    return story


@settings(max_examples=examples(150))
@given(st.booleans(), st.lists(st.tuples(PLACE, HAPPENINGS), min_size=5, max_size=30))
def test_no_history_of_payments_breaks_a_rule(
    soon: bool, happenings: list[tuple[int, Happening]]
) -> None:
    """`world` checks after every step; here once more at the end, when all is heard."""
    story = begun(soon)

    play(story, happenings)

    hear_all(story)
    check_books(story.world)
    check_kept(story.world)


def hear_all(story: History) -> None:
    for name, payment in sorted(story.world.stripe.items()):
        story.goes(partial(story.world.told, payment, story.at + timedelta(seconds=2)))
        assert story.said[name][-1] == payment


@settings(max_examples=examples(75))
@given(st.booleans(), st.lists(st.tuples(PLACE, HAPPENINGS), min_size=5, max_size=20))
def test_every_owed_refund_arrives_in_the_end(
    soon: bool, happenings: list[tuple[int, Happening]]
) -> None:
    """However it went: once disputes are decided and refunds arrive, nothing is under way."""
    story = begun(soon)
    play(story, happenings)
    for name in story.world.stripe:
        for place in range(len(story.world.stripe[name].disputes)):
            decides(place, DisputeStatus.LOST)(story, name, story.world.stripe[name])
            if not is_settled(story.world.stripe[name].disputes[place]):
                reinstates(place, 100)(story, name, story.world.stripe[name])
        for place in range(len(story.world.stripe[name].refunds)):
            refund_becomes(place, ProviderRefundStatus.SUCCEEDED)(
                story, name, story.world.stripe[name]
            )

    hear_all(story)
    story.goes(story.world.sent)
    hear_all(story)

    balance = story.world.balance
    assert (balance.in_flight, balance.disputed) == (0, 0)
    assert balance.captured - balance.refunded - balance.lost == balance.kept
    assert sum(each.captured for each in story.world.stripe.values()) == balance.captured


@st.composite
def beginnings(draw: st.DrawFn) -> History:
    """Return a booking in any state, with one payment, that we have heard of or not."""
    story = begun(draw(st.booleans()))
    story.goes(lambda: story.world.paid("pi_1", story.at - timedelta(seconds=1)))
    first = st.lists(
        st.one_of(
            st.just(hears(0, slot_taken=False)),
            st.builds(cancels, PERCENT),
            st.just(waits(25)),
            st.builds(reprices, st.integers(8, 16)),
            st.builds(sends, st.just(ProviderRefundStatus.PENDING)),
        ),
        max_size=4,
    )
    play(story, [(0, each) for each in draw(first)])
    return story


@settings(max_examples=examples(100))
@given(
    beginnings(),
    st.lists(AT_STRIPE, min_size=1, max_size=6),
    st.lists(st.integers(0, 6), max_size=10),
    st.booleans(),
    DECISIONS,
)
def test_snapshots_may_arrive_in_any_order_and_any_number_of_times(
    story: History,
    changes: list[Happening],
    order: list[int],
    slot_taken: bool,
    decision: DisputeStatus,
) -> None:
    play(story, [(0, each) for each in changes])
    versions = story.said["pi_1"]
    newest = versions[-1]
    # What staff promised of their own accord and the bank or the dashboard gave instead is not
    # promised anew when that comes to nothing; nobody here has promised any.
    assume(not any(each.reason is RefundReason.STAFF for each in story.world.ledger))
    # What has left before we hear of the payment at all was not there when it was decided about.
    assume(story.world.ledger or not (newest.refunds or newest.disputes))
    at = story.at + timedelta(seconds=2)

    one = story.world.told(newest, at, slot_taken=slot_taken)
    other = story.world
    for place in order:
        other = other.told(versions[place % len(versions)], at, slot_taken=slot_taken)
    other = other.told(newest, at, slot_taken=slot_taken)
    for version in versions:
        assert other.told(version, at, slot_taken=slot_taken) == other

    # While a dispute is open it is not known what can be promised: both wait for its end.
    one, other = (ended(each, at, decision) for each in (one, other))
    assert one.booking.payments == other.booking.payments
    assert one.booking.status is other.booking.status


def ended(world: World, at: datetime, decision: DisputeStatus) -> World:
    for place, dispute in enumerate(world.stripe["pi_1"].disputes):
        if dispute.status is DisputeStatus.OPEN:
            world = world.dispute_became("pi_1", place, decision)
        elif not is_settled(dispute):
            world = world.moved("pi_1", place, out_of(dispute))
    return world.told(world.stripe["pi_1"], at)


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

    made = refund_obligations(held, amount, reference="r", reason=RefundReason.CANCELLATION, at=NOW)

    assert sum(each.amount for each in made) == amount
    assert all(0 < each.amount <= payments[each.payment] for each in made)
    assert len({each.reference for each in made}) == len({each.payment for each in made})
    assert len({each.payment for each in made}) == len(made)
    assert {each.kind for each in made} <= {EntryKind.REFUND_OWED}


@settings(max_examples=examples(60))
@given(st.booleans(), st.lists(st.tuples(PLACE, HAPPENINGS), max_size=15), PERCENT)
def test_a_refund_obligation_never_increases_what_is_refundable(
    soon: bool, happenings: list[tuple[int, Happening]], percent: int
) -> None:
    story = begun(soon)
    play(story, [(0, pays), (0, hears(0, slot_taken=False)), *happenings])
    left = total_refundable(story.world.booking.payments)
    amount = left * percent // 100

    after = story.world.given(amount, story.at + timedelta(seconds=1))

    assert total_refundable(after.booking.payments) == left - amount
    assert replace(after.booking, version=0, payments={}, updated_at=NOW) == replace(
        story.world.booking, version=0, payments={}, updated_at=NOW
    )
