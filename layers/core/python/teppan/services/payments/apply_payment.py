"""Enter the state of a payment at the provider into the ledger (`domain.md §7`).

This is the only way money gets into a booking. Webhooks, `confirmPayment`, the stream and the jobs
all use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.errors import BookingNotFound
from teppan.domain.caller import Caller
from teppan.domain.ledger import LedgerEntry
from teppan.domain.payments.posting import post_payment
from teppan.domain.payments.snapshot import PaymentSnapshot
from teppan.services.bookings.revision import revise
from teppan.services.payments.provider import PaymentProvider
from teppan.store.bookings import bookings
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES, is_partial
from teppan.store.payments import attempts
from teppan.store.table import Put, Table, Update


@dataclass(frozen=True, slots=True)
class AppliedPayment:
    """The booking after the snapshot was applied, and the ledger entries that were added."""

    booking: Booking
    snapshot: PaymentSnapshot
    entries: tuple[LedgerEntry, ...]


def apply_payment(
    table: Table,
    provider: PaymentProvider,
    payment: str,
    caller: Caller,
    extra_writes: Sequence[Put | Update] = (),
) -> AppliedPayment | None:
    """Ask the provider for the payment and enter what is new; None if the payment is not ours.

    `extra_writes` go into the same transaction. Raises what `revise` and the provider raise.
    """
    snapshot = provider.snapshot(payment)
    if snapshot is None:
        return None
    try:
        return apply_snapshot(table, snapshot, caller, extra_writes)
    except BookingNotFound:
        return None


def sync_payment(
    table: Table, provider: PaymentProvider, payment: str, caller: Caller
) -> tuple[LedgerEntry, ...]:
    """Apply the payment and return the entries added; raises what `apply_payment` raises."""
    applied = apply_payment(table, provider, payment, caller)
    return applied.entries if applied else ()


def apply_snapshot(
    table: Table,
    snapshot: PaymentSnapshot,
    caller: Caller,
    extra_writes: Sequence[Put | Update] = (),
) -> AppliedPayment:
    """Enter what the ledger lacks of `snapshot`; raises what `revise` raises."""
    entries: list[LedgerEntry] = []
    while True:
        decision = _Decision(table, snapshot)
        booking = revise(
            table,
            snapshot.booking_id,
            decision.decide,
            caller,
            if_slot_taken=decision.decide_without_slot,
            extra_writes=lambda step: () if is_partial(step) else extra_writes,
        )
        entries += decision.step.entries
        if not is_partial(decision.step):
            break
    attempts.store_status(
        table,
        snapshot.booking_id,
        snapshot.type,
        snapshot.attempt,
        intent=snapshot.payment,
        status=snapshot.status,
    )
    return AppliedPayment(booking, snapshot, tuple(entries))


class _Decision:
    """Decides what a snapshot changes in a booking; `step` is the latest decision."""

    step: Step

    def __init__(self, table: Table, snapshot: PaymentSnapshot) -> None:
        self._table = table
        self._snapshot = snapshot

    def decide(self, booking: Booking, recorder: Caller, *, slot_taken: bool = False) -> Step:
        """Decide by the ledger as it is now; change nothing if nothing was captured."""
        self.step = Step(booking)
        if self._snapshot.has_captured:
            ledger = bookings.ledger(self._table, booking.id)
            self.step = post_payment(
                booking,
                ledger,
                self._snapshot,
                recorder,
                max_entries=MAX_STEP_ENTRIES,
                slot_taken=slot_taken,
            )
        return self.step

    def decide_without_slot(self, booking: Booking, recorder: Caller) -> Step:
        """Decide for a booking whose slot other bookings hold by now."""
        return self.decide(booking, recorder, slot_taken=True)
