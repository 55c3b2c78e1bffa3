"""The process may stop after any call to AWS or Stripe, on every path that money takes.

Each path runs once to count its calls, and once again for each call (profile `quick`: for one in
`SIZES.stops_apart`) up to that call. Then it is repeated, as in reality: by a request with the same
key, another delivery of Stripe or Lambda, or the next run of the job. The result must be that of a
path without a stop. A person may not repeat a request, so for these paths the jobs alone must bring
ledger and Stripe together.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from tests.money.support.books import check_against_stripe, check_sums
from tests.money.support.money_paths import (
    BY_A_JOB,
    BY_A_PERSON,
    BY_STRIPE,
    LOST,
    Path,
    PathBuilder,
    final_state,
    path_name,
)
from tests.money.support.tap import Crash
from tests.money.support.world import World
from tests.sizes import SIZES

from teppan.domain.policy import CURRENT
from teppan.services.payments import ledger_differences


def stopped_everywhere(world: World, build_path: PathBuilder) -> Iterator[tuple[Path, str]]:
    """Yield the path without a stop, then stopped after each call, with the place of the stop."""
    path = build_path(world)
    with world.tap.watched() as calls:
        path.act()
    yield path, "nowhere"
    for number, name in list(enumerate(calls, 1))[:: SIZES.stops_apart]:
        path = build_path(world)
        with world.tap.watched(after=number), pytest.raises(Crash):
            path.act()
        yield path, f"after call {number}, {name}"


@pytest.mark.parametrize("build_path", [*BY_A_PERSON, *BY_STRIPE, *BY_A_JOB], ids=path_name)
def test_a_path_stopped_and_repeated_ends_like_one_that_never_stopped(
    world: World, build_path: PathBuilder
) -> None:
    stops = {}
    for path, stop in stopped_everywhere(world, build_path):
        again = path.act()
        assert again in (None, []) or getattr(again, "status", 0) in {200, 201, 409}, (stop, again)
        stops[stop] = path.booking
    world.follow_up()

    ends = {stop: final_state(world, booking) for stop, booking in stops.items()}
    assert len(ends) > 3 // SIZES.stops_apart
    assert {stop: end for stop, end in ends.items() if end != ends["nowhere"]} == {}
    check_sums(world, stops["nowhere"])
    check_against_stripe(world, stops.values())


@pytest.mark.parametrize("build_path", [*BY_A_PERSON, *LOST], ids=path_name)
def test_a_path_stopped_and_never_repeated_is_completed_by_the_jobs(
    world: World, build_path: PathBuilder
) -> None:
    bookings = [path.booking for path, _ in stopped_everywhere(world, build_path)]

    # When all stream records and deliveries are lost, and time passes
    world.drop_deliveries()
    world.take_records()
    world.later(minutes=5)
    world.reconcile()
    world.reconcile("full")

    for booking in bookings:
        check_sums(world, booking)
    check_against_stripe(world, bookings)


def test_a_full_reconciliation_may_stop_after_any_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    near_policy = replace(
        CURRENT, horizon=timedelta(days=40)
    )  # shorter, because months do not differ
    monkeypatch.setattr(ledger_differences, "CURRENT", near_policy)
    monkeypatch.setattr(ledger_differences, "_COMPARED_PERIOD", near_policy.horizon)
    booking, intent = world.paid_booking()

    def build_path(world: World) -> Path:
        world.stripe.refund(intent, 100)
        world.drop_deliveries()
        return Path(booking, partial(world.reconcile, "full"))

    for path, _ in stopped_everywhere(world, build_path):
        path.act()
        check_against_stripe(world, [booking])
    check_sums(world, booking)
