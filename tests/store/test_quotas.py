"""A customer's bookings are counted in the transactions that create and end them.

See `domain.md §4`.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from tests.builders import (
    CUSTOMER,
    NOW,
    OTHER_CUSTOMER,
    admin,
    booking_request,
    caller,
    days_ahead,
    holding,
    system,
)
from tests.store.meter import Meter
from tests.store.threads import at_once

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.booking_request import BookingRequest
from teppan.domain.bookings.cancellation import CancellationRequest, expire
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.errors import (
    SlotUnavailable,
    TooManyBookingsInADay,
    TooManyPendingBookings,
)
from teppan.domain.bookings.quota import Quota, check_quota
from teppan.domain.bookings.rebalance import rebalance
from teppan.domain.bookings.transition import Status
from teppan.domain.caller import Caller
from teppan.domain.errors import DomainError, IdempotencyKeyReused
from teppan.domain.ledger_balance import Balance
from teppan.domain.policy import CURRENT, Policy
from teppan.services.bookings import create_booking as service
from teppan.services.bookings.cancel_booking import cancel_booking
from teppan.services.bookings.create_booking import create_booking
from teppan.services.bookings.revision import revise
from teppan.services.bookings.update_booking import update_booking
from teppan.services.idempotency import IdempotencyKey
from teppan.services.precondition import any_version
from teppan.store import keys
from teppan.store.bookings import listing
from teppan.store.bookings.listing import BookingQuery
from teppan.store.bookings.quotas import quota_of
from teppan.store.table import Table

TRANSACTION = "TransactWriteItems"
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def accept_any_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accept every customer id, without a call of Cognito."""
    monkeypatch.setattr(service, "check_customer", lambda _: None)


def request_for(number: int) -> BookingRequest:
    """Return a request for a slot of its own."""
    days, start = divmod(number, len(CURRENT.start_times))
    return booking_request(date=days_ahead(10 + days), time=CURRENT.start_times[start])


def create(
    table: Table, number: int, at: datetime = NOW, by: str = CUSTOMER, key: str | None = None
) -> Booking:
    request = IdempotencyKey(key or f"{number}", "a" * 64)
    return create_booking(table, request_for(number), request, caller(by, at=at)).booking


def create_for(table: Table, number: int, customer: str = CUSTOMER) -> Booking:
    """Book for the customer as staff."""
    request = IdempotencyKey(f"staff-{number}", "a" * 64)
    request_for_customer = replace(request_for(number), customer_id=customer)
    return create_booking(table, request_for_customer, request, admin()).booking


def cancel(table: Table, booking: Booking, at: datetime = NOW) -> Booking:
    by = caller(booking.customer_id, at=at)
    return cancel_booking(table, booking.id, CancellationRequest(), by, any_version)


def pay(table: Table, booking: Booking) -> Booking:
    """Confirm the booking by a payment, as `apply_payment` does."""

    def decide(before: Booking, recorder: Caller) -> Step:
        paid = holding(before, Balance(captured=before.due_to_confirm))
        return rebalance(before, paid, (), recorder)

    return revise(table, booking.id, decide, system())


def release(table: Table, booking: Booking) -> Booking:
    """Expire the booking."""
    late = system(booking.payment_due_at + timedelta(seconds=1))
    return revise(table, booking.id, expire, late)


def quota(table: Table, customer: str = CUSTOMER) -> Quota:
    return quota_of(table.get(keys.quota(customer)))


def pending(table: Table, customer: str = CUSTOMER) -> set[str]:
    """Return the ids of the customer's pending bookings, read from the list of bookings."""
    page = listing.bookings(
        table, BookingQuery(limit=100, customer_id=customer, status=Status.PENDING)
    )
    assert page.next is None
    return {row["booking_id"] for row in page.items}


