"""Simultaneous writers on DynamoDB Local: no slot is overbooked, and no change is lost."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time, timedelta
from functools import partial
from itertools import chain
from threading import Event

import pytest
from botocore.client import BaseClient
from tests.builders import NOW, PARTY_DATE, admin, booking, booking_request, caller, days_ahead
from tests.sizes import SIZES
from tests.store.threads import at_once

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.cancellation import CancellationRequest
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.errors import AlreadyCancelled, SlotUnavailable
from teppan.domain.bookings.slot import Slot, slot_at
from teppan.domain.caller import Caller
from teppan.domain.errors import IdempotencyKeyReused
from teppan.domain.policy import CURRENT
from teppan.services.bookings.cancel_booking import cancel_booking
from teppan.services.bookings.create_booking import CreatedBooking, create_booking
from teppan.services.bookings.revision import revise
from teppan.services.bookings.update_booking import update_booking
from teppan.services.idempotency import IdempotencyKey
from teppan.services.precondition import any_version
from teppan.store import keys
from teppan.store.attributes import Item, from_attributes
from teppan.store.bookings import bookings, slots
from teppan.store.bookings.bookings import SlotTakenError
from teppan.store.table import Table

type Everything = Callable[[], list[Item]]

FIRST = IdempotencyKey("first", "a" * 64)

DAY = [slot_at(PARTY_DATE, start, CURRENT) for start in CURRENT.start_times]
"""The four slots of a day."""


def customer_number(number: int) -> Caller:
    """Return the caller of a numbered customer."""
    return caller(f"{number:08}-1111-4111-8111-111111111111")


def live_claims(items: list[Item]) -> dict[tuple[str, str], frozenset[str]]:
    """Return the claims of each slot by its date and time."""
    return {
        (item["sk"][:10], item["sk"][11:]): item["claims"]
        for item in items
        if item["pk"].startswith("SLOTS#") and "claims" in item
    }


def test_slots_wanted_by_many_staff_get_exactly_one_booking_each(
    table: Table, everything: Everything
) -> None:
    # Given free slots, each of which all members of staff want to book
    free_slots = [
        slot_at(days_ahead(10 + n // 4), CURRENT.start_times[n % 4], CURRENT)
        for n in range(SIZES.raced_slots)
    ]

    def book_all(customer: int) -> list[str]:
        added = []
        for slot in random.Random(customer).sample(free_slots, len(free_slots)):
            candidate = booking(
                f"bkg_{customer:02}_{slot.date}_{slot.time:%H}", date=slot.date, time=slot.time
            )
            try:
                bookings.add(table, candidate, audit_event(None, candidate, admin()))
            except SlotTakenError:
                continue
            added.append(candidate.id)
        return added

    # When all of them try at once
    with ThreadPoolExecutor(SIZES.racers) as pool:
        added = list(chain.from_iterable(pool.map(book_all, range(SIZES.racers))))

    # Then every slot has one booking, and the table holds nothing else
    items = everything()
    claimed = [claim for claims in live_claims(items).values() for claim in claims]
    assert len(added) == SIZES.raced_slots
    assert sorted(claimed) == sorted(added)
    assert all(len(claims) == 1 for claims in live_claims(items).values())
    assert Counter(item["pk"].partition("#")[0] for item in items) == {
        "BOOKING": 2 * SIZES.raced_slots,
        "SLOTS": SIZES.raced_slots,
        "CUSTOMER": 1,
    }


@pytest.mark.parametrize("capacity", [0, 1, 3, 20])
def test_a_slot_of_capacity_n_admits_exactly_n(
    table: Table, everything: Everything, capacity: int
) -> None:
    slot = slot_at(PARTY_DATE, time(18), CURRENT)
    slots.set_capacity(table, slot, capacity, admin())

    answers = at_once(
        [
            partial(
                create_booking,
                table,
                booking_request(),
                IdempotencyKey(str(n), "a" * 64),
                customer_number(n),
            )
            for n in range(40)
        ]
    )

    assert sum(isinstance(answer, CreatedBooking) for answer in answers) == capacity
    assert sum(isinstance(answer, SlotUnavailable) for answer in answers) == 40 - capacity
    claims = live_claims(everything()).get((PARTY_DATE.isoformat(), "18:00"), frozenset())
    assert len(claims) == capacity


def test_simultaneous_changes_of_one_booking_lose_no_update(table: Table) -> None:
    # Given a booking, and members of staff who each add a travel mile
    editors = 2 * SIZES.racers
    stored_booking = booking()
    bookings.add(table, stored_booking, audit_event(None, stored_booking, caller()))

    def one_mile_more(before: Booking, _recorder: Caller) -> Step:
        miles = (before.travel_miles or 0) + 1
        return Step(replace(before, travel_miles=miles, version=before.version + 1, updated_at=NOW))

    # When they all do so at once
    answers = at_once(
        [partial(revise, table, stored_booking.id, one_mile_more, admin(), any_version)] * editors
    )

    # Then every mile is added once, each with its event
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    stored = bookings.find(table, stored_booking.id)
    assert stored and stored.travel_miles == editors
    assert stored.version == editors + 1
    versions = [event.version for event in bookings.events(table, stored_booking.id, 100, None)]
    assert versions == list(range(1, editors + 2))


type SlotCounter = Callable[[str], int]


@pytest.fixture
def count_slots(table_name: str, dynamodb: BaseClient) -> SlotCounter:
    """Return a function that counts the slots of `DAY` with a booking, read in one transaction."""
    reads = [
        {
            "Get": {
                "TableName": table_name,
                "Key": {name: {"S": part} for name, part in zip(("pk", "sk"), key, strict=True)},
            }
        }
        for key in map(keys.slot, DAY)
    ]

    def count(booking_id: str) -> int:
        answer = dynamodb.transact_get_items(TransactItems=reads)
        items = (from_attributes(each.get("Item", {})) for each in answer["Responses"])
        return sum(booking_id in item.get("claims", ()) for item in items)

    return count


def counts_until(done: Event, count: Callable[[], int]) -> set[int]:
    """Count without a pause until `done` is set; return the different counts."""
    counts = set()
    while not done.is_set():
        counts.add(count())
    return counts


def book_and_cancel(table: Table, rival: int) -> None:
    """Book random slots of the day 30 times, and cancel each booking."""
    for turn in range(30):
        candidate = booking(f"bkg_rival_{rival}_{turn}", time=random.choice(CURRENT.start_times))
        try:
            bookings.add(table, candidate, audit_event(None, candidate, admin()))
        except SlotTakenError:
            continue
        cancel_booking(table, candidate.id, CancellationRequest(), caller(), any_version)


def move_from_slot_to_slot(table: Table, booking_id: str) -> int:
    """Try 80 moves to the next slot of the day; return how many succeed."""
    moves = 0
    for turn in range(80):
        target = Changes(time=CURRENT.start_times[turn % 4])
        try:
            update_booking(table, booking_id, target, caller(), any_version)
        except SlotUnavailable:
            continue
        moves += 1
    return moves


def test_a_moving_booking_is_in_exactly_one_slot_at_every_moment(
    table: Table, count_slots: SlotCounter
) -> None:
    # Given a booking, and rivals for the four slots of its day
    moving = booking()
    bookings.add(table, moving, audit_event(None, moving, caller()))
    done = Event()

    # When it moves while they book and cancel
    with ThreadPoolExecutor(6) as pool:
        watcher = pool.submit(counts_until, done, partial(count_slots, moving.id))
        rivals = [pool.submit(book_and_cancel, table, number) for number in range(3)]
        moves = pool.submit(move_from_slot_to_slot, table, moving.id).result()
        for each in rivals:
            each.result()
        done.set()

    # Then it was in exactly one slot at every moment
    assert moves > 0
    assert watcher.result() == {1}
    stored = bookings.find(table, moving.id)
    assert stored and [slot for slot in DAY if moving.id in _claims(table, slot)] == [stored.slot]


def test_moves_and_creates_of_one_slot_at_once_leave_one_holder(
    table: Table, everything: Everything
) -> None:
    # Given ten bookings in slots of their own
    owners = [booking(f"bkg_{n}", date=PARTY_DATE + timedelta(days=n + 1)) for n in range(10)]
    for owner in owners:
        bookings.add(table, owner, audit_event(None, owner, admin()))

    # When all move to one slot that ten new customers book at the same time
    moves = [
        partial(update_booking, table, owner.id, Changes(date=PARTY_DATE), caller(), any_version)
        for owner in owners
    ]
    newcomers = [
        partial(
            create_booking,
            table,
            booking_request(),
            IdempotencyKey(f"n{n}", "a" * 64),
            customer_number(n),
        )
        for n in range(10)
    ]
    answers = at_once([*moves, *newcomers])

    # Then one of the twenty holds it, and all other bookings are unchanged
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert all(isinstance(each, SlotUnavailable | Booking | CreatedBooking) for each in answers)
    claims = live_claims(everything())
    assert len(claims[PARTY_DATE.isoformat(), "18:00"]) == 1
    assert sum(len(each) for each in claims.values()) in {10, 11}


def test_fifty_creates_with_the_same_key_at_once_make_one_booking(
    table: Table, everything: Everything
) -> None:
    answers = at_once(
        [partial(create_booking, table, booking_request(), FIRST, caller()) for _ in range(50)]
    )

    created = [answer for answer in answers if isinstance(answer, CreatedBooking)]
    assert len(created) == 50
    assert len({answer.booking.id for answer in created}) == 1
    assert sum(not answer.replayed for answer in created) == 1
    assert Counter(item["pk"].partition("#")[0] for item in everything()) == {
        "BOOKING": 2,
        "SLOTS": 1,
        "CUSTOMER": 1,
    }


def test_creates_with_the_same_key_and_two_bodies_at_once_accept_one_body(table: Table) -> None:
    other = IdempotencyKey(FIRST.key, "b" * 64)

    answers = at_once(
        [
            partial(create_booking, table, booking_request(), FIRST if n % 2 else other, caller())
            for n in range(20)
        ]
    )

    winners = {
        answer.booking.fingerprint for answer in answers if isinstance(answer, CreatedBooking)
    }
    assert len(winners) == 1
    assert sum(isinstance(answer, IdempotencyKeyReused) for answer in answers) == 10


def test_twenty_cancellations_at_once_cancel_once(table: Table, everything: Everything) -> None:
    stored_booking = booking()
    bookings.add(table, stored_booking, audit_event(None, stored_booking, caller()))

    answers = at_once(
        [
            partial(
                cancel_booking,
                table,
                stored_booking.id,
                CancellationRequest(),
                caller(),
                any_version,
            )
            for _ in range(20)
        ]
    )

    assert sum(isinstance(answer, Booking) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyCancelled) for answer in answers) == 19
    assert live_claims(everything()) == {}
    assert [event.version for event in bookings.events(table, stored_booking.id, 10, None)] == [
        1,
        2,
    ]


def test_lowering_the_capacity_never_leaves_more_bookings_than_the_capacity(
    table: Table, everything: Everything
) -> None:
    slot = slot_at(PARTY_DATE, time(18), CURRENT)
    slots.set_capacity(table, slot, 5, admin())

    at_once(
        [
            *[
                partial(
                    create_booking,
                    table,
                    booking_request(),
                    IdempotencyKey(str(n), "a" * 64),
                    customer_number(n),
                )
                for n in range(10)
            ],
            *[
                partial(slots.set_capacity, table, slot, capacity, admin())
                for capacity in (0, 1, 2, 3)
            ],
        ]
    )

    (item,) = [item for item in everything() if item["pk"].startswith("SLOTS#")]
    assert len(item.get("claims", ())) <= item["capacity"]


def _claims(table: Table, slot: Slot) -> frozenset[str]:
    item = table.get(keys.slot(slot)) or {}
    claims: frozenset[str] = item.get("claims", frozenset())
    return claims
