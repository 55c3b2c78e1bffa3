"""The travel distance of a booking: who may set it, until when, and the fee."""

from datetime import timedelta
from typing import Any

import pytest
from tests.builders import ADMIN
from tests.conftest import Clock
from tests.functions.bookings.booking_changes import MORE_GUESTS, SECOND, STARTS_AT, change
from tests.functions.given import Snapshot, confirmed_booking, stored_booking
from tests.functions.handlers import Handlers

from teppan.domain.bookings.transition import Status
from teppan.store.table import Table

TRAVEL_200_MILES = {"travel_miles": 200}
NEW_ADDRESS = {
    "venue": {
        "address_line1": "2100 Ocean Front Walks",
        "city": "Venice",
        "state": "CA",
        "postal_code": "90291",
    }
}
SAME_ADDRESS = {
    "venue": {
        "address_line1": "2100 OCEAN-FRONT walk,",
        "city": "venice",
        "state": "CA",
        "postal_code": "90291",
    }
}


class TestTravel:
    """The last distance stays in the price; staff may set it until 30 days after the start."""

    @pytest.mark.parametrize("status", ["completed", "no_show"])
    def test_a_new_address_keeps_the_travel_fee_after_the_party(
        self, call: Handlers, table: Table, now: Clock, status: str
    ) -> None:
        # Given a booking 200 miles away that is paid with its travel fee
        booking = confirmed_booking(table, captured=71_445 + 34_000)
        change(call, booking, TRAVEL_200_MILES, ADMIN)

        # When its customer changes one letter of the address, and the party takes place
        moved = change(call, booking, NEW_ADDRESS).body
        now.set(STARTS_AT + timedelta(hours=5))
        completed = change(call, booking, {"status": status}, ADMIN).body

        # Then the fee stays in the price until staff change the distance
        for shown in (moved, completed):
            assert (shown["travel_miles"], shown["travel_confirmed"]) == (200, False)
            assert (shown["price"]["travel_fee"], shown["price"]["balance_due"]) == (34_000, 0)
            assert shown["payment_status"] == "paid"
        corrected = change(call, booking, {"travel_miles": 40}, ADMIN).body
        ledger = call("listPayments", booking_id=booking.id).body["balance"]
        assert (corrected["travel_confirmed"], ledger["refund_owed"]) == (True, 32_000)

    def test_a_new_address_keeps_the_travel_fee_when_the_job_completes_the_booking(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = confirmed_booking(table, captured=71_445 + 34_000)
        change(call, booking, TRAVEL_200_MILES, ADMIN)
        change(call, booking, NEW_ADDRESS)
        now.set(STARTS_AT + timedelta(hours=6))

        call.job("completePastBookings")

        shown = call("getBooking", booking_id=booking.id).body
        assert (shown["status"], shown["payment_status"]) == ("completed", "paid")

    def test_another_spelling_of_the_address_keeps_the_distance_and_has_no_deadline(
        self, call: Handlers, table: Table, now: Clock
    ) -> None:
        booking = confirmed_booking(table)
        change(call, booking, TRAVEL_200_MILES, ADMIN)
        now.set(STARTS_AT - timedelta(hours=1))

        answer = change(call, booking, SAME_ADDRESS)

        assert answer.status == 200
        assert answer.body["venue"] == SAME_ADDRESS["venue"]
        assert answer.body["travel_confirmed"] is True
        assert change(call, booking, NEW_ADDRESS).problem == (400, "too_close_to_event")

    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
    def test_staff_can_set_the_distance_until_30_days_after_the_start(
        self, call: Handlers, table: Table, now: Clock, status: Status
    ) -> None:
        booking = stored_booking(table, status=status, captured=71_445)
        now.set(STARTS_AT + timedelta(days=30))

        answer = change(call, booking, TRAVEL_200_MILES, ADMIN)

        assert answer.status == 200
        assert (answer.body["status"], answer.body["price"]["balance_due"]) == (status, 34_000)
        payment_request = {"booking_id": booking.id, "payment_type": "balance"}
        key = {"Idempotency-Key": "the-travel-fee"}
        intent = call("createPaymentIntent", payment_request, headers=key)
        assert (intent.status, intent.body["amount"]) == (201, 34_000)

    def test_the_distance_cannot_be_set_later_than_30_days_after_the_start(
        self, call: Handlers, table: Table, now: Clock, snapshot: Snapshot
    ) -> None:
        booking = stored_booking(table, status=Status.COMPLETED, captured=71_445)
        before = snapshot()
        now.set(STARTS_AT + timedelta(days=30) + SECOND)

        refused = change(call, booking, TRAVEL_200_MILES, ADMIN)

        assert refused.problem == (409, "booking_not_changeable")
        assert refused.body["detail"] == (
            "The travel distance can be set until 30 days after the start."
        )
        assert snapshot() == before

    @pytest.mark.parametrize(
        "other_changes", [MORE_GUESTS, {"status": "no_show"}, {"special_requests": "x"}]
    )
    def test_only_the_distance_of_a_completed_booking_can_be_set(
        self, call: Handlers, table: Table, other_changes: dict[str, Any]
    ) -> None:
        booking = stored_booking(table, status=Status.COMPLETED)

        refused = change(call, booking, TRAVEL_200_MILES | other_changes, ADMIN)

        assert refused.problem == (409, "booking_not_changeable")
        assert refused.body["detail"] == (
            "A completed booking cannot be changed; only its travel_miles can be set, alone."
        )

    @pytest.mark.parametrize("status", [Status.PENDING, Status.COMPLETED])
    def test_a_customer_may_not_set_the_distance(
        self, call: Handlers, table: Table, status: Status
    ) -> None:
        booking = stored_booking(table, status=status)

        assert change(call, booking, TRAVEL_200_MILES).problem == (403, "forbidden")

    def test_the_distance_of_a_cancelled_booking_cannot_be_set(
        self, call: Handlers, table: Table
    ) -> None:
        booking = stored_booking(table, status=Status.CANCELLED)

        assert change(call, booking, TRAVEL_200_MILES, ADMIN).problem == (
            409,
            "booking_not_changeable",
        )
