"""An event that is delivered many times at once has one effect."""

from concurrent.futures import ThreadPoolExecutor

from local.fakes.stripe.webhooks.outbox import Delivery
from tests.functions.payment_steps import REFUND_PENDS
from tests.money.support.books import check_against_stripe, check_sums
from tests.money.support.money_paths import acts_on_payment
from tests.money.support.world import World
from tests.sizes import SIZES

from teppan.store import keys

THREADS = 16
DELIVERIES = SIZES.deliveries


def test_an_event_delivered_many_times_at_once_has_one_effect(real_world: World) -> None:
    world = real_world
    booking = world.book()
    intent = world.open_intent(booking)
    types = set[str]()
    with ThreadPoolExecutor(THREADS) as pool:
        for act in acts_on_payment(world, intent).values():
            # Given the events of an act at Stripe
            act()
            events = world.take_deliveries()
            types |= {each.event["type"] for each in events}
            before = world.steps(booking)

            # When each event is delivered many times at once
            answers = list(pool.map(world.send, events * DELIVERIES))

            # Then all deliveries are accepted, and the booking has at most one new version
            assert {answer.status for answer in answers} == {200}
            assert world.steps(booking) - before <= 1
            assert {_attempts(world, each) for each in events} == {DELIVERIES}
            check_sums(world, booking)
            check_against_stripe(world, [booking])

    assert types == {
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
    kinds = [each["kind"] for each in world.list_payments(booking)["entries"]]
    assert sorted(kinds) == [
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


def test_all_events_of_four_bookings_delivered_at_once_take_one_step_each(
    real_world: World,
) -> None:
    world = real_world

    # Given four bookings with paid, refunded and disputed payments, and undelivered events
    bookings = [world.book() for _ in range(4)]
    events: list[Delivery] = []
    for booking in bookings:
        intent = world.open_intent(booking)
        world.stripe.pay(intent, REFUND_PENDS)
        refund = world.stripe.refund(intent, 2_500)["id"]
        world.stripe.set_refund_status(refund, "succeeded")
        dispute = world.stripe.dispute(intent, amount=6_000)["id"]
        world.stripe.close_dispute(dispute, won=True)
        events += world.take_deliveries()

    # When all their events are delivered many times at once
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(world.send, events * DELIVERIES))

    # Then each booking has one version of its creation, and one with all of its payment
    assert {answer.status for answer in answers} == {200}
    assert {world.steps(booking) for booking in bookings} == {2}
    for booking in bookings:
        check_sums(world, booking)
    check_against_stripe(world, bookings)


def test_a_payment_confirmed_and_delivered_at_once_has_one_effect(real_world: World) -> None:
    world = real_world
    booking = world.book()
    intent = world.pay(booking)
    (event,) = world.take_deliveries()

    with ThreadPoolExecutor(THREADS) as pool:
        confirmations = [pool.submit(world.confirm, intent) for _ in range(DELIVERIES)]
        webhooks = [pool.submit(world.send, event) for _ in range(DELIVERIES)]

    assert {each.result().status for each in [*confirmations, *webhooks]} == {200}
    assert world.steps(booking) == 2
    assert world.status(booking) == ("confirmed", "deposit_paid")
    check_against_stripe(world, [booking])


def _attempts(world: World, delivery: Delivery) -> int:
    item = world.call.table.get(keys.webhook("stripe", delivery.event["id"]))
    assert item and item["status"] == "handled"
    attempts: int = item["attempts"]
    return attempts