class TestPendingLimit:
    def test_30_creates_at_once_make_three_pending_bookings(self, table: Table) -> None:
        answers = at_once([partial(create, table, n) for n in range(30)])

        created = {answer.id for answer in answers if isinstance(answer, Booking)}
        assert len(created) == 3
        assert sum(isinstance(answer, TooManyPendingBookings) for answer in answers) == 27
        assert pending(table) == created == quota(table).pending

    def test_a_create_refused_by_the_pending_limit_takes_no_slot(self, table: Table) -> None:
        for n in range(3):
            create(table, n)

        with pytest.raises(TooManyPendingBookings):
            create(table, 3)

        assert create(table, 3, by=OTHER_CUSTOMER).status is Status.PENDING

    @pytest.mark.parametrize("end", [cancel, pay, release])
    def test_a_booking_paid_or_ended_no_longer_counts_as_pending(
        self, table: Table, end: Callable[[Table, Booking], Booking]
    ) -> None:
        pending_bookings = [create(table, n) for n in range(3)]

        assert end(table, pending_bookings[1]).status is not Status.PENDING

        assert create(table, 3).status is Status.PENDING
        with pytest.raises(TooManyPendingBookings):
            create(table, 4)

    def test_a_changed_booking_still_counts_as_pending(self, table: Table) -> None:
        pending_bookings = [create(table, n) for n in range(3)]
        update_booking(
            table, pending_bookings[0].id, Changes(date=days_ahead(90)), caller(), any_version
        )

        with pytest.raises(TooManyPendingBookings):
            create(table, 3)

    def test_twenty_cancellations_of_a_booking_at_once_release_its_quota_once(
        self, table: Table
    ) -> None:
        pending_bookings = [create(table, n) for n in range(3)]

        at_once([partial(cancel, table, pending_bookings[0])] * 20)

        assert quota(table).pending == {each.id for each in pending_bookings[1:]}

    def test_the_pending_limit_is_reported_before_a_taken_slot(self, table: Table) -> None:
        for n in range(3):
            create(table, n)
        create(table, 3, by=OTHER_CUSTOMER)

        with pytest.raises(TooManyPendingBookings):
            create(table, 3)

    def test_a_create_refused_by_a_taken_slot_counts_nothing(self, table: Table) -> None:
        create(table, 0, by=OTHER_CUSTOMER)

        with pytest.raises(SlotUnavailable):
            create(table, 0)

        assert quota(table) == Quota()


