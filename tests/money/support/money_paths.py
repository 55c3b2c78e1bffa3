"""The paths of money: each prepares a booking and returns the act to test."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, Final

from tests.functions.payment_steps import (
    BANK,
    DECLINED,
    DISPUTED,
    REFUND_FAILS,
    REFUND_PENDS,
    SECURE,
    VISA,
)
from tests.money.support.backend import Backend
from tests.money.support.books import refunds_at_stripe

from teppan.services.payments import missed_events
from teppan.store import jobs

type Act = Callable[[], object]

MOMENTS: Final = (
    "a_decline",
    "a_3ds_challenge",
    "a_failed_3ds_challenge",
    "a_capture",
    "a_dashboard_refund",
    "a_refund_success",
    "a_refund_failure",
    "a_dispute",
    "a_dispute_won",
)
"""The names of the acts of `acts_on_payment`, in order."""

_KEYS: Final = count()


@dataclass(frozen=True)
class Path:
    """A prepared booking, and the act to carry out, which may be repeated."""

    booking: str
    act: Act


type PathBuilder = Callable[[Backend], Path]
type Intent = tuple[int, str, list[tuple[int, str]]]
"""Amount and status of a payment at Stripe, and those of its refunds."""


def opening_a_deposit(backend: Backend) -> Path:
    booking = backend.book()
    return Path(booking, _with_key(backend.open, booking))


def opening_the_full_price(backend: Backend) -> Path:
    """Request the full price while an intent for the deposit is open."""
    booking = backend.book()
    backend.open_intent(booking)
    return Path(booking, _with_key(backend.open, booking, "full"))


def opening_after_an_unreported_payment(backend: Backend) -> Path:
    """Request the full price after the deposit was paid without an event."""
    booking = backend.book()
    backend.pay(booking)
    backend.drop_deliveries()
    return Path(booking, _with_key(backend.open, booking, "full"))


def confirming(backend: Backend) -> Path:
    booking = backend.book()
    intent = backend.pay(booking)
    backend.drop_deliveries()
    return Path(booking, partial(backend.confirm, intent))


def receiving(moment: str) -> PathBuilder:
    """Return the path that receives the first event of an act on a payment."""

    def build_path(backend: Backend) -> Path:
        booking = backend.book()
        intent = backend.open_intent(booking)
        acts = acts_on_payment(backend, intent)
        for earlier in MOMENTS[: MOMENTS.index(moment)]:
            acts[earlier]()
        backend.confirm(intent)
        backend.drop_deliveries()
        acts[moment]()
        event = backend.take_deliveries()[0]
        return Path(booking, partial(backend.send, event))

    build_path.__name__ = f"receiving_{moment}"
    return build_path


def receiving_a_lost_dispute(backend: Backend) -> Path:
    booking, intent = backend.paid_booking(card=DISPUTED)
    backend.stripe.close_dispute(only_id_of(backend, "disputes", intent), won=False)
    return Path(booking, partial(backend.send, backend.take_deliveries()[0]))


def receiving_a_dispute_won_in_part(backend: Backend) -> Path:
    """Receive the end of a dispute with two withdrawals and a partial reinstatement."""
    booking, intent = backend.paid_booking()
    dispute = backend.stripe.dispute(intent, amount=4_000)["id"]
    backend.stripe.withdraw(dispute, 3_000)
    backend.stripe.close_dispute(dispute, won=True, reinstated=2_500)
    return Path(booking, partial(backend.send, backend.take_deliveries()[-1]))


def receiving_a_dashboard_refund_in_part(backend: Backend) -> Path:
    """Receive a partial dashboard refund after our own refund failed."""
    booking, intent = backend.paid_booking(card=REFUND_FAILS)
    assert backend.cancel(booking).status == 200
    assert not backend.hand_over(backend.take_records(booking))
    backend.stripe.set_refund_status(only_id_of(backend, "refunds", intent), "failed")
    assert backend.confirm(intent).status == 200
    backend.drop_deliveries()
    backend.stripe.refund(intent, 5_000)
    return Path(booking, partial(backend.send, backend.take_deliveries()[0]))


def cancelling(backend: Backend) -> Path:
    booking, _ = backend.paid_booking()
    return Path(booking, partial(backend.cancel, booking))


def following_up_a_cancellation(backend: Backend) -> Path:
    """Follow up the cancellation of a booking with two payments."""
    booking, _ = backend.paid_booking()
    assert backend.confirm(backend.pay(booking, "balance")).status == 200
    assert backend.cancel(booking).status == 200
    return _following_up(backend, booking)


def following_up_an_unpaid_cancellation(backend: Backend) -> Path:
    booking = backend.book()
    backend.open_intent(booking)
    assert backend.cancel(booking).status == 200
    return _following_up(backend, booking)


def refunding(backend: Backend) -> Path:
    booking, _ = backend.paid_booking()
    return Path(booking, _with_key(backend.refund, booking, 2_500))


def following_up_a_refund(backend: Backend) -> Path:
    booking, _ = backend.paid_booking(card=REFUND_PENDS)
    assert backend.refund(booking, 2_500).status == 201
    return _following_up(backend, booking)


def reconciling_a_failed_refund(backend: Backend) -> Path:
    """Reconcile a day after the first try of a refund failed."""
    booking, intent = backend.paid_booking(card=REFUND_FAILS)
    assert backend.refund(booking, 2_500).status == 201
    assert not backend.hand_over(backend.take_records(booking))
    backend.stripe.set_refund_status(only_id_of(backend, "refunds", intent), "failed")
    assert backend.confirm(intent).status == 200
    backend.drop_deliveries()
    backend.later(hours=24)
    _complete_a_run(backend)
    return Path(booking, backend.reconcile)


def releasing(backend: Backend) -> Path:
    booking = backend.book()
    backend.open_intent(booking)
    backend.later(hours=24, seconds=1)
    return Path(booking, backend.release)


def releasing_after_an_unreported_payment(backend: Backend) -> Path:
    booking = backend.book()
    backend.pay(booking)
    backend.drop_deliveries()
    backend.later(hours=24, seconds=1)
    return Path(booking, backend.release)


def following_up_an_expiry(backend: Backend) -> Path:
    """Follow up an expiry while an intent is open that was created during the job."""
    booking, _ = backend.expired()
    return _following_up(backend, booking)


def reinstating(backend: Backend) -> Path:
    booking, intent = backend.expired()
    backend.stripe.pay(intent, VISA)
    return Path(booking, partial(backend.send, backend.take_deliveries()[0]))


def paying_too_late(backend: Backend) -> Path:
    """Receive a late payment whose slot another booking holds."""
    place = backend.place()
    booking, intent = backend.expired(**place)
    other = backend.book(**place)
    assert backend.confirm(backend.pay(other)).status == 200
    backend.drop_deliveries()
    backend.take_records(booking)
    backend.stripe.pay(intent, VISA)
    return Path(booking, partial(backend.send, backend.take_deliveries()[0]))


def paying_after_the_cancellation(backend: Backend) -> Path:
    """Receive a bank payment that succeeds after the cancellation."""
    booking = backend.book()
    intent = backend.pay(booking, card=BANK)
    assert backend.cancel(booking).status == 200
    backend.follow_up()
    backend.drop_deliveries()
    backend.stripe.finish_processing(intent)
    return Path(booking, partial(backend.send, backend.take_deliveries()[0]))


def changing(backend: Backend) -> Path:
    """Reduce the guests of a booking that is paid in full."""
    booking, _ = backend.paid_booking("full")
    return Path(booking, partial(backend.change, booking, guests=10))


def following_up_an_overpayment(backend: Backend) -> Path:
    path = changing(backend)
    path.act()
    return _following_up(backend, path.booking)


def following_up_a_lower_price(backend: Backend) -> Path:
    """Follow up a change after which an open intent exceeds the price."""
    booking = backend.book()
    backend.open_intent(booking, "full")
    assert backend.change(booking, guests=10).status == 200
    return _following_up(backend, booking)


def reconciling_an_open_payment(backend: Backend) -> Path:
    """Reconcile a cancellation with an open intent, whose stream record is lost."""
    booking = backend.book()
    backend.open_intent(booking)
    assert backend.cancel(booking).status == 200
    backend.take_records(booking)
    _complete_a_run(backend)
    return Path(booking, backend.reconcile)


def reconciling_a_lost_event(backend: Backend) -> Path:
    _complete_a_run(backend)
    booking = backend.book()
    backend.pay(booking)
    backend.drop_deliveries()
    return Path(booking, backend.reconcile)


def reconciling_a_lost_record(backend: Backend) -> Path:
    booking, _ = backend.paid_booking()
    assert backend.cancel(booking).status == 200
    backend.take_records(booking)
    _complete_a_run(backend)
    return Path(booking, backend.reconcile)


def _following_up(backend: Backend, booking: str) -> Path:
    return Path(booking, partial(backend.hand_over, backend.take_records(booking)))


def _complete_a_run(backend: Backend) -> None:
    """Set the job's progress so that it has covered all events until 16 minutes ago."""
    backend.later(hours=1)
    jobs.advance(backend.call.table, missed_events.JOB, backend.clock.at)
    backend.later(minutes=16)


