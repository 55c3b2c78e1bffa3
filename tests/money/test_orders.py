"""The result of a payment's events does not depend on their order, delays or duplicates.

An event only causes a read of the payment, so the time of the read matters. Each order is tested
in two ways: Stripe is read at each delivery, or each delivery has the snapshot of the time when
its event was created.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise, permutations
from typing import Any, Final

import pytest
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.builders import NOW, booking, caller
from tests.functions.payment_steps import REFUND_PENDS
from tests.money.support.backend import Backend
from tests.money.support.books import check_against_stripe, check_sums
from tests.sizes import SIZES

from teppan.domain.bookings.booking import Booking
from teppan.domain.ledger import LedgerEntry
from teppan.domain.payments.posting import post_payment
from teppan.domain.payments.snapshot import PaymentSnapshot
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES
from teppan_payments.client import Stripe
from teppan_payments.stripe_provider import StripeProvider

type Moment = Callable[[Backend, str], object]

EVENT_TYPES: Final = (
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "refund.created",
    "refund.updated",
    "charge.dispute.created",
    "charge.dispute.closed",
)
"""A card is declined, another card pays the deposit, staff refund a part in the dashboard, this
succeeds (or fails), the customer disputes the rest, and the bank decides."""

ALL_ORDERS: Final = list(permutations(range(len(EVENT_TYPES))))
ORDERS: Final = ALL_ORDERS[:: len(ALL_ORDERS) // SIZES.event_orders]
BATCH: Final = 120


def history(ends_well: bool) -> Sequence[Moment]:
    """Return the acts at Stripe that cause the six events, in order."""

    def dispute(backend: Backend, intent: str) -> None:
        backend.stripe.dispute(intent)

    def decide(backend: Backend, intent: str) -> None:
        (found,) = _of(backend, "disputes", intent)
        backend.stripe.close_dispute(found["id"], won=ends_well)

    def arrive(backend: Backend, intent: str) -> None:
        (found,) = _of(backend, "refunds", intent)
        backend.stripe.set_refund_status(found["id"], "succeeded" if ends_well else "failed")

    return (
        lambda backend, intent: backend.stripe.pay(intent, "4000000000000002"),
        lambda backend, intent: backend.stripe.pay(intent, REFUND_PENDS),
        lambda backend, intent: backend.stripe.refund(intent, 2_500),
        arrive,
        dispute,
        decide,
    )


def _of(backend: Backend, kind: str, intent: str) -> list[dict[str, Any]]:
    found = backend.stripe.all_objects(kind)
    return [each for each in found if each["payment_intent"] == intent]


def event_of(backend: Backend, moment: Moment, intent: str, event: str) -> Delivery:
    """Carry out the act; return its event of that type and drop the others."""
    moment(backend, intent)
    (delivery,) = (each for each in backend.take_deliveries() if each.event["type"] == event)
    return delivery


def events_of_history(backend: Backend, intent: str, *, ends_well: bool) -> list[Delivery]:
    """Carry out all acts; return their six events."""
    steps = zip(history(ends_well), EVENT_TYPES, strict=True)
    return [event_of(backend, moment, intent, event) for moment, event in steps]


def final_state(backend: Backend, booking: str, intent: str) -> Any:
    """Return the state of a booking, with ids replaced by names that are equal for all bookings."""
    places = (
        "booking_id",
        "date",
        "starts_at",
        "time",
        "gsi1sk",
        "gsi2pk",
        "gsi2sk",
        "gsi3sk",
        "fingerprint",
    )
    lasting = {
        key: {name: value for name, value in item.items() if name not in places}
        for key, item in backend.state(booking).items()
    }
    text = json.dumps(lasting)
    named = text.replace(booking, "<booking>").replace(intent, "<intent>")
    named = named.replace(backend.owners[booking], "<customer>")
    for kind in ("refunds", "disputes"):
        for each in _of(backend, kind, intent):
            named = named.replace(each["id"], f"<{kind}>")
            for place, moved in enumerate(each.get("balance_transactions", ())):
                named = named.replace(moved["id"], f"<{kind} moved {place}>")
    return json.dumps(json.loads(named), sort_keys=True)


@pytest.mark.parametrize("first_order", range(0, len(ORDERS), BATCH))
def test_all_orders_of_events_with_duplicates_have_the_same_result(
    backend: Backend, first_order: int
) -> None:
    results: set[str] = set()
    for order in ORDERS[first_order : first_order + BATCH]:
        # Given a booking whose payment has had all six events
        booking = backend.book()
        intent = backend.open_intent(booking)
        events = events_of_history(backend, intent, ends_well=True)

        # When its events are delivered in this order, each of them twice
        deliveries = [events[n] for n in order]
        backend.deliver(
            [
                deliveries[0],
                *(each for pair in pairwise(deliveries) for each in pair),
                deliveries[-1],
            ]
        )

        results.add(final_state(backend, booking, intent))

    # Then the result is the same for every order
    assert len(results) == 1
    check_sums(backend, booking)
    check_against_stripe(backend, [booking])


def test_events_delivered_during_the_history_have_the_same_result(backend: Backend) -> None:
    """Each event is delivered some time after its creation, between later acts."""
    rng = random.Random(720)
    results: set[str] = set()
    for ends_well in (True, False) * SIZES.event_histories:
        # Given a booking whose events are undelivered while further acts follow
        booking = backend.book()
        intent = backend.open_intent(booking)
        in_transit: list[Delivery] = []
        for moment, event in zip(history(ends_well), EVENT_TYPES, strict=True):
            in_transit.append(event_of(backend, moment, intent, event))

            # When some of the events are delivered, perhaps again
            deliveries = [each for each in in_transit if rng.random() < 0.4]
            rng.shuffle(deliveries)
            backend.deliver(deliveries)
            check_sums(backend, booking)
        rng.shuffle(in_transit)
        backend.deliver(in_transit)

        # Then its balance is that of the history
        results.add(
            json.dumps([ends_well, backend.list_payments(booking)["balance"]], sort_keys=True)
        )
        check_against_stripe(backend, [booking])

    assert len(results) == 2


class OutdatedProvider(StripeProvider):
    """A payment provider that returns earlier snapshots of some payments."""

    def __init__(self, api: Stripe) -> None:
        super().__init__(api)
        self.snapshots: dict[str, PaymentSnapshot | None] = {}

    def snapshot(self, intent_id: str) -> PaymentSnapshot | None:
        if intent_id in self.snapshots:
            return self.snapshots[intent_id]
        return super().snapshot(intent_id)


@pytest.mark.parametrize("ends_well", [True, False])
def test_a_snapshot_applied_late_never_undoes_a_newer_one(
    backend: Backend, *, ends_well: bool
) -> None:
    """A payment may change at Stripe between the answer and our write."""
    outdated = backend.call.provider = OutdatedProvider(backend.call.provider._api)
    rng = random.Random(721)
    results: set[str] = set()
    for order in rng.sample(ALL_ORDERS, 2 * SIZES.event_histories):
        # Given the payment's snapshot at the creation of each event
        booking = backend.book()
        intent = backend.open_intent(booking)
        events, snapshots = [], []
        for moment, event in zip(history(ends_well), EVENT_TYPES, strict=True):
            events.append(event_of(backend, moment, intent, event))
            snapshots.append(outdated.snapshot(intent))

        # When the events are delivered in this order, each with its snapshot
        for n in order:
            outdated.snapshots[intent] = snapshots[n]
            backend.deliver([events[n]])
            check_sums(backend, booking)

        # Then the current state at Stripe decides
        del outdated.snapshots[intent]
        results.add(json.dumps(backend.list_payments(booking)["balance"], sort_keys=True))
        check_against_stripe(backend, [booking])

    assert len(results) == 1


@pytest.mark.parametrize("ends_well", [True, False])
def test_all_orders_of_old_snapshots_have_the_same_result(
    backend: Backend, *, ends_well: bool
) -> None:
    """Apply the snapshots in all orders, most of them twice, with the domain alone.

    Compares balances only: a payment that is lost before it is applied confirms no booking.
    """
    booking_id = backend.book()
    intent = backend.open_intent(booking_id)
    snapshots = []
    for moment in history(ends_well):
        moment(backend, intent)
        snapshot = backend.call.provider.snapshot(intent)
        assert snapshot
        snapshots.append(snapshot)
    start = replace(booking(booking_id), id=booking_id)

    results = {
        _payments_after(start, [snapshots[n] for pair in pairwise(order) for n in pair])
        for order in ORDERS
    }

    assert len(results) == 1


def _payments_after(start: Booking, snapshots: Sequence[PaymentSnapshot]) -> str:
    booking_, ledger = start, list[LedgerEntry]()
    for snapshot in snapshots:
        step = post_payment(
            booking_, ledger, snapshot, caller(at=NOW), max_entries=MAX_STEP_ENTRIES
        )
        booking_, ledger = step.after, [*ledger, *step.entries]
    return repr(booking_.payments)
