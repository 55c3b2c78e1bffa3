"""Changes by customer and staff that are made, ignored or refused (`domain.md §5`)."""

from datetime import time, timedelta

import pytest
from tests.builders import (
    ADMIN,
    CUSTOMER,
    NOW,
    PARTY_DATE,
    admin,
    booking,
    booking_request,
    caller,
    in_status,
)
from tests.unit.domain.bookings.change.changing import LIVE, OVER, change, unchanged_by_money

from teppan.domain.bookings.booking_request import Contact
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.errors import BookingNotChangeable
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Caller

NOTHING_BUT = {
    "special_requests": "Peanut allergy",
    "venue": Venue("1 Market St", "San Francisco", "CA", "94105"),
    "contact": Contact("Ken Sato", "ken@example.com", "+14155550100"),
    "menu": Menu(add_ons={"gyoza": 2}),
    "party": Party(adults=14),
}


class TestChange:
    @pytest.mark.parametrize("status", LIVE)
    @pytest.mark.parametrize("field", NOTHING_BUT)
    def test_a_change_of_one_field_adds_one_to_the_version(
        self, status: Status, field: str
    ) -> None:
        old, later = unchanged_by_money(status), NOW + timedelta(hours=1)

        new = change(old, Changes(**{field: NOTHING_BUT[field]}), caller(at=later))  # type: ignore[arg-type]

        assert getattr(new, field) == NOTHING_BUT[field]
        assert (new.version, new.updated_at) == (old.version + 1, later)
        assert (new.id, new.status, new.customer_id) == (old.id, old.status, old.customer_id)
        assert (new.created_at, new.balance, new.slot) == (old.created_at, old.balance, old.slot)

    @pytest.mark.parametrize(
        "nothing",
        [
            Changes(),
            Changes(date=PARTY_DATE, time=time(18)),
            Changes(party=Party(adults=12), menu=Menu(), special_requests=""),
            Changes(venue=booking_request().venue, contact=booking_request().contact),
        ],
    )
    def test_a_change_without_effect_makes_no_version(self, nothing: Changes) -> None:
        old = booking()

        assert change(old, nothing, caller()) is old

    def test_special_requests_can_be_removed(self) -> None:
        old = booking(special_requests="Peanut allergy")

        assert change(old, Changes(special_requests=""), caller()).special_requests == ""

    def test_a_menu_can_be_removed(self) -> None:
        old = booking(menu=Menu(add_ons={"gyoza": 1}))

        new = change(old, Changes(menu=Menu()), caller())

        assert new.menu == Menu()
        assert new.price == booking().price

    @pytest.mark.parametrize("status", OVER)
    @pytest.mark.parametrize("who", [caller(), admin()])
    def test_a_final_booking_can_not_be_changed(self, status: Status, who: Caller) -> None:
        with pytest.raises(BookingNotChangeable):
            change(in_status(status), Changes(special_requests="x"), who)

    @pytest.mark.parametrize("status", OVER)
    @pytest.mark.parametrize("step", [Status.COMPLETED, Status.NO_SHOW])
    def test_staff_can_not_set_the_status_of_a_final_booking(
        self, status: Status, step: Status
    ) -> None:
        over = in_status(status)

        with pytest.raises(BookingNotChangeable):
            change(over, Changes(status=step), admin(over.slot.starts_at))


def test_the_author_of_a_change_is_not_the_owner_of_the_booking() -> None:
    changed = change(booking(), Changes(travel_miles=9), admin())

    assert changed.customer_id == CUSTOMER != ADMIN