class TestDailyLimit:
    def test_the_daily_limit_counts_cancelled_bookings_too(self, table: Table) -> None:
        for n in range(10):
            cancel(table, create(table, n))

        with pytest.raises(TooManyBookingsInADay) as refused:
            create(table, 10)

        assert refused.value.retry_after == 86_400
        assert pending(table) == set()

    def test_the_daily_limit_holds_for_creates_and_cancellations_at_once(
        self, table: Table
    ) -> None:
        def book_and_cancel(lane: int) -> int:
            completed = 0
            for turn in range(8):
                try:
                    cancel(table, create(table, 8 * lane + turn))
                except TooManyBookingsInADay:
                    return completed
                except TooManyPendingBookings:
                    continue
                completed += 1
            return completed

        completed = at_once([partial(book_and_cancel, lane) for lane in range(6)])

        assert (
            sum(each for each in completed if isinstance(each, int))
            == len(quota(table).made_at_by_booking)
            == 10
        )
        assert all(isinstance(each, int) for each in completed), completed

    def test_the_daily_limit_allows_the_eleventh_booking_24_hours_after_the_first(
        self, table: Table
    ) -> None:
        for n in range(10):
            cancel(table, create(table, n, NOW + n * timedelta(hours=1)), NOW + timedelta(hours=9))

        with pytest.raises(TooManyBookingsInADay) as refused:
            create(table, 10, NOW + DAY - timedelta(seconds=1))
        assert refused.value.retry_after == 1

        assert create(table, 10, NOW + DAY).status is Status.PENDING
        with pytest.raises(TooManyBookingsInADay) as refused:
            create(table, 11, NOW + DAY)
        assert refused.value.retry_after == 3_600

    def test_a_create_that_renews_a_full_quota_takes_a_second_round_trip(
        self, table: Table, meter: Meter
    ) -> None:
        # Given a customer who books every three days
        trips = []
        for n in range(21):
            meter.reset()
            created = create(table, n, NOW + n * timedelta(days=3) - timedelta(days=60))
            trips.append(meter.calls.count(TRANSACTION))
            cancel(table, created, created.created_at)

        # Then each tenth create takes two round trips
        assert [n for n, calls in enumerate(trips) if calls > 1] == [10, 20]
        assert max(trips) == 2

    def test_a_create_that_renews_the_quota_keeps_a_booking_counted_meanwhile(
        self, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given ten bookings of yesterday, and another create between the read and write of a create
        for n in range(10):
            cancel(table, create(table, n))
        faster, created = iter([20]), list[str]()

        def read(quota_read: Quota, at: datetime, policy: Policy) -> Quota:
            renewed = check_quota(quota_read, at, policy)
            created.extend(create(table, number, NOW + DAY).id for number in faster)
            return renewed

        monkeypatch.setattr(service, "check_quota", read)

        # When both are done
        created.append(create(table, 21, NOW + DAY).id)

        # Then both count
        assert set(quota(table).made_at_by_booking) == set(created) == pending(table)
        assert len(created) == 2

    def test_creates_that_renew_the_quota_at_once_count_every_booking(self, table: Table) -> None:
        for n in range(10):
            cancel(table, create(table, n))

        answers = at_once([partial(create, table, 20 + n, NOW + DAY) for n in range(12)])

        created = {answer.id for answer in answers if isinstance(answer, Booking)}
        assert len(created) == 3
        assert sum(isinstance(answer, TooManyPendingBookings) for answer in answers) == 9
        assert (
            set(quota(table).made_at_by_booking)
            == quota(table).pending
            == pending(table)
            == created
        )


class TestReplayAtALimit:
    """A repeated request returns its booking and does not count again."""

    def test_a_replay_at_the_pending_limit_returns_the_booking(self, table: Table) -> None:
        pending_bookings = [create(table, n) for n in range(3)]

        assert create(table, 2) == pending_bookings[2]

    def test_a_replay_at_the_daily_limit_returns_the_booking(self, table: Table) -> None:
        created = [cancel(table, create(table, n)) for n in range(10)]

        assert create(table, 9) == created[9]

    def test_a_replay_of_a_cancelled_booking_whose_slot_is_taken_returns_the_booking(
        self, table: Table
    ) -> None:
        cancelled = cancel(table, create(table, 9))
        create(table, 9, by=OTHER_CUSTOMER)
        for n in range(3):
            create(table, n)

        assert create(table, 9) == cancelled

    def test_a_reused_key_with_another_body_is_refused_also_at_the_limit(
        self, table: Table
    ) -> None:
        for n in range(3):
            create(table, n)
        other = IdempotencyKey("0", "b" * 64)

        with pytest.raises(IdempotencyKeyReused):
            create_booking(table, request_for(0), other, caller())

    def test_fifty_replays_at_once_count_as_one_booking(self, table: Table) -> None:
        for n in range(2):
            create(table, n)

        answers = at_once([partial(create, table, 2, key="the same")] * 50)

        assert {each.id for each in answers if isinstance(each, Booking)} <= pending(table)
        assert all(isinstance(each, Booking) for each in answers)
        assert len(quota(table).pending) == len(quota(table).made_at_by_booking) == 3


class TestStaffBookings:
    def test_staff_bookings_for_themselves_have_no_limit(self, table: Table) -> None:
        for n in range(12):
            create_booking(table, request_for(n), IdempotencyKey(f"{n}", "a" * 64), admin())

    def test_staff_may_book_for_a_customer_at_the_limit(self, table: Table) -> None:
        for n in range(3):
            create(table, n)

        assert create_for(table, 3).customer_id == CUSTOMER
        assert len(pending(table)) == 4

    def test_staff_bookings_count_as_pending_but_not_for_the_daily_limit(
        self, table: Table
    ) -> None:
        created = [create_for(table, n) for n in range(3)]

        with pytest.raises(TooManyPendingBookings):
            create(table, 3)
        assert quota(table) == Quota(pending=frozenset(each.id for each in created))

        for each in created:
            pay(table, each)
        assert create(table, 3).status is Status.PENDING


@pytest.mark.parametrize("seed", range(3))
def test_the_pending_quota_is_the_set_of_pending_bookings_after_any_steps(
    table: Table, seed: int
) -> None:
    rng = random.Random(seed)
    live: list[Booking] = []
    now = NOW

    def book(number: int) -> None:
        by = rng.choice([CUSTOMER, OTHER_CUSTOMER])
        make = create_for(table, number, by) if rng.random() < 0.2 else None
        live.append(make or create(table, number, now, by))

    def change(_: int) -> None:
        later = Changes(date=days_ahead(60 + rng.randrange(40)))
        one = rng.choice(live)
        update_booking(table, one.id, later, caller(one.customer_id, at=now), any_version)

    def end(number: int) -> None:
        ends: list[Callable[[Table, Booking], Booking]] = [partial(cancel, at=now), pay, release]
        rng.choice(ends)(table, live.pop(number % len(live)))

    for number in range(60):
        now += timedelta(minutes=rng.choice([1, 1, 300]))
        act = rng.choice([book, book, change, end]) if live else book
        with suppress(DomainError):
            act(number)
        for customer in (CUSTOMER, OTHER_CUSTOMER):
            assert quota(table, customer).pending == pending(table, customer)
