"""Keep the promises of refunds (`domain.md §6-7`): sent at least once, with one effect."""

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
from teppan.services.payments.apply_payment import apply_payment
from teppan.services.payments.provider import PaymentProvider, RefundRefusedError
from teppan.store.bookings import bookings
from teppan.store.table import Table


def send_refunds(
    table: Table, provider: PaymentProvider, booking_id: str, caller: Caller
) -> SendResult:
    """Send what the booking owes, and take note of what has become of what was sent.

    Raises `PaymentProviderErred` when the next try needs to come soon, and what `apply_payment`
    and the gateway raise.
    """
    booking = bookings.find(table, booking_id)
    if booking is None:
        return SendResult()
    entries: list[LedgerEntry] = []
    refusals: _Refusals = {}
    failure: ProviderFailed | Unavailable | None = None
    for payment in [name for name, each in booking.payments.items() if each.in_flight]:
        try:
            # Stripe is asked first: it forgets our key after a day, the name in the metadata never.
            entries += _sync_payment(table, provider, payment, caller)
            sent = [
                _send(provider, booking, refund)
                for refund in _sendable(table, booking_id, payment, caller)
            ]
            if not sent:
                continue
            entries += _sync_payment(table, provider, payment, caller)
            # Only after a look, for an error is not always a refusal, nor a dispute open for ever.
            refusals |= _entries_of(table, booking_id, [each for each in sent if each])
        except (ProviderFailed, Unavailable) as error:
            failure = error  # the other payments' refunds do not wait for this one
    left = _still_owed(table, booking_id, refusals)
    if failure:
        raise failure
    if any(entry.reason is RefusalReason.PROVIDER_ERROR for entry, _ in left):
        raise PaymentProviderErred
    return SendResult(tuple(entries), tuple(code for _, code in left))


def _sync_payment(
    table: Table, provider: PaymentProvider, payment: str, caller: Caller
) -> tuple[LedgerEntry, ...]:
    applied = apply_payment(table, provider, payment, caller)
    return applied.entries if applied else ()


def _sendable(
    table: Table, booking_id: str, payment: str, caller: Caller
) -> list[RefundObligation]:
    """Return what may be sent now: not of a payment in dispute, nor what has just failed."""
    booking = bookings.find(table, booking_id)
    if booking is None or booking.payments[payment].at_risk:
        return []
    return [
        refund
        for refund in open_obligations(bookings.ledger(table, booking_id))
        if refund.payment == payment and caller.at >= may_be_sent_at(refund, booking.policy)
    ]


type _Refusals = dict[str, tuple[LedgerEntry, str]]
"""Refused attempts by name: the entry that says so, and Stripe's error code."""


class _Refused(NamedTuple):
    """A refund that was not made, why, and when: a run may be long."""

    refund: RefundObligation
    error: RefundRefusedError | PaymentProviderErred
    at: datetime


def _send(provider: PaymentProvider, booking: Booking, refund: RefundObligation) -> _Refused | None:
    """Send the refund; return its refusal, if it was refused."""
    try:
        provider.send_refund(booking.id, refund)
    except (RefundRefusedError, PaymentProviderErred) as error:
        return _Refused(refund, error, clock.utc_now().replace(microsecond=0))
    return None


def _entries_of(table: Table, booking_id: str, refused: list[_Refused]) -> _Refusals:
    """Return the entries of refusals, by what is known of the payment now."""
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


def _reason(booking: Booking, refused: _Refused) -> RefusalReason:
    refund, error, _ = refused
    if isinstance(error, PaymentProviderErred):
        return RefusalReason.PROVIDER_ERROR
    # Stripe refuses for a dispute, and none is open: it was lost.
    was_lost = error.is_disputed and not booking.payments[refund.payment].at_risk
    return refusal_reason(refund, booking.policy, is_final=error.is_final or was_lost)


def _still_owed(
    table: Table, booking_id: str, refusals: _Refusals
) -> list[tuple[LedgerEntry, str]]:
    """Enter the refusals of what is owed all the same, so that it gets another key; return them."""
    if not refusals:
        return []
    owed = {each.name for each in open_obligations(bookings.ledger(table, booking_id))}
    left = [refused for name, refused in refusals.items() if name in owed]
    for entry, _ in left:
        bookings.note(table, booking_id, entry)
    return left