def _with_key(ask: Callable[..., Any], *build_path: Any) -> Act:
    return partial(ask, *build_path, headers={"Idempotency-Key": f"key-{next(_KEYS)}"})


BY_A_PERSON: Final[tuple[PathBuilder, ...]] = (
    opening_a_deposit,
    opening_the_full_price,
    opening_after_an_unreported_payment,
    confirming,
    cancelling,
    refunding,
    changing,
)
BY_STRIPE: Final[tuple[PathBuilder, ...]] = (
    *map(receiving, MOMENTS),
    receiving_a_lost_dispute,
    receiving_a_dispute_won_in_part,
    receiving_a_dashboard_refund_in_part,
    reinstating,
    paying_too_late,
    paying_after_the_cancellation,
)
LOST: Final[tuple[PathBuilder, ...]] = (
    receiving("a_capture"),
    receiving("a_dashboard_refund"),
    receiving("a_refund_failure"),
    receiving("a_dispute_won"),
    receiving_a_dispute_won_in_part,
    receiving_a_dashboard_refund_in_part,
    paying_too_late,
)
"""The paths of `BY_STRIPE` that move money, one for each way."""

BY_A_JOB: Final[tuple[PathBuilder, ...]] = (
    following_up_a_cancellation,
    following_up_an_unpaid_cancellation,
    following_up_a_refund,
    reconciling_a_failed_refund,
    following_up_an_overpayment,
    following_up_a_lower_price,
    following_up_an_expiry,
    releasing,
    releasing_after_an_unreported_payment,
    reconciling_a_lost_event,
    reconciling_a_lost_record,
    reconciling_an_open_payment,
)


