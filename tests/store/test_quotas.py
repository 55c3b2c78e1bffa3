"""One customer's bookings are counted in the transactions that make and end them (§4)."""

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

from teppan.domain.bookings.booking import Booking, BookingRequest, Step
from teppan.domain.bookings.cancellation import CancellationRequest, expire
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.errors import (
    SlotUnavailable,
    TooManyBookingsInADay,
    TooManyPendingBookings,
)
from teppan.domain.bookings.quota import Quota, with_room
from teppan.domain.bookings.rebalance import rebalance
from teppan.domain.bookings.transition import Status
from teppan.domain.caller import Caller
from teppan.domain.errors import DomainError, IdempotencyKeyReused
from teppan.domain.ledger import Balance
from teppan.domain.policy import CURRENT, Policy
from teppan.services.bookings import create_booking as service
from teppan.services.bookings.cancel_booking import cancel_booking
from teppan.services.bookings.create_booking import create_booking
from teppan.services.bookings.revision import revise
from teppan.services.bookings.update_booking import update_booking
from teppan.services.idempotency import IdempotentRequest
from teppan.services.precondition import any_version
from teppan.store import keys
from teppan.store.bookings import listing
from teppan.store.bookings.listing import BookingQuery
from teppan.store.bookings.quotas import quota_of
from teppan.store.table import Table

TRANSACTION = "TransactWriteItems"
DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def known_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff name no customer whom Cognito does not know."""
    monkeypatch.setattr(service, "check_customer", lambda _: None)


def place(number: int) -> BookingRequest:
    """Return a wish for a slot of its own."""
    days, start = divmod(number, len(CURRENT.start_times))
    return booking_request(date=days_ahead(10 + days), time=CURRENT.start_times[start])


def create(
    table: Table, number: int, at: datetime = NOW, by: str = CUSTOMER, key: str | None = None
) -> Booking:
    request = IdempotentRequest(key or f"{number}", "a" * 64)
    return create_booking(table, place(number), request, caller(by, at=at)).booking


def create_for(table: Table, number: int, customer: str = CUSTOMER) -> Booking:
    """Let staff book for the customer."""
    request = IdempotentRequest(f"staff-{number}", "a" * 64)
    wanted = replace(place(number), customer_id=customer)
    return create_booking(table, wanted, request, admin()).booking


def cancel(table: Table, made: Booking, at: datetime = NOW) -> Booking:
    by = caller(made.customer_id, at=at)
    return cancel_booking(table, made.id, CancellationRequest(), by, any_version)


def pay(table: Table, made: Booking) -> Booking:
    """Let money confirm the booking, as `apply_payment` does."""

    def decide(before: Booking, signer: Caller) -> Step:
        paid = holding(before, Balance(captured=before.due_to_confirm))
        return rebalance(before, paid, (), signer)

    return revise(table, made.id, decide, system())


def release(table: Table, made: Booking) -> Booking:
    """Let the booking lapse unpaid."""
    late = system(made.payment_due_at + timedelta(seconds=1))
    return revise(table, made.id, expire, late)


def quota(table: Table, customer: str = CUSTOMER) -> Quota:
    return quota_of(table.get(keys.quota(customer)))


def pending(table: Table, customer: str = CUSTOMER) -> set[str]:
    """Return the ids of the customer's pending bookings, by the bookings themselves."""
    page = listing.bookings(
        table, BookingQuery(limit=100, customer_id=customer, status=Status.PENDING)
    )
    assert page.next is None
    return {row["booking_id"] for row in page.items}


