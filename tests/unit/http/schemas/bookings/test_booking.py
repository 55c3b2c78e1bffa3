"""The bodies of booking requests: valid ones, and the pointers of violations."""

import json
from datetime import date, time
from typing import Any

import pytest
from tests.builders import booking_body, booking_request
from tests.unit.http.schemas.bodies import read_document

from teppan.domain.bookings.booking_request import Contact
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.errors import InvalidInput
from teppan.http.schemas.bookings.booking import CreateBookingBody, UpdateBookingBody

VENUE = booking_body()["venue"]
CONTACT = booking_body()["contact"]


def pointers(refusal: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [fault.pointer for fault in refusal.value.violations]


class TestCreate:
    def test_a_body_becomes_a_booking_request(self) -> None:
        assert (
            read_document(CreateBookingBody, booking_body()).to_booking_request()
            == booking_request()
        )

    def test_a_body_with_all_optional_fields_becomes_a_booking_request(self) -> None:
        body = booking_body(
            adults=9,
            children=2,
            toddlers=1,
            menu={"upgrades": {"salmon": 2}, "add_ons": {"gyoza": 3}},
            venue=VENUE | {"address_line2": "Gate B"},
            special_requests="Two lines\nof wishes",
        )

        request = read_document(CreateBookingBody, body).to_booking_request()

        assert request.party == Party(9, 2, 1)
        assert request.menu == Menu({"salmon": 2}, {"gyoza": 3})
        assert request.venue.address_line2 == "Gate B"
        assert request.special_requests == "Two lines\nof wishes"

    @pytest.mark.parametrize("menu", [None, {}, {"upgrades": {}}, {"add_ons": {}, "upgrades": {}}])
    def test_an_absent_or_empty_menu_orders_nothing(self, menu: Any) -> None:
        assert (
            read_document(CreateBookingBody, booking_body(menu=menu)).to_booking_request().menu
            == Menu()
        )

    def test_a_state_is_kept_in_capitals(self) -> None:
        body = booking_body(venue=VENUE | {"state": "ca"})

        assert read_document(CreateBookingBody, body).to_booking_request().venue.state == "CA"

    @pytest.mark.parametrize("field", ["date", "time", "guests", "venue", "contact"])
    def test_a_missing_required_field_of_a_booking_is_refused(self, field: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            read_document(CreateBookingBody, booking_body(**{field: None}))

        assert pointers(refusal) == [f"/{field}"]

    @pytest.mark.parametrize(
        "field",
        ["status", "travel_miles", "price", "total", "customer_id", "version", "payment_status"],
    )
    def test_a_field_that_a_customer_may_not_send_is_refused(self, field: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            read_document(CreateBookingBody, booking_body(**{field: 1}))

        assert pointers(refusal) == [f"/{field}"]

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("date", ["2026-02-30", "24.12.2026", 20261224]),
            ("time", [18, 18.5, None, ["18:00"]]),
            ("guests", [0, 51, "12", 12.0, True]),
            ("adults", [-1, 51, "1"]),
            ("special_requests", ["x" * 501, 1, "nul\x00"]),
        ],
    )
    def test_an_invalid_value_of_a_booking_has_its_pointer(
        self, field: str, values: list[object]
    ) -> None:
        for value in values:
            with pytest.raises(InvalidInput) as refusal:
                read_document(CreateBookingBody, booking_body(**{field: value}))

            assert pointers(refusal) == [f"/{field}"]

    @pytest.mark.parametrize(
        "field", ["adults", "children", "toddlers", "menu", "special_requests"]
    )
    def test_an_optional_field_may_not_be_null(self, field: str) -> None:
        body = json.dumps(booking_body() | {field: None})

        with pytest.raises(InvalidInput) as refusal:
            read_document(CreateBookingBody, body)

        assert pointers(refusal) == [f"/{field}"]

    @pytest.mark.parametrize(
        ("menu", "pointer"),
        [
            ({"upgrades": {"caviar": 1}}, "/menu/upgrades/caviar"),
            ({"upgrades": {"salmon": 0}}, "/menu/upgrades/salmon"),
            ({"add_ons": {"gyoza": 51}}, "/menu/add_ons/gyoza"),
            ({"add_ons": {"salmon": 1}}, "/menu/add_ons/salmon"),
            ({"desserts": {}}, "/menu/desserts"),
        ],
    )
    def test_a_menu_with_an_unknown_dish_or_quantity_is_refused(
        self, menu: Any, pointer: str
    ) -> None:
        with pytest.raises(InvalidInput) as refusal:
            read_document(CreateBookingBody, booking_body(menu=menu))

        assert pointers(refusal) == [pointer]

    def test_a_split_that_does_not_add_up_is_refused(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            read_document(CreateBookingBody, booking_body(adults=5)).to_booking_request()

        assert pointers(refusal) == ["/guests"]


class TestVenueAndContact:
    @pytest.mark.parametrize(
        ("field", "longest"), [("address_line1", 120), ("address_line2", 120), ("city", 80)]
    )
    def test_a_line_of_a_venues_address_has_a_limited_length(
        self, field: str, longest: int
    ) -> None:
        for text in ("x", "é" * longest):
            request = read_document(
                CreateBookingBody, booking_body(venue=VENUE | {field: text})
            ).to_booking_request()
            assert getattr(request.venue, field) == text
        for text in ("", "  ", "x" * (longest + 1), "two\nlines"):
            with pytest.raises(InvalidInput) as refusal:
                read_document(CreateBookingBody, booking_body(venue=VENUE | {field: text}))
            assert pointers(refusal) == [f"/venue/{field}"]

    @pytest.mark.parametrize(
        ("field", "good", "bad"),
        [
            ("state", ["CA", "ny"], ["C", "CAL", "C1", "", "ÇA"]),
            (
                "postal_code",
                ["90291", "90291-1234"],
                ["9029", "902911", "90291-", "9029A", "٩٠٢٩١"],
            ),
        ],
    )
    def test_an_invalid_state_or_postal_code_is_refused(
        self, field: str, good: list[str], bad: list[str]
    ) -> None:
        for text in good:
            read_document(
                CreateBookingBody, booking_body(venue=VENUE | {field: text})
            ).to_booking_request()
        for text in bad:
            with pytest.raises(InvalidInput):
                read_document(CreateBookingBody, booking_body(venue=VENUE | {field: text}))

    @pytest.mark.parametrize(
        ("field", "good", "bad"),
        [
            ("name", ["Al", "é" * 100], ["A", " A ", "x" * 101, "two\nlines", ""]),
            (
                "email",
                ["a@b.c", "a+b@c.co.uk", "Aiko@Example.com"],
                [
                    "",
                    "a",
                    "a@b",
                    "@b.c",
                    "a@b.",
                    "a b@c.d",
                    "a@b@c.d",
                    "a@b.c\n",
                    "a@example..com",
                    "a@example.com.",
                    "<a@b.c>",
                    "mailto:a@b.c",
                    f"a@{'b.' * 125}com",
                ],
            ),
            (
                "phone",
                ["+1234567", "+123456789012345"],
                ["13105550142", "+0123456", "+123456", "+1234567890123456", "+1 310 555 0142", ""],
            ),
        ],
    )
    def test_an_invalid_contact_is_refused(
        self, field: str, good: list[str], bad: list[str]
    ) -> None:
        for text in good:
            read_document(
                CreateBookingBody, booking_body(contact=CONTACT | {field: text})
            ).to_booking_request()
        for text in bad:
            with pytest.raises(InvalidInput) as refusal:
                read_document(CreateBookingBody, booking_body(contact=CONTACT | {field: text}))
            assert pointers(refusal) == [f"/contact/{field}"]


class TestUpdate:
    @pytest.mark.parametrize(
        ("body", "changes"),
        [
            ({"date": "2026-12-31"}, Changes(date=date(2026, 12, 31))),
            ({"time": "12:00"}, Changes(time=time(12))),
            ({"guests": 14}, Changes(party=Party(14))),
            ({"guests": 14, "adults": 10, "children": 4}, Changes(party=Party(10, 4))),
            ({"menu": {}}, Changes(menu=Menu())),
            ({"menu": {"add_ons": {"gyoza": 1}}}, Changes(menu=Menu({}, {"gyoza": 1}))),
            ({"special_requests": ""}, Changes(special_requests="")),
            ({"status": "completed"}, Changes(status=Status.COMPLETED)),
            ({"status": "no_show"}, Changes(status=Status.NO_SHOW)),
            ({"travel_miles": 0}, Changes(travel_miles=0)),
            ({"venue": VENUE}, Changes(venue=booking_request().venue)),
            ({"contact": CONTACT}, Changes(contact=booking_request().contact)),
        ],
    )
    def test_an_update_changes_only_the_fields_that_are_sent(
        self, body: dict[str, Any], changes: Changes
    ) -> None:
        assert read_document(UpdateBookingBody, body).to_changes() == changes

    def test_an_update_replaces_nested_objects_whole(self) -> None:
        for field in ("venue", "contact"):
            with pytest.raises(InvalidInput):
                read_document(UpdateBookingBody, {field: {"name": "Ken Sato", "city": "Napa"}})

    def test_an_empty_update_is_refused(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            read_document(UpdateBookingBody, {}).to_changes()

        assert pointers(refusal) == [""]

    @pytest.mark.parametrize(
        "split", [{"adults": 5}, {"children": 0}, {"adults": 1, "toddlers": 1}]
    )
    def test_an_update_of_the_split_requires_the_total(self, split: dict[str, int]) -> None:
        with pytest.raises(InvalidInput) as refusal:
            read_document(UpdateBookingBody, split).to_changes()

        assert pointers(refusal) == ["/guests"]

    @pytest.mark.parametrize(
        "status", ["pending", "confirmed", "cancelled", "COMPLETED", "", 1, None]
    )
    def test_an_update_sets_only_a_final_status(self, status: object) -> None:
        with pytest.raises(InvalidInput) as refusal:
            read_document(UpdateBookingBody, {"status": status})

        assert pointers(refusal) == ["/status"]

    def test_a_refused_status_is_explained_without_class_names(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            read_document(UpdateBookingBody, {"status": "pending"})

        (fault,) = refusal.value.violations
        assert "Status." not in fault.detail

    @pytest.mark.parametrize("miles", [-1, 1.5, "30"])
    def test_travel_miles_that_are_negative_or_not_whole_are_refused(self, miles: object) -> None:
        with pytest.raises(InvalidInput):
            read_document(UpdateBookingBody, {"travel_miles": miles})

    def test_travel_miles_over_the_maximum_are_accepted_by_the_schema(self) -> None:
        assert (
            read_document(UpdateBookingBody, {"travel_miles": 201}).to_changes().travel_miles == 201
        )


def test_venue_and_contact_become_domain_objects() -> None:
    request = read_document(CreateBookingBody, booking_body()).to_booking_request()

    assert isinstance(request.venue, Venue)
    assert isinstance(request.contact, Contact)
