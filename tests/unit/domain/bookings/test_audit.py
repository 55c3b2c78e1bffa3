"""The audit trail: who changed what, without personal data (`domain.md §4`)."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from tests.builders import (
    ADMIN,
    CUSTOMER,
    NOW,
    PAYMENT,
    REQUEST_ID,
    admin,
    booking,
    caller,
    confirmed,
    ledger_entry,
    snapshot,
    system,
)

from teppan.domain.bookings.audit import (
    AuditEvent,
    EventType,
    FieldChange,
    PostedEntry,
    audit_event,
)
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.booking_request import Contact
from teppan.domain.bookings.cancellation import CancellationRequest, cancel, expire
from teppan.domain.bookings.change import Changes, change, complete
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Role
from teppan.domain.ledger import EntryKind
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.dispute import Dispute, DisputeMovement, DisputeStatus
from teppan.domain.payments.posting import post_payment
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES

PERSONAL = Changes(
    venue=Venue("1 Market Street", "Sausalito", "CA", "94965", "Boat 7"),
    contact=Contact("Ken Sato", "ken@example.com", "+14155550100"),
    special_requests="My daughter is allergic to peanuts",
)


def event_of(changes: Changes) -> AuditEvent:
    old = booking()
    return audit_event(old, change(old, changes, admin()).after, admin())


def test_the_event_of_a_new_booking_has_its_actor_and_request_id() -> None:
    event = audit_event(None, booking(), caller())

    assert event == AuditEvent(
        booking_id=booking().id,
        customer_id=CUSTOMER,
        version=1,
        type=EventType.CREATED,
        at=NOW,
        actor_id=CUSTOMER,
        actor_role=Role.CUSTOMER,
        request_id=REQUEST_ID,
        changes=(),
    )


def test_the_event_of_a_change_has_the_new_version_and_the_actor() -> None:
    event = event_of(Changes(travel_miles=42))

    assert (event.type, event.version) == (EventType.UPDATED, 2)
    assert (event.actor_id, event.actor_role) == (ADMIN, Role.ADMIN)
    assert event.customer_id == CUSTOMER


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            Changes(time=time(12)),
            [FieldChange("time", "18:00", "12:00")],
        ),
        (
            Changes(date=NOW.date() + timedelta(days=60)),
            [FieldChange("date", "2026-12-24", "2027-01-22")],
        ),
        (
            Changes(party=Party(10, 2, 1)),
            [
                FieldChange("guests", 12, 13),
                FieldChange("adults", 12, 10),
                FieldChange("children", 0, 2),
                FieldChange("toddlers", 0, 1),
                FieldChange("total", 71_445, 66_033),
            ],
        ),
        (
            Changes(travel_miles=31),
            [
                FieldChange("travel_miles", None, 31),
                FieldChange("travel_confirmed", before=False, after=True),
                FieldChange("total", 71_445, 71_645),
            ],
        ),
        (
            Changes(menu=Menu(add_ons={"gyoza": 1})),
            [FieldChange("total", 71_445, 72_528), FieldChange("menu")],
        ),
    ],
)
def test_an_event_lists_changed_fields_with_both_values(
    changes: Changes, expected: list[FieldChange]
) -> None:
    assert list(event_of(changes).changes) == expected


def test_an_event_records_that_staff_confirmed_the_same_distance() -> None:
    known = change(booking(), Changes(travel_miles=31), admin()).after
    elsewhere = change(known, Changes(venue=PERSONAL.venue), caller()).after

    again = change(elsewhere, Changes(travel_miles=31), admin()).after

    assert audit_event(known, elsewhere, caller()).changes == (
        FieldChange("travel_confirmed", before=True, after=False),
        FieldChange("venue"),
    )
    assert audit_event(elsewhere, again, admin()).changes == (
        FieldChange("travel_confirmed", before=False, after=True),
    )


def test_a_change_of_personal_data_is_recorded_without_values() -> None:
    event = event_of(PERSONAL)

    assert event.changes == (
        FieldChange("venue"),
        FieldChange("contact"),
        FieldChange("special_requests"),
    )


@pytest.mark.parametrize("before", [None, booking()], ids=["created", "updated"])
def test_no_personal_data_is_in_any_event(before: Booking | None) -> None:
    after = change(booking(), PERSONAL, caller()).after

    printed = repr(audit_event(before, after, caller()))

    assert not [text for text in (*texts_of(booking()), *texts_of(after)) if text in printed]


def texts_of(booking_: Booking) -> list[str]:
    """Return all personal texts of a booking."""
    sources = (booking_.venue, booking_.contact)
    fields = [getattr(thing, name) for thing in sources for name in thing.__slots__]
    return [text for text in (*fields, booking_.special_requests) if text and text != "CA"]


def test_an_event_records_a_status_set_by_staff() -> None:
    old = confirmed()
    after_start = admin(old.slot.starts_at)

    ended = change(old, Changes(status=Status.NO_SHOW), after_start).after
    event = audit_event(old, ended, after_start)

    assert event.changes == (FieldChange("status", "confirmed", "no_show"),)


def test_the_event_of_a_cancellation_has_its_reason() -> None:
    old = confirmed()
    ended = cancel(old, CancellationRequest("Chef is ill", 100), admin()).after

    event = audit_event(old, ended, admin())

    assert (event.type, event.reason) == (EventType.CANCELLED, "Chef is ill")
    assert event.changes == (
        FieldChange("status", "confirmed", "cancelled"),
        FieldChange("payment_status", "deposit_paid", "refund_pending"),
        FieldChange("refund_owed", 0, 10_000),
    )


class TestMoney:
    def test_a_payment_that_confirms_has_the_event_type_confirmed(self) -> None:
        old, ledger = booking(), ()
        paid = post_payment(old, ledger, snapshot(), system(), max_entries=MAX_STEP_ENTRIES).after

        event = audit_event(old, paid, system())

        assert event.type is EventType.CONFIRMED
        assert (event.actor_id, event.actor_role) == (system().id, Role.SYSTEM)
        assert event.changes == (
            FieldChange("status", "pending", "confirmed"),
            FieldChange("payment_status", "awaiting_payment", "deposit_paid"),
            FieldChange("amount_paid", 0, 10_000),
        )

    def test_a_payment_that_confirms_nothing_has_the_event_type_payment(self) -> None:
        old = confirmed(10_000)
        sent = replace(
            old, version=2, payments={PAYMENT: Balance(10_000, refund_sent=1, refunded=2)}
        )
        entries = (ledger_entry(EntryKind.REFUNDED, 2), ledger_entry(EntryKind.REFUND_SENT, 3))

        event = audit_event(old, sent, system(), entries)

        assert event.type is EventType.PAYMENT
        assert event.entries == (
            PostedEntry(EntryKind.REFUND_SENT, 3),
            PostedEntry(EntryKind.REFUNDED, 2),
        )
        assert event.changes == (
            FieldChange("payment_status", "deposit_paid", "refund_pending"),
            FieldChange("amount_refunded", 0, 2),
            FieldChange("refund_owed", 0, 1),
        )

    def test_the_event_of_a_dispute_opened_and_won_at_once_lists_its_entries(self) -> None:
        """The entries add up to zero, so the balances of the booking do not change."""
        old, ledger = confirmed(10_000), [ledger_entry(EntryKind.CAPTURED)]
        movements = (DisputeMovement("txn_1", -10_000), DisputeMovement("txn_2", 10_000))
        won = Dispute("dp_1", 10_000, DisputeStatus.WON, movements)
        step = post_payment(
            old, ledger, snapshot(disputes=(won,)), system(), max_entries=MAX_STEP_ENTRIES
        )

        event = audit_event(old, step.after, system(), step.entries)

        assert step.after.payments == old.payments
        assert (event.type, event.changes) == (EventType.PAYMENT, ())
        assert [(each.kind.value, each.amount) for each in event.entries] == [
            ("dispute_opened", 10_000),
            ("dispute_withdrawn", 10_000),
            ("dispute_reinstated", 10_000),
            ("dispute_won", 0),
        ]

    def test_the_event_of_a_refund_requested_by_staff_has_its_reason(self) -> None:
        old = confirmed(10_000)
        owed = replace(old, version=2, payments={PAYMENT: Balance(10_000, refund_owed=500)})

        event = audit_event(old, owed, admin(), reason="The rice was cold")

        assert (event.type, event.reason) == (EventType.REFUND_REQUESTED, "The rice was cold")
        assert FieldChange("refund_owed", 0, 500) in event.changes

    def test_the_event_of_an_expired_booking_has_the_reason_overdue(self) -> None:
        late = system(booking().payment_due_at + timedelta(seconds=1))

        event = audit_event(booking(), expire(booking(), late).after, late)

        assert (event.type, event.reason) == (EventType.CANCELLED, "payment_overdue")
        assert event.actor_role is Role.SYSTEM

    def test_a_late_payment_that_reinstates_a_booking_has_the_event_type_confirmed(self) -> None:
        late = system(booking().payment_due_at + timedelta(seconds=1))
        expired = expire(booking(), late).after

        event = audit_event(
            expired,
            post_payment(expired, (), snapshot(), late, max_entries=MAX_STEP_ENTRIES).after,
            late,
        )

        assert (event.type, event.reason) == (EventType.CONFIRMED, None)
        assert event.changes[0] == FieldChange("status", "cancelled", "confirmed")

    def test_a_completed_booking_has_the_event_type_updated(self) -> None:
        old = confirmed()
        late = system(old.completes_at)

        assert audit_event(old, complete(old, late).after, late).type is EventType.UPDATED

    def test_an_event_shows_money_lost_in_a_dispute_as_no_longer_paid(self) -> None:
        old = confirmed(10_000)
        lost = replace(old, version=2, payments={PAYMENT: Balance(10_000, lost=10_000)})

        event = audit_event(old, lost, system())

        assert event.changes == (
            FieldChange("payment_status", "deposit_paid", "awaiting_payment"),
            FieldChange("amount_paid", 10_000, 0),
        )


def test_an_event_records_a_higher_amount_due_after_a_move() -> None:
    soon = Changes(date=NOW.date() + timedelta(days=5))

    assert FieldChange("due_to_confirm", 10_000, 71_445) in event_of(soon).changes


def test_an_event_has_the_time_of_the_request() -> None:
    later = replace(caller(), at=NOW + timedelta(hours=3))

    assert audit_event(None, booking(), later).at == later.at
