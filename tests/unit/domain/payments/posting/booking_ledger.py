"""A booking with its ledger, and the payments that the tests post to it."""

from datetime import datetime, timedelta

from tests.builders import NOW, booking, caller, snapshot, system

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.cancellation import CancellationRequest, cancel, expire
from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.dispute import Dispute, DisputeMovement, DisputeStatus
from teppan.domain.payments.posting import post_payment
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefund, ProviderRefundStatus
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES

SECOND = timedelta(seconds=1)
OVERDUE = booking().payment_due_at + SECOND
LATE = OVERDUE + timedelta(hours=1)
STARTED = booking().slot.starts_at
OPEN, WON, LOST = DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST

EXPIRED = expire(booking(), system(OVERDUE)).after
CANCELLED = cancel(booking(), CancellationRequest(), caller()).after


class BookingLedger:
    """A booking with its ledger; snapshots are posted to it one after the other."""

    def __init__(self, booking: Booking, *ledger: LedgerEntry) -> None:
        self.booking = booking
        self.ledger = list(ledger)

    def apply(self, step: Step) -> tuple[LedgerEntry, ...]:
        self.booking = step.after
        self.ledger += step.entries
        return step.entries

    def post(
        self, payment: PaymentSnapshot, at: datetime = NOW, *, slot_taken: bool = False
    ) -> tuple[LedgerEntry, ...]:
        return self.apply(
            post_payment(
                self.booking,
                self.ledger,
                payment,
                system(at),
                max_entries=MAX_STEP_ENTRIES,
                slot_taken=slot_taken,
            )
        )

    @property
    def balance(self) -> Balance:
        return self.booking.balance


def ledger_after_deposit(*later: PaymentSnapshot) -> BookingLedger:
    """Return a booking whose deposit is posted, and then each of the `later` snapshots."""
    books = BookingLedger(booking())
    for each in (snapshot(), *later):
        books.post(each)
    return books


def obligations_in(entries: tuple[LedgerEntry, ...]) -> list[tuple[str, int]]:
    return [
        (str(each.reason), each.amount) for each in entries if each.kind is EntryKind.REFUND_OWED
    ]


def with_dispute(status: DisputeStatus, amount: int = 10_000) -> PaymentSnapshot:
    return snapshot(disputes=(dispute(status, amount),))


def dispute(status: DisputeStatus, amount: int = 10_000) -> Dispute:
    """Return a dispute that withdrew all of `amount`, and reinstated it if it was won."""
    movements = (DisputeMovement("txn_1", -amount), DisputeMovement("txn_2", amount))
    return Dispute("dp_1", amount, status, movements[: 2 if status is WON else 1])


def with_dashboard_refund(status: ProviderRefundStatus, amount: int = 10_000) -> PaymentSnapshot:
    return snapshot(refunds=(ProviderRefund("re_1", amount, status),))
