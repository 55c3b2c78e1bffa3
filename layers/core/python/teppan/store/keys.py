"""The table's keys and indexes (`architecture.md §4`). No key holds personal data."""

from datetime import date
from typing import Final

from teppan.clock import to_rfc3339
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.slot import Slot
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import LedgerEntry
from teppan.store.attributes import Key

BY_CUSTOMER: Final = "GSI1"
"""The index of a customer's bookings, by start."""

BY_MONTH: Final = "GSI2"
"""The index of the bookings of a local month, by start, and of the webhook events of a month."""

BY_DUE: Final = "GSI3"
"""The index of the bookings that a job has to process, by due time."""

BY_WORK: Final = "GSI4"
"""The index of follow-up work: refunds in flight, payments to close, alarms to raise."""

BOOKING: Final = "BOOKING"
EVENT: Final = "EVENT#"
LEDGER: Final = "LEDGER#"
PAYMENT: Final = "PAYMENT#"
OPEN_PAYMENT: Final = "OPEN_PAYMENT"
IN_FLIGHT: Final = "IN_FLIGHT"
ALARMS: Final = "ALARMS"
CLOSE: Final = "CLOSE"
RELEASE: Final = "release"
COMPLETE: Final = "complete"
"""The jobs that process bookings by due time."""


def booking(booking_id: str) -> Key:
    """Return the key of a booking."""
    return f"BOOKING#{booking_id}", BOOKING


def booking_id(partition: str) -> str:
    """Return the id of the booking that a partition belongs to."""
    return partition.removeprefix("BOOKING#")


def event(booking_id: str, version: int) -> Key:
    """Return the key of the audit event of `version`; the keys sort in the order of versions."""
    return f"BOOKING#{booking_id}", f"{EVENT}{version:010}"


def ledger_entry(booking_id: str, entry: LedgerEntry) -> Key:
    """Return the natural key of a ledger entry; one refund may fulfil several obligations."""
    parts = [entry.reference, entry.kind.value]
    if entry.refund not in {None, entry.reference}:
        parts.append(str(entry.refund))
    return f"BOOKING#{booking_id}", LEDGER + "#".join(parts)


def payment_attempt(booking_id: str, payment_type: str, attempt: int) -> Key:
    """Return the key of a payment attempt."""
    return f"BOOKING#{booking_id}", f"{PAYMENT}{payment_type}#{attempt:04}"


def open_payment(booking_id: str) -> Key:
    """Return the key of the guard of a booking's payment attempts, which names the open one."""
    return f"BOOKING#{booking_id}", OPEN_PAYMENT


def request(request_id: str) -> Key:
    """Return the key of the record of a request with an idempotency key."""
    return f"REQUEST#{request_id}", "REQUEST"


def webhook(source: str, event_id: str) -> Key:
    """Return the key of a webhook event."""
    return f"WEBHOOK#{source}#{event_id}", "WEBHOOK"


def webhook_month(source: str, at: date) -> str:
    """Return the partition of the events of `source` that were received in a month (UTC)."""
    return f"WEBHOOKS#{source}#{at:%Y-%m}"


def job(name: str) -> Key:
    """Return the key of a job's progress."""
    return f"JOB#{name}", "JOB"


def due(job: str) -> str:
    """Return the partition of the bookings that `job` has to process."""
    return f"DUE#{job}"


def attempts(address: str, operation: str, network: str) -> Key:
    """Return the key of the attempts at an operation; address and network are pseudonyms."""
    return f"ADDRESS#{address}", f"ATTEMPTS#{operation}#{network}"


def allowance(address: str, operation: str) -> Key:
    """Return the key of an address's allowance over all networks; the address is a pseudonym."""
    return f"ADDRESS#{address}", f"ALLOWANCE#{operation}"


def session(session_id: str) -> Key:
    """Return the key of a session that ended by a logout."""
    return f"SESSION#{session_id}", "SESSION"


def sessions(account_id: str) -> Key:
    """Return the key of the end of all sessions of an account."""
    return f"ACCOUNT#{account_id}", "SESSIONS"


def slot(slot: Slot) -> Key:
    """Return the key of a slot."""
    return slot_month(slot.date), f"{slot.date}#{slot.time:%H:%M}"


def slot_month(day: date) -> str:
    """Return the partition of the slots in `day`'s month."""
    return f"SLOTS#{day.isoformat()[:7]}"


def quota(customer_id: str) -> Key:
    """Return the key of a customer's quota."""
    return f"CUSTOMER#{customer_id}", "QUOTA"


def health() -> Key:
    """Return the key of the item that health checks read and write."""
    return "HEALTH", "HEALTH"


def customer(customer_id: str) -> str:
    """Return the partition of a customer's bookings."""
    return f"CUSTOMER#{customer_id}"


def booking_month(day: date) -> str:
    """Return the partition of the bookings in `day`'s month."""
    return f"BOOKINGS#{day.isoformat()[:7]}"


def start(booking: Booking) -> str:
    """Return the index sort key of a booking: its start, then its id."""
    return f"{to_rfc3339(booking.slot.starts_at)}#{booking.id}"


def due_at(booking: Booking) -> tuple[str, str] | None:
    """Return the partition and sort key by which a job finds the booking, or None."""
    due_times = {
        Status.PENDING: (RELEASE, booking.payment_due_at),
        Status.CONFIRMED: (COMPLETE, booking.completes_at),
    }
    if booking.status not in due_times:
        return None
    job, at = due_times[booking.status]
    return due(job), f"{to_rfc3339(at)}#{booking.id}"
