"""Stripe sends each event at least once, and our functions run at the same time: one effect."""

from concurrent.futures import ThreadPoolExecutor

from local.fakes.stripe.webhooks.outbox import Delivery
from tests.functions.money import REFUND_PENDS
from tests.money.support.books import check_against_stripe, check_sums
from tests.money.support.paths import whole_life
from tests.money.support.world import World
from tests.sizes import SIZES

from teppan.store import keys

THREADS = 16
TIMES = SIZES.deliveries


def test_every_event_many_times_by_many_threads_has_one_effect(real_world: World) -> None:
    world = real_world
    booking = world.book()
    intent = world.opened(booking)
    types = set[str]()
    with ThreadPoolExecutor(THREADS) as pool:
        for happen in whole_life(world, intent).values():
            # Given what has just happened at Stripe
            happen()
            events = world.take()
            types |= {each.event["type"] for each in events}
            before = world.steps(booking)

            # When its events come many times each, at once
            answers = list(pool.map(world.send, events * TIMES))

            # Then all are taken, and the booking has taken one step at most
            assert {answer.status for answer in answers} == {200}
            assert world.steps(booking) - before <= 1
            assert {_attempts(world, each) for each in events} == {TIMES}
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
    kinds = [each["kind"] for each in world.account(booking)["entries"]]
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


def test_all_events_of_four_bookings_at_once_have_the_effect_of_one_after_the_other(
    real_world: World,
) -> None:
    world = real_world

    # Given four bookings whose payments have gone their whole way, and nobody has told us
    bookings = [world.book() for _ in range(4)]
    events: list[Delivery] = []
    for booking in bookings:
        intent = world.opened(booking)
        world.stripe.pay(intent, REFUND_PENDS)
        refund = world.stripe.refund(intent, 2_500)["id"]
        world.stripe.settle_refund(refund, "succeeded")
        dispute = world.stripe.dispute(intent, amount=6_000)["id"]
        world.stripe.close_dispute(dispute, won=True)
        events += world.take()

    # When all their events come at the same time, many times
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(world.send, events * TIMES))

    # Then each booking has been created, and then has taken one step: it learned everything
    assert {answer.status for answer in answers} == {200}
    assert {world.steps(booking) for booking in bookings} == {2}
    for booking in bookings:
        check_sums(world, booking)
    check_against_stripe(world, bookings)


def test_a_confirmation_and_the_webhook_at_once_have_one_effect(real_world: World) -> None:
    world = real_world
    booking = world.book()
    intent = world.pay(booking)
    (event,) = world.take()

    with ThreadPoolExecutor(THREADS) as pool:
        said = [pool.submit(world.confirm, intent) for _ in range(TIMES)]
        told = [pool.submit(world.send, event) for _ in range(TIMES)]

    assert {each.result().status for each in [*said, *told]} == {200}
    assert world.steps(booking) == 2
    assert world.status(booking) == ("confirmed", "deposit_paid")
    check_against_stripe(world, [booking])


def _attempts(world: World, delivery: Delivery) -> int:
    item = world.call.table.get(keys.webhook("stripe", delivery.event["id"]))
    assert item and item["status"] == "handled"
    attempts: int = item["attempts"]
    return attempts
