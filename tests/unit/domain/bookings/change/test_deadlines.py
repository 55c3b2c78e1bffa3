"""Until when guests, menu and venue can be changed (`domain.md §5`)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import admin, before, booking_request, caller, confirmed, days_ahead
from tests.unit.domain.bookings.change.changing import MICRO, change, with_distance

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.booking_request import Contact
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.errors import TooCloseToEvent, TooLateToReduce
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Caller

MORE = [
    pytest.param(Changes(party=Party(adults=13)), id="guests"),
    pytest.param(Changes(menu=Menu(add_ons={"gyoza": 1})), id="menu"),
    pytest.param(Changes(venue=replace(booking_request().venue, city="New York")), id="venue"),
]
"""What the chef has to know in time; none of these changes lowers the total."""

LESS = [
    pytest.param(Changes(party=Party(adults=11)), id="guests"),
    pytest.param(Changes(party=Party(adults=11, children=1)), id="a child for an adult"),
    pytest.param(Changes(menu=Menu()), id="menu"),
    pytest.param(Changes(party=Party(adults=11), venue=Venue("1", "A", "CA", "1")), id="and venue"),
    pytest.param(Changes(party=Party(adults=11), date=days_ahead(60)), id="and date"),
]
"""What lowers the total of `booking_above_minimum`."""


def booking_above_minimum() -> Booking:
    return confirmed(menu=Menu(add_ons={"gyoza": 2}))


class TestDeadlines:
    """`domain.md §5`, at the exact instant; MICRO distinguishes "at least" from "more than"."""

    @pytest.mark.parametrize("changes", MORE)
    def test_a_customer_changes_guests_menu_and_venue_until_24_hours_before(
        self, changes: Changes
    ) -> None:
        old = confirmed()

        assert change(old, changes, caller(at=before(old, hours=24))).version == 2
        with pytest.raises(TooCloseToEvent, match="until 24 hours before the start"):
            change(old, changes, caller(at=before(old, hours=24) + MICRO))

    @pytest.mark.parametrize("changes", MORE)
    def test_staff_change_guests_menu_and_venue_until_the_start(self, changes: Changes) -> None:
        old = confirmed()

        assert change(old, changes, admin(before(old, hours=24) + MICRO)).version == 2
        assert change(old, changes, admin(old.slot.starts_at)).version == 2

    @pytest.mark.parametrize("changes", MORE)
    @pytest.mark.parametrize("who", [caller(), admin()])
    @pytest.mark.parametrize("later", [MICRO, timedelta(hours=5)])
    def test_nobody_changes_guests_menu_or_venue_after_the_start(
        self, changes: Changes, who: Caller, later: timedelta
    ) -> None:
        old = confirmed()

        with pytest.raises(TooCloseToEvent):
            change(old, changes, replace(who, at=old.slot.starts_at + later))

    @pytest.mark.parametrize("changes", LESS)
    def test_a_customer_lowers_the_total_until_7_days_before(self, changes: Changes) -> None:
        old = booking_above_minimum()

        assert change(old, changes, caller(at=before(old, days=7))).version == 2
        with pytest.raises(TooLateToReduce, match="until 7 days before the start"):
            change(old, changes, caller(at=before(old, days=7) + MICRO))

    @pytest.mark.parametrize("changes", LESS[:3])
    def test_staff_lower_the_total_until_the_start(self, changes: Changes) -> None:
        old = booking_above_minimum()

        assert change(old, changes, admin(old.slot.starts_at)).price.total < old.price.total

    def test_too_close_to_event_is_reported_before_too_late_to_reduce(self) -> None:
        old = booking_above_minimum()

        with pytest.raises(TooCloseToEvent):
            change(old, Changes(party=Party(adults=11)), caller(at=before(old, hours=1)))

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param(Changes(menu=Menu(add_ons={"edamame": 4})), id="the same for another"),
            pytest.param(Changes(party=Party(adults=13), menu=Menu()), id="more for less"),
        ],
    )
    def test_a_change_that_keeps_or_raises_the_total_has_no_reduction_deadline(
        self, changes: Changes
    ) -> None:
        old = booking_above_minimum()

        assert change(old, changes, caller(at=before(old, hours=24))).version == 2

    def test_fewer_guests_below_the_minimum_have_no_reduction_deadline(self) -> None:
        old = confirmed(party=Party(adults=4))

        new = change(old, Changes(party=Party(adults=3)), caller(at=before(old, hours=24)))

        assert new.price.total == old.price.total

    def test_another_address_does_not_lower_the_total(self) -> None:
        far = with_distance(200, confirmed())

        moved = change(
            far,
            Changes(venue=replace(far.venue, city="San Diego")),
            caller(at=before(far, hours=24)),
        )

        assert moved.price.total == far.price.total

    def test_another_address_does_not_hide_a_later_reduction(self) -> None:
        far = with_distance(200, confirmed())
        elsewhere = change(far, Changes(venue=Venue("1", "A", "CA", "1")), caller())

        with pytest.raises(TooLateToReduce):
            change(elsewhere, Changes(party=Party(adults=11)), caller(at=before(elsewhere, days=6)))

    @pytest.mark.parametrize("later", [timedelta(hours=-1), timedelta(hours=1)])
    def test_another_spelling_of_the_address_has_no_deadline(self, later: timedelta) -> None:
        old = confirmed()
        spelled = replace(old.venue, city="VENICE")

        new = change(old, Changes(venue=spelled), caller(at=old.slot.starts_at + later))

        assert new.venue == spelled

    @pytest.mark.parametrize(
        "changes",
        [
            Changes(contact=Contact("Ken", "k@example.com", "+14155550100")),
            Changes(special_requests="Peanut allergy"),
        ],
    )
    @pytest.mark.parametrize("who", [caller(), admin()])
    @pytest.mark.parametrize("later", [timedelta(hours=-1), timedelta(hours=1)])
    def test_contact_and_special_requests_have_no_deadline(
        self, changes: Changes, who: Caller, later: timedelta
    ) -> None:
        old = confirmed()

        assert change(old, changes, replace(who, at=old.slot.starts_at + later)).version == 2

    def test_the_distance_has_no_deadline_before_the_start(self) -> None:
        old = confirmed()

        assert change(old, Changes(travel_miles=9), admin(before(old, hours=1))).version == 2
