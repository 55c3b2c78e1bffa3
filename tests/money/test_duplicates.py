"""An event that is delivered many times at once has one effect."""

from concurrent.futures import ThreadPoolExecutor

from local.fakes.stripe.webhooks.outbox import Delivery
from tests.functions.payment_steps import REFUND_PENDS
from tests.money.support.backend import Backend
from tests.money.support.books import check_against_stripe, check_sums
from tests.money.support.money_paths import acts_on_payment
from tests.sizes import SIZES

from teppan.store import keys

THREADS = 16
DELIVERIES = SIZES.deliveries

EVERY_TYPE = {
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_reinstated",
}
"""The types of the events of `acts_on_payment`."""

EVERY_ENTRY = [
    "captured",
    "dispute_opened",
    "dispute_reinstated",
    "dispute_withdrawn",
    "dispute_won",
    "goodwill_owed",
    "refund_failed",
    "refund_reversed",
    "refund_sent",
    "refunded",
]
"""The kinds of the ledger entries of `acts_on_payment`."""


def test_an_event_delivered_many_times_at_once_has_one_effect(botocore_backend: Backend) -> None:
    backend = botocore_backend
    booking = backend.book()
    intent = backend.open_intent(booking)
    types = set[str]()
    with ThreadPoolExecutor(THREADS) as pool:
        for act in acts_on_payment(backend, intent).values():
            # Given the events of an act at Stripe
            act()
            events = backend.take_deliveries()
            types |= {each.event["type"] for each in events}
            before = backend.steps(booking)

            # When each event is delivered many times at once
            answers = list(pool.map(backend.send, events * DELIVERIES))

            # Then all deliveries are accepted, and the booking has at most one new version
            assert {answer.status for answer in answers} == {200}
            assert backend.steps(booking) - before <= 1
            assert {_attempts(backend, each) for each in events} == {DELIVERIES}
            check_sums(backend, booking)
            check_against_stripe(backend, [booking])

    assert types == EVERY_TYPE
    kinds = [each["kind"] for each in backend.list_payments(booking)["entries"]]
    assert sorted(kinds) == EVERY_ENTRY


def test_all_events_of_four_bookings_delivered_at_once_take_one_step_each(
    botocore_backend: Backend,
) -> None:
    backend = botocore_backend

    # Given four bookings with paid, refunded and disputed payments, and undelivered events
    bookings = [backend.book() for _ in range(4)]
    events: list[Delivery] = []
    for booking in bookings:
        intent = backend.open_intent(booking)
        backend.stripe.pay(intent, REFUND_PENDS)
        refund = backend.stripe.refund(intent, 2_500)["id"]
        backend.stripe.set_refund_status(refund, "succeeded")
        dispute = backend.stripe.dispute(intent, amount=6_000)["id"]
        backend.stripe.close_dispute(dispute, won=True)
        events += backend.take_deliveries()

    # When all their events are delivered many times at once
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(backend.send, events * DELIVERIES))

    # Then each booking has one version of its creation, and one with all of its payment
    assert {answer.status for answer in answers} == {200}
    assert {backend.steps(booking) for booking in bookings} == {2}
    for booking in bookings:
        check_sums(backend, booking)
    check_against_stripe(backend, bookings)


def test_a_payment_confirmed_and_delivered_at_once_has_one_effect(
    botocore_backend: Backend,
) -> None:
    backend = botocore_backend
    booking = backend.book()
    intent = backend.pay(booking)
    (event,) = backend.take_deliveries()

    with ThreadPoolExecutor(THREADS) as pool:
        confirmations = [pool.submit(backend.confirm, intent) for _ in range(DELIVERIES)]
        webhooks = [pool.submit(backend.send, event) for _ in range(DELIVERIES)]

    assert {each.result().status for each in [*confirmations, *webhooks]} == {200}
    assert backend.steps(booking) == 2
    assert backend.status(booking) == ("confirmed", "deposit_paid")
    check_against_stripe(backend, [booking])


def _attempts(backend: Backend, delivery: Delivery) -> int:
    item = backend.call.table.get(keys.webhook("stripe", delivery.event["id"]))
    assert item and item["status"] == "handled"
    attempts: int = item["attempts"]
    return attempts
