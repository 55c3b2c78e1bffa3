"""Look at Stripe's events and balance for what was lost on its way to us (`domain.md §7`)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from teppan.domain.caller import Caller
from teppan.domain.ledger import Difference, LedgerEntry, PaymentStatus
from teppan.domain.money import Cents
from teppan.domain.payment import IntentStatus
from teppan.domain.payment_event import PaymentEvent
from teppan.domain.policy import CURRENT
from teppan.services.apply_payment import apply_payment
from teppan.services.gateway import Gateway
from teppan.store import bookings, jobs, listing
from teppan.store.table import Table

JOB: Final = "reconcile_payments"
_OVERLAP: Final = timedelta(minutes=15)
_EVENTS_KEPT: Final = timedelta(days=30)
_COMPARED: Final = timedelta(days=548)
"""How far back the full compare looks: payments for every party that is ahead, and disputes."""


def unseen_events(table: Table, gateway: Gateway, now: datetime) -> list[PaymentEvent]:
    """Return Stripe's events since the last run, and from some time before it, oldest first."""
    before = jobs.through(table, JOB) or now - _EVENTS_KEPT
    return list(gateway.events(max(before - _OVERLAP, now - _EVENTS_KEPT)))


def look_again(table: Table, gateway: Gateway, payment: str, caller: Caller) -> list[LedgerEntry]:
    """Return what Stripe tells of a payment now that it did not when its event was handled.

    Raises what `apply_payment` raises.
    """
    applied = apply_payment(table, gateway, payment, caller)
    return list(applied.entries) if applied else []


def mark_seen(table: Table, failed: Iterable[PaymentEvent], now: datetime) -> None:
    """Let the next run begin where this one began, but for the first event that has `failed`."""
    jobs.advance(table, JOB, min((event.created_at for event in failed), default=now))


def compare(table: Table, gateway: Gateway, caller: Caller) -> Difference:
    """Compare every payment's ledger with Stripe's balance to the cent; enter what is missing.

    Raises what the gateway and `apply_payment` raise.
    """
    found = differences(table, gateway, caller.at)
    entries: list[LedgerEntry] = []
    for payment in found:
        applied = apply_payment(table, gateway, payment, caller)
        entries += applied.entries if applied else ()
    left = differences(table, gateway, caller.at) if found else {}
    return Difference(found, left, tuple(entries))


def differences(table: Table, gateway: Gateway, now: datetime) -> Mapping[str, Cents]:
    """Return Stripe's cents less ours for each payment intent of which they are not the same.

    What Stripe holds for others, or books before it is sure of it, makes no difference.
    """
    since = now - _COMPARED
    stripe: Counter[str] = Counter()
    for payment, amount in gateway.movements(since):
        stripe[payment] += amount
    ours = _held(table, since, now)
    apart = {
        payment: cents
        for payment in stripe.keys() | ours.keys()
        if (cents := stripe[payment] - ours.get(payment, 0))
    }
    return {
        payment: cents
        for payment, cents in apart.items()
        if payment in ours or _is_expected(gateway, payment)
    }


def _is_expected(gateway: Gateway, payment: str) -> bool:
    """Whether a payment that no ledger knows should be in one.

    Not so another's, nor a bank debit under way: Stripe books it, and takes it back if it fails.
    """
    statement = gateway.statement(payment)
    return statement is not None and statement.status is not IntentStatus.PROCESSING


def _held(table: Table, since: datetime, now: datetime) -> dict[str, Cents]:
    """Return what our ledgers say is in Stripe's balance, by payment intent."""
    held: dict[str, Cents] = {}
    first, last = since.date(), (now + CURRENT.horizon).date() + timedelta(days=1)
    for row in listing.all_between(table, first, last):
        if row["payment_status"] == PaymentStatus.AWAITING_PAYMENT:
            continue
        booking = bookings.find(table, row["booking_id"])
        if booking is not None and booking.created_at >= since:
            held |= {name: each.at_provider for name, each in booking.payments.items()}
    return held
