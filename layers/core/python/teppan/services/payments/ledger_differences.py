"""Compare every ledger with the provider's balance, to the cent (`domain.md §7`)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from teppan.domain.errors import ProviderFailed, Unavailable
from teppan.domain.ledger import EntryKind
from teppan.domain.ledger_balance import Balance, post_entries
from teppan.domain.money import Cents
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.payments.attempt import IntentStatus
from teppan.domain.policy import CURRENT
from teppan.services.payments.provider import PaymentProvider
from teppan.store.bookings import bookings, listing
from teppan.store.table import Table

_COMPARED_PERIOD: Final = timedelta(days=548)
"""How far back payments are compared: covers payments for all future parties, and disputes."""
_MAX_READS: Final = 3
"""Reads of a booking and its ledger, which are two calls and may not match."""
_ZERO: Final = Balance()
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def differences(table: Table, provider: PaymentProvider, now: datetime) -> Mapping[str, Cents]:
    """Return the difference in cents of each payment intent whose books differ.

    The books are the provider's balance, the ledger's entries, and the sums on the booking.
    Payments of other systems and payments in progress at the bank do not count.
    """
    since = now - _COMPARED_PERIOD
    stripe: Counter[str] = Counter()
    for payment, amount in provider.movements(since):
        stripe[payment] += amount
    ours: dict[str, _PaymentBooks] = {}
    for booking_id in _bookings_with_ledger(table, since, now):
        ours |= _books_of(table, booking_id)
    for payment in stripe.keys() - ours.keys():
        ours |= _find_books(table, provider, payment)
    return {
        payment: cents
        for payment, books in ours.items()
        if books.captured_at >= since and (cents := books.difference_from(stripe[payment]))
    }


def disputed_payments(table: Table, now: datetime) -> Iterator[str]:
    """Yield the payment intents in dispute: a dispute may end without a difference in the books."""
    since = now - _COMPARED_PERIOD
    for booking_id in _bookings_with_ledger(table, since, now, PaymentStatus.DISPUTED):
        books = _books_of(table, booking_id)
        yield from (payment for payment, each in books.items() if each.on_booking.at_risk)


@dataclass(frozen=True, slots=True)
class _PaymentBooks:
    """Our two balances of one payment: of its ledger entries, and on its booking."""

    entries: Balance = _ZERO
    on_booking: Balance = _ZERO
    captured_at: datetime = _NEVER

    def difference_from(self, stripe: Cents) -> Cents:
        """Return how much more the provider holds, or else by how much our two balances differ."""
        drift = sum(
            abs(ours - sums)
            for ours, sums in zip(astuple(self.entries), astuple(self.on_booking), strict=True)
        )
        return stripe - self.entries.at_provider or drift


def _bookings_with_ledger(
    table: Table, since: datetime, now: datetime, status: PaymentStatus | None = None
) -> Iterator[str]:
    """Yield the ids of the bookings that may have a ledger, with that payment status if given.

    A booking at version 1 has no ledger: each entry makes a new version.
    """
    first, last = since.date(), (now + CURRENT.horizon).date() + timedelta(days=1)
    for row in listing.all_between(table, first, last):
        if row["version"] > 1 and status in {None, row["payment_status"]}:
            yield row["booking_id"]


def _books_of(table: Table, booking_id: str) -> Mapping[str, _PaymentBooks]:
    """Return our books of a booking's payments, read again if they seem to differ.

    An item that cannot be read has no books, so the provider's balance of its payments differs.
    """
    books: Mapping[str, _PaymentBooks] = {}
    for _ in range(_MAX_READS):
        try:
            ledger = bookings.ledger(table, booking_id)
            booking = bookings.find(table, booking_id)
        except (KeyError, TypeError, ValueError):
            return {}
        on_booking = booking.payments if booking else {}
        entries = post_entries({}, ledger)
        captured = {each.payment: each.at for each in ledger if each.kind is EntryKind.CAPTURED}
        books = {
            payment: _PaymentBooks(
                entries.get(payment, _ZERO),
                on_booking.get(payment, _ZERO),
                captured.get(payment, _NEVER),
            )
            for payment in entries.keys() | on_booking.keys()
        }
        if entries == on_booking:
            break
    return books


def _find_books(
    table: Table, provider: PaymentProvider, payment: str
) -> Mapping[str, _PaymentBooks]:
    """Return our books of a payment that no listed booking has.

    Empty if the payment belongs in no ledger: it is not ours, or it is a bank debit in progress,
    which the provider books at once and reverses if it fails.
    """
    try:
        snapshot = provider.snapshot(payment)
    except (ProviderFailed, Unavailable):
        return {payment: _PaymentBooks()}  # a payment that cannot be read counts as a difference
    if snapshot is None or snapshot.status is IntentStatus.PROCESSING:
        return {}
    return {payment: _books_of(table, snapshot.booking_id).get(payment, _PaymentBooks())}
