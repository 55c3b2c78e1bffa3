"""Refund a booking in full or in part, by staff (`domain.md §7`).

The refund obligation is entered here; `send_refunds` sends the refund.
"""

from dataclasses import dataclass

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.errors import BookingNotFound
from teppan.domain.caller import Caller
from teppan.domain.errors import RefundExceedsCaptured
from teppan.domain.ledger import LedgerEntry
from teppan.domain.money import Cents
from teppan.domain.payments.goodwill import grant_goodwill
from teppan.services.bookings.revision import revise
from teppan.services.idempotency import IdempotencyKey, check_same, derived_id
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import AlreadyDoneError
from teppan.store.payments import request_records
from teppan.store.payments.request_records import RequestRecord
from teppan.store.table import Table


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What to refund (`amount` cents, or all that is left) and why."""

    booking_id: str
    reason: str
    amount: Cents | None = None


@dataclass(frozen=True, slots=True)
class RefundResult:
    """A refund with its ledger entries; `replayed` if an earlier request with the key made it."""

    id: str
    booking: Booking
    entries: tuple[LedgerEntry, ...]
    replayed: bool = False


def refund_payment(
    table: Table, refund_request: RefundRequest, idempotency: IdempotencyKey, caller: Caller
) -> RefundResult:
    """Enter the refund obligations, once for each idempotency key.

    Raises `BookingNotFound`, `RefundExceedsCaptured`, `IdempotencyKeyReused` and `EditConflict`.
    """
    refund_id = derived_id("ref", caller, idempotency)
    entries: tuple[LedgerEntry, ...] = ()

    def decide(booking: Booking, recorder: Caller) -> Step:
        nonlocal entries
        step = grant_goodwill(booking, refund_request.amount, refund_id, recorder)
        entries = step.entries
        return step

    record = RequestRecord(refund_id, idempotency.fingerprint, refund_request.booking_id)
    try:
        booking = revise(
            table,
            refund_request.booking_id,
            decide,
            caller,
            extra_writes=lambda _: [request_records.record(record)],
            reason=refund_request.reason,
        )
    except (AlreadyDoneError, RefundExceedsCaptured, BookingNotFound):
        # A retry may find nothing left to refund, because its first request refunded it.
        if earlier := request_records.find(table, refund_id):
            return _replayed(table, earlier, idempotency)
        raise
    return RefundResult(refund_id, booking, entries)


def _replayed(table: Table, earlier: RequestRecord, idempotency: IdempotencyKey) -> RefundResult:
    check_same(earlier.fingerprint, idempotency)
    booking = bookings.find(table, earlier.result_id)
    if booking is None:
        raise LookupError(earlier.result_id)
    prefix = f"{earlier.id}-"
    ledger = bookings.ledger(table, booking.id)
    entries = tuple(each for each in ledger if (each.refund or "").startswith(prefix))
    return RefundResult(earlier.id, booking, entries, replayed=True)
