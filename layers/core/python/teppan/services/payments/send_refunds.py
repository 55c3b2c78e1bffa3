"""Send the refunds that are owed (`domain.md §6-7`): at least once, with one effect."""

from datetime import datetime
from typing import NamedTuple

from teppan import clock
from teppan.domain.bookings.booking import Booking
from teppan.domain.caller import Caller
from teppan.domain.errors import ProviderFailed, Unavailable
from teppan.domain.ledger import LedgerEntry, RefusalReason
from teppan.domain.payments.errors import PaymentProviderErred
from teppan.domain.payments.refund import (
    RefundObligation,
    SendResult,
    may_be_sent_at,
    open_obligations,
    refusal_entry,
    refusal_reason,
)
from teppan.services.payments.apply_payment import sync_payment
from teppan.services.payments.provider import PaymentProvider, RefundRefusedError
from teppan.store.bookings import bookings
from teppan.store.table import Table


def send_refunds(
    table: Table, provider: PaymentProvider, booking_id: str, caller: Caller
) -> SendResult:
    """Send the refunds that the booking owes, and enter the results of those that were sent.

    Raises `PaymentProviderErred` if a refund must be tried again soon, and what `apply_payment` and
    the provider raise.
    """
    booking = bookings.find(table, booking_id)
    if booking is None:
        return SendResult()
    entries: list[LedgerEntry] = []
    refusals: _Refusals = {}
    failure: ProviderFailed | Unavailable | None = None
    for payment in [name for name, each in booking.payments.items() if each.in_flight]:
        try:
            # Sync first: Stripe forgets an idempotency key after a day, but keeps the metadata.
            entries += sync_payment(table, provider, payment, caller)
            sent = [
                _send(provider, booking, refund)
                for refund in _sendable(table, booking_id, payment, caller)
            ]
            if not sent:
                continue
            entries += sync_payment(table, provider, payment, caller)
            # Sync before this: after an error the refund may exist, and a dispute may have ended.
            refusals |= _refusal_entries(table, booking_id, [each for each in sent if each])
        except (ProviderFailed, Unavailable) as error:
            failure = error  # raised below, after the refunds of the other payments
    still_owed = _enter_refusals(table, booking_id, refusals)
    if failure:
        raise failure
    if any(entry.reason is RefusalReason.PROVIDER_ERROR for entry, _ in still_owed):
        raise PaymentProviderErred
    return SendResult(tuple(entries), tuple(code for _, code in still_owed))


def _sendable(
    table: Table, booking_id: str, payment: str, caller: Caller
) -> list[RefundObligation]:
    """Return the refunds that may be sent now: none in dispute, none that failed recently."""
    booking = bookings.find(table, booking_id)
    if booking is None or booking.payments[payment].at_risk:
        return []
    return [
        refund
        for refund in open_obligations(bookings.ledger(table, booking_id))
        if refund.payment == payment and caller.at >= may_be_sent_at(refund, booking.policy)
    ]


type _Refusals = dict[str, tuple[LedgerEntry, str]]
"""Refused refunds by name: the ledger entry of the refusal, and Stripe's error code."""


class _RefusedRefund(NamedTuple):
    """A refund that was refused, the error, and the instant."""

    refund: RefundObligation
    error: RefundRefusedError | PaymentProviderErred
    at: datetime


def _send(
    provider: PaymentProvider, booking: Booking, refund: RefundObligation
) -> _RefusedRefund | None:
    """Send the refund; return its refusal, if it was refused."""
    try:
        provider.send_refund(booking.id, refund)
    except (RefundRefusedError, PaymentProviderErred) as error:
        return _RefusedRefund(refund, error, clock.utc_now().replace(microsecond=0))
    return None


def _refusal_entries(table: Table, booking_id: str, refused: list[_RefusedRefund]) -> _Refusals:
    """Return the ledger entries of refusals, by the state of the payment now."""
    booking = bookings.find(table, booking_id)
    if booking is None:
        return {}
    return {
        each.refund.name: (
            refusal_entry(each.refund, _reason(booking, each), each.at),
            each.error.code,
        )
        for each in refused
    }


def _reason(booking: Booking, refused: _RefusedRefund) -> RefusalReason:
    refund, error, _ = refused
    if isinstance(error, PaymentProviderErred):
        return RefusalReason.PROVIDER_ERROR
    # Stripe refuses because of a dispute, but none is open: the dispute was lost.
    was_lost = error.is_disputed and not booking.payments[refund.payment].at_risk
    return refusal_reason(refund, booking.policy, is_final=error.is_final or was_lost)


def _enter_refusals(
    table: Table, booking_id: str, refusals: _Refusals
) -> list[tuple[LedgerEntry, str]]:
    """Enter and return the refusals of refunds that are still owed.

    A refusal entry gives the next try another idempotency key.
    """
    if not refusals:
        return []
    owed = {each.name for each in open_obligations(bookings.ledger(table, booking_id))}
    still_owed = [refused for name, refused in refusals.items() if name in owed]
    for entry, _ in still_owed:
        bookings.note(table, booking_id, entry)
    return still_owed
