"""Conversion of bookings and audit events to DynamoDB's attribute values and back."""

from dataclasses import replace

import pytest
from tests.builders import (
    CUSTOMER,
    NOW,
    admin,
    booking,
    caller,
    confirmed,
    holding,
    in_status,
    system,
)

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import CancellationRequest, cancel, expire
from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.ledger_balance import Balance
from teppan.store.attributes import Item, from_attributes, to_attributes
from teppan.store.bookings.items import booking_item, booking_of, event_item, event_of
from teppan.store.bookings.listing import SUMMARY

CANCELLED = cancel(confirmed(), CancellationRequest("Moving away"), caller()).after
STRANGE_TEXTS = 'Ünïcode ✓ \n\t "quoted" 寿司 🍣'
BOOKINGS = {
    "new": booking(),
    "with a menu": booking(party=Party(10, 2, 1), menu=Menu({"salmon": 3}, {"gyoza": 1})),
    "with travel": change(booking(), Changes(travel_miles=0), admin()).after,
    "moved to another address, five days before": replace(
        booking(), travel_miles=42, travel_confirmed=False, refund_limit=0
    ),
    "with a second address line": booking(venue=Venue("1 Main St", "Napa", "CA", "94558", "B")),
    "with requests": booking(special_requests=STRANGE_TEXTS),
    "with payments": replace(
        confirmed(),
        payments={"pi_1": Balance(5, 4, 3, 2, 1, 6, 7), "pi_2": Balance(captured=8, disputed=8)},
    ),
    "expired": expire(booking(), system(booking().slot.starts_at)).after,
    "cancelled": CANCELLED,
    "cancelled without a reason": cancel(booking(), CancellationRequest(), caller()).after,
} | {status.value: in_status(status) for status in Status}


def stored(item: Item) -> Item:
    return from_attributes(to_attributes(item))


@pytest.mark.parametrize("name", BOOKINGS)
def test_a_booking_is_read_back_as_it_was_stored(name: str) -> None:
    assert booking_of(stored(booking_item(BOOKINGS[name]))) == BOOKINGS[name]


def test_a_booking_item_has_all_attributes_of_a_list() -> None:
    assert set(SUMMARY) <= set(stored(booking_item(booking())))


def test_a_booking_item_has_the_derived_attributes() -> None:
    item = booking_item(confirmed())

    assert item["payment_status"] == "deposit_paid"
    assert item["total"] == 71_445
    assert item["starts_at"] == "2026-12-25T02:00:00Z"
    assert (item["date"], item["time"]) == ("2026-12-24", "18:00")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, booking()),
        (booking(), change(booking(), Changes(travel_miles=42), admin()).after),
        (booking(), change(booking(), Changes(special_requests="Peanuts"), caller()).after),
        (confirmed(), CANCELLED),
    ],
    ids=["created", "changed", "changed in private", "cancelled"],
)
def test_an_audit_event_is_read_back_as_it_was_stored(
    before: Booking | None, after: Booking
) -> None:
    event = audit_event(before, after, caller())

    assert event_of(stored(event_item(event))) == event


class TestIndexes:
    def test_a_pending_booking_item_is_indexed_by_its_payment_deadline(self) -> None:
        item = stored(booking_item(booking("bkg_1")))

        assert (item["gsi3pk"], item["gsi3sk"]) == ("DUE#release", "2026-11-24T18:00:00Z#bkg_1")

    def test_a_confirmed_booking_item_is_indexed_by_its_completion(self) -> None:
        item = stored(booking_item(confirmed(booking_id="bkg_1")))

        assert (item["gsi3pk"], item["gsi3sk"]) == ("DUE#complete", "2026-12-25T08:00:00Z#bkg_1")

    @pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW])
    def test_the_item_of_a_booking_that_is_over_is_in_no_job_index(self, status: Status) -> None:
        assert not {"gsi3pk", "gsi3sk"} & set(stored(booking_item(in_status(status))))

    @pytest.mark.parametrize("in_flight", [Balance(9, refund_owed=1), Balance(9, refund_sent=1)])
    def test_a_booking_item_is_indexed_while_a_refund_is_in_flight(
        self, in_flight: Balance
    ) -> None:
        item = stored(booking_item(holding(confirmed(booking_id="bkg_1"), in_flight)))

        assert (item["gsi4pk"], item["gsi4sk"]) == ("IN_FLIGHT", "bkg_1")

    @pytest.mark.parametrize("arrived", [Balance(), Balance(9), Balance(9, refunded=9)])
    def test_a_booking_item_without_a_refund_in_flight_is_not_indexed(
        self, arrived: Balance
    ) -> None:
        item = stored(booking_item(holding(confirmed(), arrived)))

        assert not {"gsi4pk", "gsi4sk"} & set(item)


def test_a_booking_item_has_its_index_keys() -> None:
    item = booking_item(booking("bkg_1"))

    assert item["gsi1pk"] == f"CUSTOMER#{CUSTOMER}"
    assert item["gsi2pk"] == "BOOKINGS#2026-12"
    assert item["gsi1sk"] == item["gsi2sk"] == "2026-12-25T02:00:00Z#bkg_1"


def test_keys_and_list_attributes_of_a_booking_hold_no_personal_data() -> None:
    with_request = booking(special_requests="Peanut allergy")
    item = booking_item(with_request)
    keys = [str(item[name]) for name in item if name.endswith(("pk", "sk"))]
    shown = [str(item[name]) for name in SUMMARY]
    personal = [with_request.special_requests] + [
        getattr(thing, name)
        for thing in (with_request.venue, with_request.contact)
        for name in thing.__slots__
        if getattr(thing, name)
    ]

    for text in keys + shown:
        assert not [each for each in personal if each != "CA" and each.lower() in text.lower()]


def test_stored_instants_sort_as_text() -> None:
    later = replace(booking(), updated_at=NOW.replace(hour=23))

    assert booking_item(later)["updated_at"] > booking_item(booking())["updated_at"]
