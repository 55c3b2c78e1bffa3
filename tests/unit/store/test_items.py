"""Domain objects as items and back, through DynamoDB's own types."""

from dataclasses import replace

import pytest
from tests.builders import (
    CUSTOMER,
    NOW,
    admin,
    booking,
    caller,
    confirmed,
    in_status,
    ledger_entry,
)

from teppan.domain.audit import audit_event
from teppan.domain.booking import Booking, Status, Venue
from teppan.domain.cancellation import CancellationRequest, cancel
from teppan.domain.change import Changes, change
from teppan.domain.ledger import Balance, EntryKind
from teppan.domain.party import Menu, Party
from teppan.store.attributes import Item, from_attributes, to_attributes
from teppan.store.items import booking_item, booking_of, event_item, event_of, ledger_item
from teppan.store.listing import SUMMARY

CANCELLED, _ = cancel(confirmed(), CancellationRequest("Moving away"), caller())
STRANGE_TEXTS = 'Ünïcode ✓ \n\t "quoted" 寿司 🍣'
BOOKINGS = {
    "new": booking(),
    "with a menu": booking(party=Party(10, 2, 1), menu=Menu({"salmon": 3}, {"gyoza": 1})),
    "with travel": change(booking(), Changes(travel_miles=0), admin()),
    "with a second address line": booking(venue=Venue("1 Main St", "Napa", "CA", "94558", "B")),
    "with requests": booking(special_requests=STRANGE_TEXTS),
    "with payments": replace(confirmed(), balance=Balance(5, 4, 3, 2, 1)),
    "cancelled": CANCELLED,
    "cancelled without a reason": cancel(booking(), CancellationRequest(), caller())[0],
} | {status.value: in_status(status) for status in Status}


def stored(item: Item) -> Item:
    return from_attributes(to_attributes(item))


@pytest.mark.parametrize("name", BOOKINGS)
def test_a_booking_comes_back_as_it_was(name: str) -> None:
    assert booking_of(stored(booking_item(BOOKINGS[name]))) == BOOKINGS[name]


def test_a_booking_has_all_that_a_list_shows() -> None:
    assert set(SUMMARY) <= set(stored(booking_item(booking())))


def test_its_item_says_what_the_domain_derives() -> None:
    item = booking_item(confirmed())

    assert item["payment_status"] == "deposit_paid"
    assert item["total"] == 71_445
    assert item["starts_at"] == "2026-12-25T02:00:00Z"
    assert (item["date"], item["time"]) == ("2026-12-24", "18:00")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, booking()),
        (booking(), change(booking(), Changes(travel_miles=42), admin())),
        (booking(), change(booking(), Changes(special_requests="Peanuts"), caller())),
        (confirmed(), CANCELLED),
    ],
    ids=["created", "changed", "changed in private", "cancelled"],
)
def test_an_audit_event_comes_back_as_it_was(before: Booking | None, after: Booking) -> None:
    event = audit_event(before, after, caller())

    assert event_of(stored(event_item(event))) == event


def test_a_ledger_entry_is_stored_under_its_natural_key() -> None:
    item = stored(ledger_item("bkg_1", ledger_entry(EntryKind.CAPTURED, 10_000, "pi_1")))

    assert item == {
        "pk": "BOOKING#bkg_1",
        "sk": "LEDGER#pi_1#captured",
        "reference": "pi_1",
        "kind": "captured",
        "amount": 10_000,
        "at": "2026-11-23T18:00:00Z",
    }


def test_an_item_carries_its_index_keys() -> None:
    item = booking_item(booking("bkg_1"))

    assert item["gsi1pk"] == f"CUSTOMER#{CUSTOMER}"
    assert item["gsi2pk"] == "BOOKINGS#2026-12"
    assert item["gsi1sk"] == item["gsi2sk"] == "2026-12-25T02:00:00Z#bkg_1"


def test_no_personal_data_is_in_a_key_or_in_a_list() -> None:
    about = booking(special_requests="Peanut allergy")
    item = booking_item(about)
    keys = [str(item[name]) for name in item if name.endswith(("pk", "sk"))]
    shown = [str(item[name]) for name in SUMMARY]
    personal = [about.special_requests] + [
        getattr(thing, name)
        for thing in (about.venue, about.contact)
        for name in thing.__slots__
        if getattr(thing, name)
    ]

    for text in keys + shown:
        assert not [each for each in personal if each != "CA" and each.lower() in text.lower()]


def test_an_instant_is_stored_so_that_texts_sort_by_time() -> None:
    later = replace(booking(), updated_at=NOW.replace(hour=23))

    assert booking_item(later)["updated_at"] > booking_item(booking())["updated_at"]