class TestAtMostThreeUnpaid:
    def test_30_creates_at_once_make_three(self, table: Table) -> None:
        answers = at_once([partial(create, table, n) for n in range(30)])

        made = {answer.id for answer in answers if isinstance(answer, Booking)}
        assert len(made) == 3
        assert sum(isinstance(answer, TooManyPendingBookings) for answer in answers) == 27
        assert pending(table) == made == quota(table).pending

    def test_what_is_refused_takes_no_slot(self, table: Table) -> None:
        for n in range(3):
            create(table, n)

        with pytest.raises(TooManyPendingBookings):
            create(table, 3)

        assert create(table, 3, by=OTHER_CUSTOMER).status is Status.PENDING

    @pytest.mark.parametrize("end", [cancel, pay, release])
    def test_one_that_is_paid_or_ended_makes_room_for_another(
        self, table: Table, end: Callable[[Table, Booking], Booking]
    ) -> None:
        held = [create(table, n) for n in range(3)]

        assert end(table, held[1]).status is not Status.PENDING

        assert create(table, 3).status is Status.PENDING
        with pytest.raises(TooManyPendingBookings):
            create(table, 4)

    def test_a_change_makes_none(self, table: Table) -> None:
        held = [create(table, n) for n in range(3)]
        update_booking(table, held[0].id, Changes(date=days_ahead(90)), caller(), any_version)

        with pytest.raises(TooManyPendingBookings):
            create(table, 3)

    def test_twenty_cancellations_at_once_make_room_for_one(self, table: Table) -> None:
        held = [create(table, n) for n in range(3)]

        at_once([partial(cancel, table, held[0])] * 20)

        assert quota(table).pending == {each.id for each in held[1:]}

    def test_the_limit_is_told_before_a_taken_slot(self, table: Table) -> None:
        for n in range(3):
            create(table, n)
        create(table, 3, by=OTHER_CUSTOMER)

        with pytest.raises(TooManyPendingBookings):
            create(table, 3)

    def test_a_taken_slot_counts_nothing(self, table: Table) -> None:
        create(table, 0, by=OTHER_CUSTOMER)

        with pytest.raises(SlotUnavailable):
            create(table, 0)

        assert quota(table) == Quota()


