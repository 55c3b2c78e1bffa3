"""Staff refund a booking, in full or in part (`domain.md §7`): promised here, sent by a job."""

from dataclasses import dataclass, replace

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.errors import BookingNotFound
from teppan.domain.caller import Caller
from teppan.domain.errors import RefundExceedsCaptured
from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason, entered
from teppan.domain.money import Cents
from teppan.domain.refund_obligation import promises, refundable
from teppan.services.bookings.revision import revise
from teppan.services.idempotency import IdempotentRequest, check_same, derived_id
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import DoneBeforeError
from teppan.store.payments import requests
from teppan.store.payments.requests import RequestRecord
from teppan.store.table import Table


@dataclass(frozen=True, slots=True)
class RefundWanted:
    """What to refund: `amount` cents, or all that is left, and why."""

    booking_id: str
    reason: str
    amount: Cents | None = None


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund as it stands: its promises and what became of them; `replayed` by a known key."""

    id: str
    booking: Booking
    entries: tuple[LedgerEntry, ...]
    replayed: bool = False


def refund_payment(
    table: Table, wanted: RefundWanted, request: IdempotentRequest, caller: Caller
) -> Refunded:
    """Promise the refund, once a key; `settle_refunds` sends it.

    Raises `BookingNotFound`, `RefundExceedsCaptured`, `IdempotencyKeyReused` and `EditConflict`.
    """
    refund_id = derived_id("ref", caller, request)
    promised: tuple[LedgerEntry, ...] = ()

    def decide(booking: Booking, signer: Caller) -> Step:
        nonlocal promised
        left = refundable(booking.payments)
        amount = left if wanted.amount is None else wanted.amount
        if not 0 < amount <= left:
            held = booking.balance.at_risk
            raise RefundExceedsCaptured(
                f"Left to refund: {left} cents" + (f"; in dispute: {held} cents." if held else ".")
            )
        promised = promises(
            booking.payments,
            amount,
            reference=refund_id,
            reason=RefundReason.STAFF,
            at=signer.signed_at,
            kind=EntryKind.GOODWILL_OWED,
        )
        after = replace(
            booking,
            version=booking.version + 1,
            payments=entered(booking.payments, promised),
            updated_at=signer.signed_at,
        )
        return Step(after, promised)

    record = RequestRecord(refund_id, request.fingerprint, wanted.booking_id)
    try:
        booking = revise(
            table,
            wanted.booking_id,
            decide,
            caller,
            also=lambda _: [requests.record(record)],
            reason=wanted.reason,
        )
    except (DoneBeforeError, RefundExceedsCaptured, BookingNotFound):
        # A retry may come when nothing is left, because its first request has promised it.
        if earlier := requests.find(table, refund_id):
            return _replayed(table, earlier, request)
        raise
    return Refunded(refund_id, booking, promised)


def _replayed(table: Table, earlier: RequestRecord, request: IdempotentRequest) -> Refunded:
    check_same(earlier.fingerprint, request)
    booking = bookings.find(table, earlier.made)
    if booking is None:
        raise LookupError(earlier.made)
    ours = f"{earlier.id}-"
    ledger = bookings.ledger(table, booking.id)
    entries = tuple(each for each in ledger if (each.refund or "").startswith(ours))
    return Refunded(earlier.id, booking, entries, replayed=True)
