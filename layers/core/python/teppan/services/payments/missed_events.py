"""Look at Stripe's events for what was lost on its way to us (`domain.md §7`)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from teppan.batch import BatchResult
from teppan.domain.caller import Caller
from teppan.domain.ledger import LedgerEntry
from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.webhook import EventState
from teppan.services.payments.apply_payment import apply_payment
from teppan.services.payments.provider import PaymentProvider
from teppan.services.payments.receive_event import receive_event
from teppan.store import jobs
from teppan.store.table import Table

JOB: Final = "reconcile_payments"
_OVERLAP: Final = timedelta(minutes=15)
_EVENTS_KEPT: Final = timedelta(days=30)


def unseen_events(table: Table, provider: PaymentProvider, now: datetime) -> Iterator[PaymentEvent]:
    """Yield Stripe's events since the last run, and from some time before it, oldest first."""
    before = jobs.through(table, JOB) or now - _EVENTS_KEPT
    yield from provider.events(max(before - _OVERLAP, now - _EVENTS_KEPT))


def receive_again(
    table: Table,
    provider: PaymentProvider,
    event: PaymentEvent,
    caller: Caller,
    looked_at: set[str],
) -> EventResult:
    """Receive an event as if it had come; if it had, look whether Stripe tells more by now.

    Not for old ones, so that a run gets further than the one before; and once is enough for a
    payment: `looked_at` says of which, and is added to. Raises what `receive_event` raises.
    """
    received = receive_event(table, provider, event, caller)
    if received.state is EventState.FAILED:
        return received
    if event.payment is None or event.payment in looked_at:
        return received
    if received.repeated:
        if not event.is_recent(caller.at):
            return received
        received = replace(received, entries=look_again(table, provider, event.payment, caller))
    looked_at.add(event.payment)
    return received


def look_again(
    table: Table, provider: PaymentProvider, payment: str, caller: Caller
) -> tuple[LedgerEntry, ...]:
    """Enter what Stripe tells of a payment and its ledger lacks; raises as `apply_payment` does."""
    applied = apply_payment(table, provider, payment, caller)
    return applied.entries if applied else ()


def mark_seen(table: Table, outcome: BatchResult[PaymentEvent, None], began: datetime) -> None:
    """Let the next run begin where this one `began`, or at the first event that is not handled.

    An event that can never be applied counts as handled: it is marked as failed in the inbox.
    Where Stripe did not list all events, it begins again where this one did.
    """
    unhandled = [*outcome.failed, *outcome.left]
    if outcome.is_listed:
        jobs.advance(table, JOB, min((event.created_at for event in unhandled), default=began))
