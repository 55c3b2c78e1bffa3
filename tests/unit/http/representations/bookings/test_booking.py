"""Bookings, cancellations and audit events as JSON of the contract."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import (
    ADMIN,
    CUSTOMER,
    NOW,
    REQUEST_ID,
    admin,
    before,
    booking,
    caller,
    confirmed,
    days_ahead,
    holding,
    in_status,
)
from tests.expected_bookings import NEW_BOOKING
from tests.unit.http.representations.plain import plain

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.cancellation import CancellationRequest, cancel, cancellation_terms
from teppan.domain.bookings.change import Changes, change
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.ledger_balance import Balance
from teppan.http.representations.bookings import booking as represent

EVENING_AT_THE_VENUE = NOW + timedelta(hours=10)
"""Eight in the evening of the 23rd: in UTC it is the 24th."""


def cancelled(captured: int = 10_000, reason: str | None = None) -> Booking:
    return cancel(confirmed(captured), CancellationRequest(reason), caller()).after


def nulls(document: Any, path: str = "") -> list[str]:
    """Return the paths of the nulls in a document."""
    if isinstance(document, dict):
        return [each for name, value in document.items() for each in nulls(value, f"{path}/{name}")]
    if isinstance(document, list):
        return [each for n, value in enumerate(document) for each in nulls(value, f"{path}/{n}")]
    return [path] if document is None else []


class TestBooking:
    def test_a_new_booking_has_all_its_fields(self) -> None:
        shown = plain(represent.booking(booking(), caller()))

        assert shown == {"booking_id": booking().id, **NEW_BOOKING}

    @pytest.mark.parametrize("miles", [0, 42])
    def test_travel_is_confirmed_when_staff_have_set_the_distance(self, miles: int) -> None:
        priced = change(booking(), Changes(travel_miles=miles), admin()).after

        shown = represent.booking(priced, caller())

        assert (shown["travel_miles"], shown["travel_confirmed"]) == (miles, True)

    def test_after_a_new_address_travel_is_unconfirmed_and_keeps_its_price(self) -> None:
        far = change(booking(), Changes(travel_miles=200), admin()).after
        elsewhere = change(far, Changes(venue=Venue("1 Main", "Napa", "CA", "94558")), caller())

        shown = represent.booking(elsewhere.after, caller())

        assert (shown["travel_miles"], shown["travel_confirmed"]) == (200, False)
        assert shown["price"]["travel_fee"] == 34_000

    @pytest.mark.parametrize(
        ("days", "percentage"), [(20, 97), (10, 50), (5, 0), (1, None), (-1, None)]
    )
    def test_a_changed_booking_has_the_refund_percentage_while_it_can_be_cancelled_online(
        self, days: int, percentage: int | None
    ) -> None:
        reader = caller(at=before(confirmed(), days=days))

        shown = represent.changed_booking(confirmed(), reader)

        assert shown.get("refund_percentage") == percentage
        assert "refund_limit" not in shown
        shown.pop("refund_percentage", None)
        assert shown == represent.booking(confirmed(), reader)

    def test_a_cancelled_booking_has_no_refund_percentage(self) -> None:
        shown = represent.changed_booking(replace(cancelled(), refund_limit=50), caller())

        assert not {"refund_percentage", "refund_limit"} & set(shown)

    @pytest.mark.parametrize(("status", "percentage"), [("pending", 100), ("confirmed", 0)])
    def test_a_moved_booking_has_its_refund_limit_and_percentage(
        self, status: str, percentage: int
    ) -> None:
        """An unconfirmed booking refunds everything; the limit applies once it is confirmed."""
        old = in_status(Status(status), 4_000 if status == "pending" else 10_000)
        at = before(old, days=5)

        moved = change(old, Changes(date=days_ahead(300)), caller(at=at)).after

        shown = represent.changed_booking(moved, caller(at=at))
        assert (shown["refund_percentage"], shown["refund_limit"]) == (percentage, 0)

    def test_a_booking_has_its_menu_and_second_address_line_if_set(self) -> None:
        shown = represent.booking(
            booking(
                venue=Venue("1 Main St", "Napa", "CA", "94558", "Gate B"),
                menu=Menu({"salmon": 2}, {"gyoza": 3}),
            ),
            caller(),
        )

        assert shown["venue"]["address_line2"] == "Gate B"
        assert shown["menu"] == {"upgrades": {"salmon": 2}, "add_ons": {"gyoza": 3}}

    def test_a_cancelled_booking_has_author_time_and_reason(self) -> None:
        assert represent.booking(cancelled(reason="Moving away"), caller())["cancellation"] == {
            "by": "customer",
            "cancelled_at": "2026-11-23T18:00:00Z",
            "reason": "Moving away",
            "refund_amount": 9_700,
            "refund_percentage": 97,
        }

    @pytest.mark.parametrize("shown", [booking(), confirmed(), cancelled(), cancelled(0)])
    def test_a_booking_contains_no_null(self, shown: Booking) -> None:
        assert nulls(represent.booking(shown, caller())) == []

    def test_a_booking_omits_fingerprint_and_ledger(self) -> None:
        assert not {"fingerprint", "balance", "payments", "due_to_confirm"} & set(
            represent.booking(booking(), caller())
        )


class TestPrice:
    def test_a_price_has_the_amounts_paid_and_refunded(self) -> None:
        paid = holding(confirmed(), Balance(captured=10_000, refunded=1, refund_owed=2))

        price = represent.booking(paid, caller())["price"]

        assert (price["amount_paid"], price["amount_refunded"]) == (10_000, 1)

    def test_a_refund_does_not_change_the_amount_paid(self) -> None:
        refunded = holding(confirmed(), Balance(captured=10_000, refunded=9_700, uncredited=9_700))

        price = represent.booking(refunded, caller())["price"]

        assert (price["amount_paid"], price["amount_refunded"]) == (10_000, 9_700)

    def test_an_amount_lost_in_a_dispute_is_unpaid_and_due(self) -> None:
        lost = holding(confirmed(), Balance(captured=71_445, lost=71_445))

        price = represent.booking(lost, caller())["price"]

        assert (price["amount_paid"], price["balance_due"]) == (0, 71_445)


class TestCancellation:
    def test_a_cancellation_with_a_refund_has_an_estimated_date(self) -> None:
        assert represent.cancellation(cancelled(reason="Moving away"), caller()) == {
            "booking_id": "bkg_" + "a" * 26,
            "version": 2,
            "status": "cancelled",
            "cancelled_at": "2026-11-23T18:00:00Z",
            "cancelled_by": "customer",
            "reason": "Moving away",
            "refund_amount": 9_700,
            "refund_percentage": 97,
            "refund_status": "pending",
            "estimated_refund_date": "2026-12-03",
            "currency": "usd",
        }

    def test_the_estimated_date_of_a_cancellation_is_a_day_at_the_venue(self) -> None:
        evening = caller(at=EVENING_AT_THE_VENUE)
        by_customer = cancel(confirmed(), CancellationRequest(None), evening).after

        shown = represent.cancellation(by_customer, evening)

        assert (shown["cancelled_at"], shown["estimated_refund_date"]) == (
            "2026-11-24T04:00:00Z",
            "2026-12-03",
        )

    def test_a_cancellation_with_a_refund_of_one_cent_is_pending(self) -> None:
        shown = represent.cancellation(cancelled(captured=1), caller())

        assert (shown["refund_amount"], shown["refund_status"]) == (1, "pending")

    def test_a_cancellation_without_a_refund_has_no_estimated_date(self) -> None:
        shown = represent.cancellation(cancelled(captured=0), caller())

        assert (shown["refund_amount"], shown["refund_status"]) == (0, "none")
        assert not {"estimated_refund_date", "reason"} & set(shown)

    def test_a_live_booking_has_no_cancellation_and_raises(self) -> None:
        with pytest.raises(ValueError, match="not cancelled"):
            represent.cancellation(booking(), caller())


class TestCancellationQuote:
    @pytest.mark.parametrize(
        ("days", "percentage", "amount", "valid_until"),
        [
            (20, 97, 9_700, "2026-12-11T02:00:00Z"),
            (10, 50, 5_000, "2026-12-18T02:00:00Z"),
            (5, 0, 0, "2026-12-23T02:00:00Z"),
        ],
    )
    def test_a_cancellation_quote_has_the_refund_and_its_validity(
        self, days: int, percentage: int, amount: int, valid_until: str
    ) -> None:
        quoted, at = confirmed(), before(confirmed(), days=days)

        shown = represent.cancellation_quote(quoted, cancellation_terms(quoted, at), at)

        assert shown == {
            "booking_id": quoted.id,
            "refund_base": 10_000,
            "refund_percentage": percentage,
            "refund_amount": amount,
            "currency": "usd",
            "quoted_at": at.isoformat().replace("+00:00", "Z"),
            "valid_until": valid_until,
        }


class TestEvent:
    def test_an_audit_event_has_all_its_fields(self) -> None:
        changed = change(
            booking(),
            Changes(party=Party(13), special_requests="Peanuts"),
            caller(at=NOW + timedelta(hours=1)),
        ).after

        event = audit_event(booking(), changed, caller(at=NOW + timedelta(hours=1)))

        assert plain(represent.event(event, caller())) == {
            "version": 2,
            "type": "updated",
            "at": "2026-11-23T19:00:00Z",
            "actor": {"id": CUSTOMER, "role": "customer"},
            "request_id": REQUEST_ID,
            "changes": [
                {"field": "guests", "from": 12, "to": 13},
                {"field": "adults", "from": 12, "to": 13},
                {"field": "total", "from": 71_445, "to": 77_399},
                {"field": "special_requests"},
            ],
        }

    def test_a_change_of_an_absent_value_has_no_from(self) -> None:
        priced = change(booking(), Changes(travel_miles=0), admin()).after
        event = audit_event(booking(), priced, admin())

        assert represent.event(event, caller())["changes"] == [
            {"field": "travel_miles", "to": 0},
            {"field": "travel_confirmed", "from": False, "to": True},
        ]

    def test_an_audit_event_has_its_reason_if_set(self) -> None:
        shown = represent.event(
            audit_event(confirmed(), cancelled(reason="Moving away"), caller()), caller()
        )

        assert shown["reason"] == "Moving away"
        assert "reason" not in represent.event(audit_event(None, booking(), caller()), caller())

    def test_a_customer_sees_events_of_staff_without_id_and_reason(self) -> None:
        by_staff = cancel(confirmed(), CancellationRequest("INTERNAL: a nuisance"), admin()).after
        event = audit_event(confirmed(), by_staff, admin())

        shown = represent.event(event, caller())

        assert shown["actor"] == {"role": "staff"}
        assert not {"reason", "request_id"} & set(shown)
        assert represent.booking(by_staff, caller())["cancellation"] == {
            "by": "staff",
            "cancelled_at": "2026-11-23T18:00:00Z",
            "refund_amount": 9_700,
            "refund_percentage": 97,
        }

    def test_staff_see_events_of_staff_with_id_and_reason(self) -> None:
        by_staff = cancel(confirmed(), CancellationRequest("INTERNAL: a nuisance"), admin()).after

        shown = represent.event(audit_event(confirmed(), by_staff, admin()), admin())

        assert shown["actor"] == {"id": ADMIN, "role": "admin"}
        assert (shown["reason"], shown["request_id"]) == ("INTERNAL: a nuisance", REQUEST_ID)
        assert represent.cancellation(by_staff, admin())["cancelled_by"] == "admin"
