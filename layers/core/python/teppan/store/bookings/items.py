"""Convert bookings and audit events to table items and back."""

from datetime import date, time

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.bookings.audit import AuditEvent, EventType, FieldChange, PostedEntry
from teppan.domain.bookings.booking import Booking, Cancellation
from teppan.domain.bookings.booking_request import Contact
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.pricing import Line, Price
from teppan.domain.bookings.slot import Slot
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Role
from teppan.domain.ledger import EntryKind
from teppan.domain.ledger_balance import Balance
from teppan.store import keys
from teppan.store.attributes import Item, plain


def booking_item(booking: Booking) -> Item:
    """Return the item of a booking with its keys and index keys."""
    cancellation = booking.cancellation
    return _key_attributes(booking) | {
        "booking_id": booking.id,
        "version": booking.version,
        "status": booking.status.value,
        "payment_status": booking.payment_status.value,
        "customer_id": booking.customer_id,
        "date": booking.slot.date.isoformat(),
        "time": f"{booking.slot.time:%H:%M}",
        "timezone": booking.slot.timezone,
        "starts_at": to_rfc3339(booking.slot.starts_at),
        "guests": booking.party.guests,
        "adults": booking.party.adults,
        "children": booking.party.children,
        "toddlers": booking.party.toddlers,
        "menu": {"upgrades": booking.menu.upgrades, "add_ons": booking.menu.add_ons},
        "venue": plain(booking.venue),
        "contact": plain(booking.contact),
        "special_requests": booking.special_requests,
        "travel_miles": booking.travel_miles,
        "travel_confirmed": booking.travel_confirmed,
        "refund_limit": booking.refund_limit,
        "total": booking.price.total,
        "price": plain(booking.price) | {"lines": [plain(line) for line in booking.price.lines]},
        "due_to_confirm": booking.due_to_confirm,
        "policy_version": booking.policy_version,
        "payments": {name: plain(each) for name, each in booking.payments.items()},
        "payment_due_at": to_rfc3339(booking.payment_due_at),
        "created_at": to_rfc3339(booking.created_at),
        "updated_at": to_rfc3339(booking.updated_at),
        "fingerprint": booking.fingerprint,
        "cancellation": plain(cancellation) | {"at": to_rfc3339(cancellation.at)}
        if cancellation
        else None,
    }


def _key_attributes(booking: Booking) -> Item:
    """Return the keys and index keys of a booking's item; None for an index that it is not in."""
    pk, sk = keys.booking(booking.id)
    start = keys.start(booking)
    due_pk, due_sk = keys.due_at(booking) or (None, None)
    is_in_flight = booking.balance.in_flight > 0
    return {
        "pk": pk,
        "sk": sk,
        "gsi1pk": keys.customer(booking.customer_id),
        "gsi1sk": start,
        "gsi2pk": keys.booking_month(booking.slot.date),
        "gsi2sk": start,
        "gsi3pk": due_pk,
        "gsi3sk": due_sk,
        "gsi4pk": keys.IN_FLIGHT if is_in_flight else None,
        "gsi4sk": booking.id if is_in_flight else None,
    }


def booking_of(item: Item) -> Booking:
    """Return the booking that `booking_item` wrote."""
    return Booking(
        id=item["booking_id"],
        version=item["version"],
        status=Status(item["status"]),
        customer_id=item["customer_id"],
        slot=Slot(
            date.fromisoformat(item["date"]),
            time.fromisoformat(item["time"]),
            item["timezone"],
            from_rfc3339(item["starts_at"]),
        ),
        party=Party(item["adults"], item["children"], item["toddlers"]),
        menu=Menu(**item["menu"]),
        venue=Venue(**item["venue"]),
        contact=Contact(**item["contact"]),
        special_requests=item["special_requests"],
        travel_miles=item.get("travel_miles"),
        travel_confirmed=item["travel_confirmed"],
        refund_limit=item["refund_limit"],
        price=Price(
            **item["price"] | {"lines": tuple(Line(**line) for line in item["price"]["lines"])}
        ),
        due_to_confirm=item["due_to_confirm"],
        policy_version=item["policy_version"],
        payments={name: Balance(**each) for name, each in item["payments"].items()},
        payment_due_at=from_rfc3339(item["payment_due_at"]),
        created_at=from_rfc3339(item["created_at"]),
        updated_at=from_rfc3339(item["updated_at"]),
        fingerprint=item["fingerprint"],
        cancellation=_cancellation_of(item["cancellation"]) if "cancellation" in item else None,
    )


def event_item(event: AuditEvent) -> Item:
    """Return the item of an audit event."""
    pk, sk = keys.event(event.booking_id, event.version)
    return plain(event) | {
        "pk": pk,
        "sk": sk,
        "at": to_rfc3339(event.at),
        "changes": [plain(change) for change in event.changes],
        "entries": [{"kind": each.kind.value, "amount": each.amount} for each in event.entries],
    }


def event_of(item: Item) -> AuditEvent:
    """Return the audit event that `event_item` wrote."""
    return AuditEvent(
        booking_id=item["booking_id"],
        customer_id=item["customer_id"],
        version=item["version"],
        type=EventType(item["type"]),
        at=from_rfc3339(item["at"]),
        actor_id=item["actor_id"],
        actor_role=Role(item["actor_role"]),
        request_id=item["request_id"],
        changes=tuple(FieldChange(**change) for change in item["changes"]),
        entries=tuple(
            PostedEntry(EntryKind(each["kind"]), each["amount"]) for each in item["entries"]
        ),
        reason=item.get("reason"),
        gateway_request_id=item.get("gateway_request_id"),
    )


def _cancellation_of(stored: Item) -> Cancellation:
    return Cancellation(
        **stored
        | {
            "by": Role(stored["by"]),
            "at": from_rfc3339(stored["at"]),
            "payments": tuple(stored["payments"]),
        },
    )
