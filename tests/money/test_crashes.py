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
from tests.money.support.backend import Backend
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
from tests.sizes import SIZES

from teppan.domain.policy import CURRENT
from teppan.services.payments import ledger_differences


def stopped_everywhere(backend: Backend, build_path: PathBuilder) -> Iterator[tuple[Path, str]]:
    """Yield the path without a stop, then stopped after each call, with the place of the stop."""
    path = build_path(backend)
    with backend.tap.watched() as calls:
        path.act()
    yield path, "nowhere"
    for number, name in list(enumerate(calls, 1))[:: SIZES.stops_apart]:
        path = build_path(backend)
        with backend.tap.watched(after=number), pytest.raises(Crash):
            path.act()
        yield path, f"after call {number}, {name}"


@pytest.mark.parametrize("build_path", [*BY_A_PERSON, *BY_STRIPE, *BY_A_JOB], ids=path_name)
def test_a_path_stopped_and_repeated_ends_like_one_that_never_stopped(
    backend: Backend, build_path: PathBuilder
) -> None:
    stops = {}
    for path, stop in stopped_everywhere(backend, build_path):
        again = path.act()
        assert again in (None, []) or getattr(again, "status", 0) in {200, 201, 409}, (stop, again)
        stops[stop] = path.booking
    backend.follow_up()

    ends = {stop: final_state(backend, booking) for stop, booking in stops.items()}
    assert len(ends) > 3 // SIZES.stops_apart
    assert {stop: end for stop, end in ends.items() if end != ends["nowhere"]} == {}
    check_sums(backend, stops["nowhere"])
    check_against_stripe(backend, stops.values())


@pytest.mark.parametrize("build_path", [*BY_A_PERSON, *LOST], ids=path_name)
def test_a_path_stopped_and_never_repeated_is_completed_by_the_jobs(
    backend: Backend, build_path: PathBuilder
) -> None:
    bookings = [path.booking for path, _ in stopped_everywhere(backend, build_path)]

    # When all stream records and deliveries are lost, and time passes
    backend.drop_deliveries()
    backend.take_records()
    backend.later(minutes=5)
    backend.reconcile()
    backend.reconcile("full")

    for booking in bookings:
        check_sums(backend, booking)
    check_against_stripe(backend, bookings)


def test_a_full_reconciliation_may_stop_after_any_call(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    near_policy = replace(
        CURRENT, horizon=timedelta(days=40)
    )  # shorter, because months do not differ
    monkeypatch.setattr(ledger_differences, "CURRENT", near_policy)
    monkeypatch.setattr(ledger_differences, "_COMPARED_PERIOD", near_policy.horizon)
    booking, intent = backend.paid_booking()

    def build_path(backend: Backend) -> Path:
        backend.stripe.refund(intent, 100)
        backend.drop_deliveries()
        return Path(booking, partial(backend.reconcile, "full"))

    for path, _ in stopped_everywhere(backend, build_path):
        path.act()
        check_against_stripe(backend, [booking])
    check_sums(backend, booking)
