"""Slots in the table: their claims and their capacity (`domain.md §2`).

The first write creates a slot's item. `claims` is a set of booking ids, so claim and release are
idempotent. `capacity` exists only if an admin has set it.
"""

from datetime import date, datetime

from teppan.clock import to_rfc3339
from teppan.domain.bookings.errors import SlotHasBookings
from teppan.domain.bookings.slot import Occupancy, Slot, slots_between, unavailability_reason
from teppan.domain.caller import Caller
from teppan.domain.policy import CURRENT, Policy
from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.failures import ConditionFailed
from teppan.store.table import Table, Update

_CAPACITY = {"#capacity": "capacity"}  # a reserved word of DynamoDB

_HAS_ROOM = (
    "contains(claims, :id)"
    " OR size(claims) < #capacity"
    " OR (attribute_not_exists(#capacity) AND size(claims) < :default)"
    " OR (attribute_not_exists(claims)"
    " AND (attribute_not_exists(#capacity) OR #capacity > :none))"
)


def claim(slot: Slot, booking_id: str, policy: Policy) -> Update:
    """Return the write that claims `slot`, refused if it is full or closed."""
    return Update(
        keys.slot(slot),
        "ADD claims :claim",
        _HAS_ROOM,
        {
            "claim": frozenset({booking_id}),
            "id": booking_id,
            "default": policy.default_capacity,
            "none": 0,
        },
        _CAPACITY,
    )


def release(slot: Slot, booking_id: str) -> Update:
    """Return the write that releases `slot`; a repetition has no effect."""
    return Update(keys.slot(slot), "DELETE claims :claim", None, {"claim": frozenset({booking_id})})


def set_capacity(table: Table, slot: Slot, capacity: int, caller: Caller) -> Occupancy:
    """Set the capacity of `slot` and return its occupancy.

    Raises `SlotHasBookings` if the slot holds more bookings.
    """
    write = Update(
        keys.slot(slot),
        "SET #capacity = :capacity, set_by = :by, set_at = :at, request_id = :request_id,"
        " gateway_request_id = :gateway_request_id",
        "attribute_not_exists(claims) OR size(claims) <= :capacity",
        {
            "capacity": capacity,
            "by": caller.id,
            "at": to_rfc3339(caller.recorded_at),
            "request_id": caller.request_id,
            # DynamoDB accepts no absent value; a call without the gateway has the first id only.
            "gateway_request_id": caller.gateway_request_id or caller.request_id,
        },
        _CAPACITY,
    )
    try:
        return _occupancy(table.update(write), CURRENT)
    except ConditionFailed as failure:
        booked = _occupancy(failure.refused[0] or {}, CURRENT).booked
        raise SlotHasBookings(f"Bookings that the slot already holds: {booked}.") from failure


def occupancies(
    table: Table, first: date, last: date, policy: Policy = CURRENT
) -> list[tuple[Slot, Occupancy]]:
    """Return every slot from day `first` to `last` with its occupancy: one Query a month."""
    slots = slots_between(first, last, policy)
    stored: dict[tuple[str, str], Item] = {}
    for month in dict.fromkeys(keys.slot_month(slot.date) for slot in slots):
        page = table.query(
            "pk = :month AND sk BETWEEN :first AND :last",
            {"month": month, "first": f"{first}#", "last": f"{last}#~"},
        )
        stored |= {(item["pk"], item["sk"]): item for item in page.items}
    return [(slot, _occupancy(stored.get(keys.slot(slot), {}), policy)) for slot in slots]


def available_times(table: Table, day: date, now: datetime, policy: Policy = CURRENT) -> list[str]:
    """Return the start times (`HH:MM`) of `day` that can be booked at `now`."""
    return [
        f"{slot.time:%H:%M}"
        for slot, occupancy in occupancies(table, day, day, policy)
        if not unavailability_reason(slot, occupancy, now, policy)
    ]


def _occupancy(item: Item, policy: Policy) -> Occupancy:
    return Occupancy(
        capacity=item.get("capacity", policy.default_capacity), booked=len(item.get("claims", ()))
    )
