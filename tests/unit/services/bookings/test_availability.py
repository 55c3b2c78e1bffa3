"""Refusals before the table is read (`domain.md §2`).

`tests/functions` tests the answers on DynamoDB.
"""

from datetime import time, timedelta

import pytest
from tests.builders import NOW, PARTY_DATE, admin, caller, slot

from teppan.domain.bookings.errors import InvalidTime, LeadTimeTooShort
from teppan.domain.bookings.slot import Occupancy, UnavailabilityReason
from teppan.domain.errors import InvalidInput
from teppan.services.bookings.availability import search_availability, set_slot_capacity
from teppan.store.bookings import slots
from teppan.store.table import Table

NO_TABLE = Table(None, "never asked")


@pytest.mark.parametrize("days", [-1, 32, 400])
def test_an_availability_search_outside_1_to_32_days_is_refused(days: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        search_availability(NO_TABLE, PARTY_DATE, PARTY_DATE + timedelta(days=days), caller())

    assert [fault.pointer for fault in refusal.value.violations] == ["/to"]


@pytest.mark.parametrize("days", [0, 31])
def test_an_availability_search_of_1_to_32_days_returns_each_slot_with_its_reason(
    days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = PARTY_DATE + timedelta(days=days)
    full = [(slot(), Occupancy(1, 1)), (slot(last), Occupancy(1, 0))]
    monkeypatch.setattr(slots, "occupancies", lambda _table, _first, _last: full)

    found = search_availability(NO_TABLE, PARTY_DATE, last, caller())

    assert [(each.slot, each.reason) for each in found] == [
        (slot(), UnavailabilityReason.FULL),
        (slot(last), None),
    ]


def test_the_capacity_of_a_slot_that_has_begun_cannot_be_set() -> None:
    past_start_admin = admin(slot().starts_at)

    with pytest.raises(LeadTimeTooShort):
        set_slot_capacity(NO_TABLE, PARTY_DATE, time(18), 2, past_start_admin)


def test_the_capacity_of_a_time_that_is_no_start_time_cannot_be_set() -> None:
    with pytest.raises(InvalidTime):
        set_slot_capacity(NO_TABLE, PARTY_DATE, time(19), 2, admin(NOW))
