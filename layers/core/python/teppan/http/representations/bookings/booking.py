"""Bookings, cancellations and audit events as JSON."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from teppan.clock import to_rfc3339
from teppan.domain.bookings.audit import AuditEvent, FieldChange
from teppan.domain.bookings.booking import Booking, Cancellation
from teppan.domain.bookings.cancellation import (
    FULL_REFUND_PERCENTAGE,
    RefundTerms,
    online_refund_percentage,
)
from teppan.domain.caller import Caller
from teppan.http.representations import present
from teppan.http.representations.bookings.price import booking_price, party
from teppan.http.representations.visibility import visible_author, visible_content


def booking(shown: Booking, reader: Caller) -> dict[str, Any]:
    """Return a whole booking as `reader` sees it."""
    return present(
        booking_id=shown.id,
        version=shown.version,
        status=shown.status,
        payment_status=shown.payment_status,
        customer_id=shown.customer_id,
        date=shown.slot.date.isoformat(),
        time=f"{shown.slot.time:%H:%M}",
        timezone=shown.slot.timezone,
        starts_at=to_rfc3339(shown.slot.starts_at),
        **party(shown.party),
        menu={"upgrades": dict(shown.menu.upgrades), "add_ons": dict(shown.menu.add_ons)},
        venue=present(**asdict(shown.venue)),
        contact=asdict(shown.contact),
        special_requests=shown.special_requests,
        travel_miles=shown.travel_miles,
        travel_confirmed=shown.travel_confirmed,
        price=booking_price(shown),
        policy_version=shown.policy_version,
        payment_due_at=to_rfc3339(shown.payment_due_at),
        balance_due_at=to_rfc3339(shown.balance_due_at),
        refund_limit=_limit(shown),
        cancellation=_record(shown.cancellation, reader) if shown.cancellation else None,
        created_at=to_rfc3339(shown.created_at),
        updated_at=to_rfc3339(shown.updated_at),
    )


def changed_booking(shown: Booking, reader: Caller) -> dict[str, Any]:
    """Return a changed booking, with the percentage that a cancellation now refunds.

    The percentage depends on the time, so the booking's ETag does not cover it.
    """
    return booking(shown, reader) | present(
        refund_percentage=online_refund_percentage(shown, reader.at)
    )


def cancellation(cancelled: Booking, reader: Caller) -> dict[str, Any]:
    """Return a cancellation; the date of its refund is an estimate.

    Raises `ValueError` for a booking that is not cancelled.
    """
    record = cancelled.cancellation
    if record is None:
        raise ValueError("the booking is not cancelled")
    is_refunded = record.refund_amount > 0
    arrival = record.at.astimezone(cancelled.policy.zone) + cancelled.policy.refund_arrival
    return present(
        booking_id=cancelled.id,
        version=cancelled.version,
        status=cancelled.status,
        cancelled_at=to_rfc3339(record.at),
        cancelled_by=visible_author(record.by, reader),
        reason=visible_content(record.reason, record.by, reader),
        refund_amount=record.refund_amount,
        refund_percentage=record.refund_percentage,
        refund_status="pending" if is_refunded else "none",
        estimated_refund_date=arrival.date().isoformat() if is_refunded else None,
        currency=cancelled.price.currency,
    )


def cancellation_quote(quoted: Booking, terms: RefundTerms, quoted_at: datetime) -> dict[str, Any]:
    """Return the refund of a cancellation at `quoted_at`."""
    return {
        "booking_id": quoted.id,
        "refund_base": terms.base,
        "refund_percentage": terms.percentage,
        "refund_amount": terms.amount,
        "currency": quoted.price.currency,
        "quoted_at": to_rfc3339(quoted_at),
        "valid_until": to_rfc3339(terms.valid_until),
    }


def event(shown: AuditEvent, reader: Caller) -> dict[str, Any]:
    """Return an event of the audit trail as `reader` sees it."""
    by = shown.actor_role
    return present(
        version=shown.version,
        type=shown.type,
        at=to_rfc3339(shown.at),
        actor=present(
            id=visible_content(shown.actor_id, by, reader), role=visible_author(by, reader)
        ),
        request_id=visible_content(shown.request_id, by, reader),
        gateway_request_id=visible_content(shown.gateway_request_id, by, reader),
        changes=[_change(each) for each in shown.changes],
        entries=[{"kind": each.kind, "amount": each.amount} for each in shown.entries] or None,
        reason=visible_content(shown.reason, by, reader),
    )


def _limit(shown: Booking) -> int | None:
    """Return the refund limit that moves have set, or None if there is none or it has no effect."""
    return (
        shown.refund_limit
        if shown.is_live and shown.refund_limit < FULL_REFUND_PERCENTAGE
        else None
    )


def _record(record: Cancellation, reader: Caller) -> dict[str, Any]:
    return present(
        by=visible_author(record.by, reader),
        cancelled_at=to_rfc3339(record.at),
        reason=visible_content(record.reason, record.by, reader),
        refund_amount=record.refund_amount,
        refund_percentage=record.refund_percentage,
    )


def _change(change: FieldChange) -> dict[str, Any]:
    return present(field=change.field) | present(**{"from": change.before, "to": change.after})
