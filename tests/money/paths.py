"""Every path that money takes: what a person, Stripe or a job begins, and what is left of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Final

from tests.functions.money import BANK, DECLINED, DISPUTED, REFUND_FAILS, REFUND_PENDS, SECURE, VISA
from tests.money.books import refunds_at_stripe
from tests.money.world import World

type Act = Callable[[], object]

_KEYS: Final = count()


@dataclass(frozen=True)
class Path:
    """A booking on a path: what goes on until it is done, as often as it takes."""

    booking: str
    act: Act


type Given = Callable[[World], Path]
type Intent = tuple[int, str, list[tuple[int, str]]]
"""Amount and status of a payment at Stripe, and of each of its refunds."""


def opening(world: World) -> Path:
    booking = world.book()
    return Path(booking, _keyed(world.open, booking))


def opening_another(world: World) -> Path:
    """The open payment of the deposit is closed for one of the full price."""
    booking = world.book()
    world.opened(booking)
    return Path(booking, _keyed(world.open, booking, "full"))


def opening_what_is_paid(world: World) -> Path:
    """The deposit was paid and nobody has told us; now the full price is asked for."""
    booking = world.book()
    world.pay(booking)
    world.forget()
    return Path(booking, _keyed(world.open, booking, "full"))


def confirming(world: World) -> Path:
    booking = world.book()
    intent = world.pay(booking)
    world.forget()
    return Path(booking, partial(world.confirm, intent))


def told_of(moment: int) -> Given:
    """Return the path of the first event of a moment in a payment's life (`test_duplicates`)."""

    def given(world: World) -> Path:
        booking = world.book()
        intent = world.opened(booking)
        life = whole_life(world, intent)
        for happen in life[:moment]:
            happen()
        world.confirm(intent)
        world.forget()
        life[moment]()
        event = world.take()[0]
        return Path(booking, partial(world.send, event))

    return given


def told_of_a_lost_dispute(world: World) -> Path:
    booking, intent = world.paid(card=DISPUTED)
    world.stripe.close_dispute(the_one(world, "disputes", intent), won=False)
    return Path(booking, partial(world.send, world.take()[0]))


def cancelling(world: World) -> Path:
    booking, _ = world.paid()
    return Path(booking, partial(world.cancel, booking))


def settling_a_cancellation(world: World) -> Path:
    """It had two payments, and one was open."""
    booking, _ = world.paid()
    assert world.confirm(world.pay(booking, "balance")).status == 200
    assert world.cancel(booking).status == 200
    return _settling(world, booking)


def settling_an_unpaid_cancellation(world: World) -> Path:
    booking = world.book()
    world.opened(booking)
    assert world.cancel(booking).status == 200
    return _settling(world, booking)


def refunding(world: World) -> Path:
    booking, _ = world.paid()
    return Path(booking, _keyed(world.refund, booking, 2_500))


def settling_a_refund(world: World) -> Path:
    booking, _ = world.paid(card=REFUND_PENDS)
    assert world.refund(booking, 2_500).status == 201
    return _settling(world, booking)


def settling_a_refund_that_failed(world: World) -> Path:
    """The first try came back a day ago."""
    booking, intent = world.paid(card=REFUND_FAILS)
    assert world.refund(booking, 2_500).status == 201
    world.settle()
    world.stripe.settle_refund(the_one(world, "refunds", intent), "failed")
    world.forget()
    _nothing_new(world)
    world.reconcile()
    world.later(hours=25)
    return Path(booking, world.reconcile)


def releasing(world: World) -> Path:
    booking = world.book()
    world.opened(booking)
    world.later(hours=24, seconds=1)
    return Path(booking, world.release)


def releasing_what_is_paid(world: World) -> Path:
    booking = world.book()
    world.pay(booking)
    world.forget()
    world.later(hours=24, seconds=1)
    return Path(booking, world.release)


def settling_a_release(world: World) -> Path:
    """An intent was opened while the job looked the other way; nobody has paid it yet."""
    booking, _ = world.lapsed()
    return _settling(world, booking)


def reviving(world: World) -> Path:
    booking, intent = world.lapsed()
    world.stripe.pay(intent, VISA)
    return Path(booking, partial(world.send, world.take()[0]))