def path_name(build_path: PathBuilder) -> str:
    """Return the test id of a path."""
    return build_path.__name__


def final_state(backend: Backend, booking: str) -> tuple[Any, list[Intent]]:
    """Return the state of a booking in our data, and its payments at Stripe, newest first."""
    payments = backend.list_payments(booking)
    intents = [
        (each["amount"], each["status"], sorted(refunds_at_stripe(backend, each["id"])))
        for each in backend.stripe.all_objects("payment_intents")
        if each["metadata"]["booking_id"] == booking
    ]
    entries = sorted((each["kind"], each["amount"]) for each in payments["entries"])
    # The stored status of an attempt that is not final does not matter: it is synced before use.
    attempts = [
        (each["amount"], each["status"] if each["status"] in ("succeeded", "canceled") else "open")
        for each in payments["payments"]
    ]
    state = payments["booking_status"], payments["payment_status"], payments["balance"]
    return (state, entries, attempts), intents


def only_id_of(backend: Backend, kind: str, intent: str) -> str:
    """Return the id of the only refund or dispute of a payment."""
    everything = backend.stripe.all_objects(kind)
    (found,) = (each["id"] for each in everything if each["payment_intent"] == intent)
    return str(found)


def acts_on_payment(backend: Backend, intent: str) -> dict[str, Act]:
    """Return the acts that cause all event types that we handle, in order."""
    stripe = backend.stripe
    acts: list[Act] = [
        lambda: stripe.pay(intent, DECLINED),
        lambda: stripe.pay(intent, SECURE),
        lambda: stripe.authenticate(intent, succeed=False),
        lambda: stripe.pay(intent, REFUND_PENDS),
        lambda: stripe.refund(intent, 2_500),
        lambda: stripe.set_refund_status(only_id_of(backend, "refunds", intent), "succeeded"),
        lambda: stripe.set_refund_status(only_id_of(backend, "refunds", intent), "failed"),
        lambda: stripe.dispute(intent, amount=6_000),
        lambda: stripe.close_dispute(only_id_of(backend, "disputes", intent), won=True),
    ]
    return dict(zip(MOMENTS, acts, strict=True))