class TestAtMostTenInADay:
    def test_cancelling_and_booking_again_ends_after_ten(self, table: Table) -> None:
        for n in range(10):
            cancel(table, create(table, n))

        with pytest.raises(TooManyBookingsInADay) as refused:
            create(table, 10)

        assert refused.value.retry_after == 86_400
        assert pending(table) == set()

    def test_also_when_all_of_it_happens_at_once(self, table: Table) -> None:
        def book_and_cancel(lane: int) -> int:
            won = 0
            for turn in range(8):
                try:
                    cancel(table, create(table, 8 * lane + turn))
                except TooManyBookingsInADay:
                    return won
                except TooManyPendingBookings:
                    continue
                won += 1
            return won

        won = at_once([partial(book_and_cancel, lane) for lane in range(6)])

        assert sum(each for each in won if isinstance(each, int)) == len(quota(table).made) == 10
        assert all(isinstance(each, int) for each in won), won

    def test_the_eleventh_comes_24_hours_after_the_first(self, table: Table) -> None:
        for n in range(10):
            cancel(table, create(table, n, NOW + n * timedelta(hours=1)), NOW + timedelta(hours=9))

        with pytest.raises(TooManyBookingsInADay) as refused:
            create(table, 10, NOW + DAY - timedelta(seconds=1))
        assert refused.value.retry_after == 1

        assert create(table, 10, NOW + DAY).status is Status.PENDING
        with pytest.raises(TooManyBookingsInADay) as refused:
            create(table, 11, NOW + DAY)
        assert refused.value.retry_after == 3_600

    def test_what_counts_no_more_is_dropped_then_and_costs_that_create_a_second_trip(
        self, table: Table, meter: Meter
    ) -> None:
        # Given a customer who books every three days
        trips = []
        for n in range(21):
            meter.reset()
            made = create(table, n, NOW + n * timedelta(days=3) - timedelta(days=60))
            trips.append(meter.calls.count(TRANSACTION))
            cancel(table, made, made.created_at)

        # Then each tenth create takes two
        assert [n for n, calls in enumerate(trips) if calls > 1] == [10, 20]
        assert max(trips) == 2

    def test_a_create_that_drops_old_bookings_keeps_one_that_was_counted_meanwhile(
        self, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given ten bookings of yesterday, and a create that another one overtakes after its read
        for n in range(10):
            cancel(table, create(table, n))
        faster, made = iter([20]), list[str]()

        def read(seen: Quota, at: datetime, policy: Policy) -> Quota:
            kept = with_room(seen, at, policy)
            made.extend(create(table, number, NOW + DAY).id for number in faster)
            return kept

        monkeypatch.setattr(service, "with_room", read)

        # When both are done
        made.append(create(table, 21, NOW + DAY).id)

        # Then both count
        assert set(quota(table).made) == set(made) == pending(table)
        assert len(made) == 2

    def test_creates_that_find_it_full_at_the_same_time_lose_nothing(self, table: Table) -> None:
        for n in range(10):
            cancel(table, create(table, n))

        answers = at_once([partial(create, table, 20 + n, NOW + DAY) for n in range(12)])

        made = {answer.id for answer in answers if isinstance(answer, Booking)}
        assert len(made) == 3
        assert sum(isinstance(answer, TooManyPendingBookings) for answer in answers) == 9
        assert set(quota(table).made) == quota(table).pending == pending(table) == made


class TestAReplayAtTheLimit:
    """The first request has made it; the same one again is no booking more."""

    def test_of_unpaid_bookings_answers_with_the_booking(self, table: Table) -> None:
        held = [create(table, n) for n in range(3)]

        assert create(table, 2) == held[2]

    def test_of_the_day_answers_with_the_booking(self, table: Table) -> None:
        made = [cancel(table, create(table, n)) for n in range(10)]

        assert create(table, 9) == made[9]

    def test_also_when_others_have_the_slot_by_now(self, table: Table) -> None:
        gone = cancel(table, create(table, 9))
        create(table, 9, by=OTHER_CUSTOMER)
        for n in range(3):
            create(table, n)

        assert create(table, 9) == gone

    def test_with_another_body_is_refused_as_such(self, table: Table) -> None:
        for n in range(3):
            create(table, n)
        other = IdempotentRequest("0", "b" * 64)

        with pytest.raises(IdempotencyKeyReused):
            create_booking(table, place(0), other, caller())

    def test_fifty_at_once_count_as_one(self, table: Table) -> None:
        for n in range(2):
            create(table, n)

        answers = at_once([partial(create, table, 2, key="the same")] * 50)

        assert {each.id for each in answers if isinstance(each, Booking)} <= pending(table)
        assert all(isinstance(each, Booking) for each in answers)
        assert len(quota(table).pending) == len(quota(table).made) == 3


class TestStaff:
    def test_book_as_many_for_themselves_as_they_like(self, table: Table) -> None:
        for n in range(12):
            create_booking(table, place(n), IdempotentRequest(f"{n}", "a" * 64), admin())

    def test_book_for_a_customer_at_the_limit(self, table: Table) -> None:
        for n in range(3):
            create(table, n)

        assert create_for(table, 3).customer_id == CUSTOMER
        assert len(pending(table)) == 4

    def test_what_they_make_counts_among_the_unpaid_and_not_among_the_made(
        self, table: Table
    ) -> None:
        made = [create_for(table, n) for n in range(3)]

        with pytest.raises(TooManyPendingBookings):
            create(table, 3)
        assert quota(table) == Quota(pending=frozenset(each.id for each in made))

        for each in made:
            pay(table, each)
        assert create(table, 3).status is Status.PENDING


@pytest.mark.parametrize("seed", range(3))
def test_pending_is_the_set_of_pending_bookings_whatever_happens(table: Table, seed: int) -> None:
    dice = random.Random(seed)
    live: list[Booking] = []
    now = NOW

    def book(number: int) -> None:
        by = dice.choice([CUSTOMER, OTHER_CUSTOMER])
        make = create_for(table, number, by) if dice.random() < 0.2 else None
        live.append(make or create(table, number, now, by))

    def change(_: int) -> None:
        later = Changes(date=days_ahead(60 + dice.randrange(40)))
        one = dice.choice(live)
        update_booking(table, one.id, later, caller(one.customer_id, at=now), any_version)

    def end(number: int) -> None:
        ends: list[Callable[[Table, Booking], Booking]] = [partial(cancel, at=now), pay, release]
        dice.choice(ends)(table, live.pop(number % len(live)))

    for number in range(60):
        now += timedelta(minutes=dice.choice([1, 1, 300]))
        act = dice.choice([book, book, change, end]) if live else book
        with suppress(DomainError):
            act(number)
        for customer in (CUSTOMER, OTHER_CUSTOMER):
            assert quota(table, customer).pending == pending(table, customer)
