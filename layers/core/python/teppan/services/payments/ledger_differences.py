"""Compare every ledger with Stripe's balance, to the cent (`domain.md §7`)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from teppan.domain.errors import ProviderFailed, Unavailable
from teppan.domain.ledger import Balance, EntryKind, entered
from teppan.domain.money import Cents
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.payments.attempt import IntentStatus
from teppan.domain.policy import CURRENT
from teppan.services.payments.provider import PaymentProvider
from teppan.store.bookings import bookings, listing
from teppan.store.table import Table

_COMPARED: Final = timedelta(days=548)
"""How far back we look: payments for every party that is ahead, and disputes."""
_READS: Final = 3
"""A ledger is read beside its booking, which may change in between."""
_NOTHING: Final = Balance()
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def differences(table: Table, provider: PaymentProvider, now: datetime) -> Mapping[str, Cents]:
    """Return by how many cents the books differ, for each payment intent for which they do.

    The books are Stripe's balance, the ledger's entries, and the sums that a booking carries. What
    Stripe holds for others, or books before it is sure of it, makes no difference.
    """
    since = now - _COMPARED
    stripe: Counter[str] = Counter()
    for payment, amount in provider.movements(since):
        stripe[payment] += amount
    ours: dict[str, _Books] = {}
    for booking_id in _changed(table, since, now):
        ours |= _books_of(table, booking_id)
    for payment in stripe.keys() - ours.keys():
        ours |= _looked_up(table, provider, payment)
    return {
        payment: cents
        for payment, books in ours.items()
        if books.captured_at >= since and (cents := books.apart_from(stripe[payment]))
    }


def disputed(table: Table, now: datetime) -> Iterator[str]:
    """Yield the payment intents in dispute: how one ends may move no money, and differ nowhere."""
    for booking_id in _changed(table, now - _COMPARED, now, PaymentStatus.DISPUTED):
        books = _books_of(table, booking_id)
        yield from (payment for payment, each in books.items() if each.carried.at_risk)


@dataclass(frozen=True, slots=True)
class _Books:
    """What we say of one payment: by its entries, and by the sums on its booking."""

    entries: Balance = _NOTHING
    carried: Balance = _NOTHING
    captured_at: datetime = _NEVER

    def apart_from(self, stripe: Cents) -> Cents:
        """Return how much more Stripe holds than we say; or how far what we say differs."""
        drift = sum(
            abs(ours - sums)
            for ours, sums in zip(astuple(self.entries), astuple(self.carried), strict=True)
        )
        return stripe - self.entries.at_provider or drift


def _changed(
    table: Table, since: datetime, now: datetime, status: PaymentStatus | None = None
) -> Iterator[str]:
    """Yield the ids of the bookings that may have a ledger: each entry makes a new version.

    With a `status`, of those whose payment stands so.
    """
    first, last = since.date(), (now + CURRENT.horizon).date() + timedelta(days=1)
    for row in listing.all_between(table, first, last):
        if row["version"] > 1 and status in {None, row["payment_status"]}:
            yield row["booking_id"]


def _books_of(table: Table, booking_id: str) -> Mapping[str, _Books]:
    """Return our books of a booking's payments, read again if they seem to differ.

    Those of an item that cannot be read are none: what Stripe holds of its payments differs then.
    """
    books: Mapping[str, _Books] = {}
    for _ in range(_READS):
        try:
            ledger = bookings.ledger(table, booking_id)
            booking = bookings.find(table, booking_id)
        except (KeyError, TypeError, ValueError):
            return {}
        carried = booking.payments if booking else {}
        entries = entered({}, ledger)
        captured = {each.payment: each.at for each in ledger if each.kind is EntryKind.CAPTURED}
        books = {
            payment: _Books(
                entries.get(payment, _NOTHING),
                carried.get(payment, _NOTHING),
                captured.get(payment, _NEVER),
            )
            for payment in entries.keys() | carried.keys()
        }
        if entries == carried:
            break
    return books


def _looked_up(table: Table, provider: PaymentProvider, payment: str) -> Mapping[str, _Books]:
    """Return our books of a payment that no list has shown; none if it should be in no ledger.

    Not so another's, nor a bank debit under way: Stripe books it, and takes it back if it fails.
    """
    try:
        snapshot = provider.snapshot(payment)
    except (ProviderFailed, Unavailable):
        return {payment: _Books()}  # what can not be explained is a difference
    if snapshot is None or snapshot.status is IntentStatus.PROCESSING:
        return {}
    return {payment: _books_of(table, snapshot.booking_id).get(payment, _Books())}
