"""The distance to the venue: what it costs, and until when staff set it (`domain.md §3`)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import (
    admin,
    before,
    booking,
    booking_request,
    caller,
    confirmed,
    holding,
    in_status,
    system,
)
from tests.unit.domain.bookings.change.changing import MICRO, change, with_distance

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.change import Changes, complete
from teppan.domain.bookings.change import change as step_of
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.bookings.errors import BookingNotChangeable, VenueTooFar
from teppan.domain.bookings.party import Party
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.errors import Forbidden
from teppan.domain.ledger import EntryKind
from teppan.domain.ledger_balance import Balance
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.payments.attempt import amount_due


def to_city(city: str, old: Booking) -> Changes:
    """Return a change to the same address of another city."""
    return Changes(venue=replace(old.venue, city=city))


def far_and_paid() -> Booking:
    """Return a confirmed booking of a party far away that is paid in full."""
    far = with_distance(200)
    return holding(replace(far, status=Status.CONFIRMED), Balance(captured=far.price.total))


class TestTravel:
    def test_travel_is_priced_when_staff_know_the_distance(self) -> None:
        new = with_distance(42)

        assert new.travel_miles == 42
        assert new.price.total == booking().price.total + 2_400

    def test_a_venue_too_far_is_refused(self) -> None:
        with pytest.raises(VenueTooFar):
            with_distance(201)

    def test_another_address_keeps_the_distance_set_last_until_staff_set_the_new_one(self) -> None:
        """`domain.md §3`: an unknown distance never counts as 0 miles once a distance was known."""
        known = with_distance(42)
        assert (known.travel_miles, known.travel_confirmed) == (42, True)

        moved = change(known, to_city("San Diego", known), caller())

        assert (moved.travel_miles, moved.travel_confirmed) == (42, False)
        assert moved.price == known.price
        again = with_distance(42, moved)
        assert (again.travel_miles, again.travel_confirmed) == (42, True)

    def test_travel_costs_nothing_before_staff_set_the_distance(self) -> None:
        moved = change(booking(), Changes(venue=Venue("1", "A", "CA", "1")), caller())

        assert (moved.travel_miles, moved.travel_confirmed) == (None, False)
        assert moved.price.travel_fee == 0

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_a_change_of_the_venue_after_the_party_refunds_no_travel_fee(
        self, status: Status
    ) -> None:
        # Given a party far away that is paid in full, and its venue changed by one letter
        paid = far_and_paid()
        letter = replace(paid.venue, city=f"{paid.venue.city}x")
        moved = step_of(paid, Changes(venue=letter), caller())
        assert moved.entries == ()

        # When it is completed
        over = step_of(moved.after, Changes(status=status), admin(before(paid, hours=-6)))

        # Then nothing is refunded until staff set a new distance
        assert over.entries == ()
        assert (over.after.balance_due, over.after.price.travel_fee) == (0, 34_000)
        near = step_of(over.after, Changes(travel_miles=40), admin(before(paid, days=-3)))
        assert [(each.kind, each.amount) for each in near.entries] == [
            (EntryKind.REFUND_OWED, 32_000)
        ]

    def test_completing_a_booking_refunds_no_travel_fee(self) -> None:
        paid = far_and_paid()
        moved = change(paid, to_city("Ojai", paid), caller())

        assert complete(moved, system(moved.completes_at)).entries == ()

    def test_the_balance_includes_the_travel_fee_after_a_change_of_address(self) -> None:
        far = with_distance(200, confirmed())

        moved = change(far, to_city("Ojai", far), caller())

        assert moved.balance_due == far.balance_due == 71_445 + 34_000 - 10_000

    def test_the_same_address_keeps_the_distance_and_staff_may_send_both(self) -> None:
        known = with_distance(42)
        elsewhere = replace(known.venue, city="San Diego")

        assert change(known, Changes(venue=known.venue), caller()) is known
        both = change(known, Changes(venue=elsewhere, travel_miles=130), admin())
        assert (both.travel_miles, both.travel_confirmed) == (130, True)

    def test_another_spelling_of_the_address_keeps_the_distance_confirmed(self) -> None:
        known = with_distance(42)
        spelled = replace(known.venue, address_line1="2100 OCEAN FRONT-WALK.")

        after = change(known, Changes(venue=spelled), caller())

        assert (after.venue, after.travel_confirmed) == (spelled, True)

    def test_a_return_to_the_old_address_does_not_confirm_the_distance(self) -> None:
        known = with_distance(42)
        moved = change(known, to_city("Ojai", known), caller())

        back = change(moved, Changes(venue=known.venue), caller())

        assert (back.travel_miles, back.travel_confirmed) == (42, False)


class TestTravelAfterTheParty:
    """`domain.md §3`: staff may set the distance until 30 days after the start."""

    @pytest.mark.parametrize(
        "status", [Status.PENDING, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW]
    )
    def test_staff_set_the_distance_until_30_days_after_the_start(self, status: Status) -> None:
        old = in_status(status, 4_000 if status is Status.PENDING else 71_445)
        last = old.slot.starts_at + timedelta(days=30)

        new = change(old, Changes(travel_miles=200), admin(last))

        assert (new.status, new.travel_miles, new.travel_confirmed) == (status, 200, True)
        assert new.deposit_due + new.balance_due == new.price.total - old.balance.credited
        with pytest.raises(BookingNotChangeable, match="until 30 days after the start"):
            change(old, Changes(travel_miles=200), admin(last + MICRO))

    def test_a_travel_fee_set_after_the_party_can_be_paid(self) -> None:
        over = in_status(Status.COMPLETED, 71_445)
        assert over.payment_status is PaymentStatus.PAID

        dearer = change(over, Changes(travel_miles=200), admin(before(over, days=-1)))

        assert amount_due(dearer, PaymentType.BALANCE, before(over, days=-1)) == 34_000
        assert dearer.payment_status is PaymentStatus.DEPOSIT_PAID

    def test_the_distance_of_a_cancelled_booking_can_not_be_set(self) -> None:
        with pytest.raises(BookingNotChangeable):
            change(in_status(Status.CANCELLED), Changes(travel_miles=1), admin())

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    @pytest.mark.parametrize(
        "more",
        [
            {"special_requests": ""},
            {"party": Party(adults=12)},
            {"status": Status.COMPLETED},
            {"venue": booking_request().venue},
        ],
    )
    def test_only_the_distance_of_a_past_booking_can_be_set(
        self, status: Status, more: dict[str, Any]
    ) -> None:
        over = in_status(status)

        with pytest.raises(BookingNotChangeable, match="only its travel_miles can be set, alone"):
            change(over, Changes(travel_miles=1, **more), admin(over.completes_at))

    def test_a_customer_can_not_set_the_distance_after_the_party(self) -> None:
        over = in_status(Status.COMPLETED)

        with pytest.raises(Forbidden):
            change(over, Changes(travel_miles=0), caller(at=over.completes_at))

    def test_the_same_distance_again_makes_no_version(self) -> None:
        over = replace(in_status(Status.COMPLETED), travel_miles=0, travel_confirmed=True)

        assert change(over, Changes(travel_miles=0), admin(over.completes_at)) is over