def paying_too_late(world: World) -> Path:
    """Somebody else has the slot by now."""
    place = world.place()
    booking, intent = world.lapsed(**place)
    other = world.book(**place)
    assert world.confirm(world.pay(other)).status == 200
    world.forget()
    world.drop_records()
    world.stripe.pay(intent, VISA)
    return Path(booking, partial(world.send, world.take()[0]))


def paying_for_what_was_cancelled(world: World) -> Path:
    """The bank takes its time, and the customer cancels meanwhile."""
    booking = world.book()
    intent = world.pay(booking, card=BANK)
    assert world.cancel(booking).status == 200
    world.settle()
    world.forget()
    world.stripe.settle(intent)
    return Path(booking, partial(world.send, world.take()[0]))


def changing(world: World) -> Path:
    """Fewer guests than were paid for."""
    booking, _ = world.paid("full")
    return Path(booking, partial(world.change, booking, guests=10))


def settling_an_overpayment(world: World) -> Path:
    path = changing(world)
    path.act()
    return _settling(world, path.booking)


def finding_a_lost_event(world: World) -> Path:
    _nothing_new(world)
    booking = world.book()
    world.pay(booking)
    world.forget()
    return Path(booking, world.reconcile)


def finding_a_lost_record(world: World) -> Path:
    _nothing_new(world)
    booking, _ = world.paid()
    world.reconcile()
    assert world.cancel(booking).status == 200
    world.drop_records()
    return Path(booking, world.reconcile)


def _settling(world: World, booking: str) -> Path:
    records = list(world.read())
    world.drop_records()
    return Path(booking, partial(world.hand_over, records))


def _nothing_new(world: World) -> None:
    """Let the job have seen everything, and that some time ago."""
    world.later(hours=1)
    world.reconcile()
    world.later(minutes=16)


def _keyed(ask: Callable[..., Any], *given: Any) -> Act:
    return partial(ask, *given, headers={"Idempotency-Key": f"key-{next(_KEYS)}"})


BY_A_PERSON: Final[tuple[Given, ...]] = (
    opening,
    opening_another,
    opening_what_is_paid,
    confirming,
    cancelling,
    refunding,
    changing,
)
BY_STRIPE: Final[tuple[Given, ...]] = (
    *(told_of(moment) for moment in range(9)),
    told_of_a_lost_dispute,
    reviving,
    paying_too_late,
    paying_for_what_was_cancelled,
)
BY_A_JOB: Final[tuple[Given, ...]] = (
    settling_a_cancellation,
    settling_an_unpaid_cancellation,
    settling_a_refund,
    settling_a_refund_that_failed,
    settling_an_overpayment,
    settling_a_release,
    releasing,
    releasing_what_is_paid,
    finding_a_lost_event,
    finding_a_lost_record,
)


def left(world: World, booking: str) -> tuple[Any, list[Intent]]:
    """Return what we know of a booking, and its payments at Stripe, newest first."""
    account = world.account(booking)
    intents = [
        (each["amount"], each["status"], sorted(refunds_at_stripe(world, each["id"])))
        for each in world.stripe.everything("payment_intents")
        if each["metadata"]["booking_id"] == booking
    ]
    entries = sorted((each["kind"], each["amount"]) for each in account["entries"])
    attempts = [(each["amount"], each["status"]) for each in account["payments"]]
    standing = account["booking_status"], account["payment_status"], account["balance"]
    return (standing, entries, attempts), intents


def the_one(world: World, kind: str, intent: str) -> str:
    """Return the id of the one refund or dispute of a payment."""
    everything = world.stripe.everything(kind)
    (found,) = (each["id"] for each in everything if each["payment_intent"] == intent)
    return str(found)


def whole_life(world: World, intent: str) -> list[Callable[[], Any]]:
    """Return, one by one, what can happen to a payment: every type of event that we handle."""
    stripe = world.stripe
    return [
        lambda: stripe.pay(intent, DECLINED),
        lambda: stripe.pay(intent, SECURE),
        lambda: stripe.authenticate(intent, succeed=False),
        lambda: stripe.pay(intent, REFUND_PENDS),
        lambda: stripe.refund(intent, 2_500),
        lambda: stripe.settle_refund(the_one(world, "refunds", intent), "succeeded"),
        lambda: stripe.settle_refund(the_one(world, "refunds", intent), "failed"),
        lambda: stripe.dispute(intent, amount=6_000),
        lambda: stripe.close_dispute(the_one(world, "disputes", intent), won=True),
    ]
