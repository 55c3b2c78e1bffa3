"""Receive the provider's events that were not delivered (`domain.md §7`)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from teppan.batch import BatchResult
from teppan.domain.caller import Caller
from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.webhook_event import EventState
from teppan.services.payments.apply_payment import sync_payment
from teppan.services.payments.provider import PaymentProvider
from teppan.services.payments.receive_event import receive_event
from teppan.store import jobs
from teppan.store.table import Table

JOB: Final = "reconcile_payments"
_OVERLAP: Final = timedelta(minutes=15)
_EVENTS_KEPT: Final = timedelta(days=30)


def events_since_last_run(
    table: Table, provider: PaymentProvider, now: datetime
) -> Iterator[PaymentEvent]:
    """Yield the events since shortly before the previous run, oldest first."""
    previous_run = jobs.covered_until(table, JOB) or now - _EVENTS_KEPT
    yield from provider.events(max(previous_run - _OVERLAP, now - _EVENTS_KEPT))


def receive_missed_event(
    table: Table,
    provider: PaymentProvider,
    event: PaymentEvent,
    caller: Caller,
    synced_payments: set[str],
) -> EventResult:
    """Receive an event as if it were delivered now.

    If a recent event was received before, apply its payment again: the provider may know more by
    now. Old events are skipped, so that each run gets further than the previous one. A payment is
    applied once a run: `synced_payments` has those that were, and is added to. Raises what
    `receive_event` raises.
    """
    received = receive_event(table, provider, event, caller)
    if received.state is EventState.FAILED:
        return received
    if event.payment is None or event.payment in synced_payments:
        return received
    if received.is_repeated:
        if not event.is_recent(caller.at):
            return received
        received = replace(received, entries=sync_payment(table, provider, event.payment, caller))
    synced_payments.add(event.payment)
    return received


def advance_window(table: Table, outcome: BatchResult[PaymentEvent, None], began: datetime) -> None:
    """Make the next run begin where this one `began`, or at the first event not handled.

    An event that can never be applied counts as handled: it is marked as failed in the inbox.
    If the provider did not list all events, the next run covers the same window again.
    """
    unhandled = [*outcome.failed, *outcome.remaining]
    if outcome.is_listed:
        jobs.advance(table, JOB, min((event.created_at for event in unhandled), default=began))
