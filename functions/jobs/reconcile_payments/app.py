"""Reconcile ledgers with Stripe: recent events often, the balance once a day (`domain.md §7`)."""

from teppan.observability import payment_metrics
from teppan.services.payments.ledger_differences import differences, disputed_payments
from teppan.services.payments.reconciliation import ReconciliationRun
from teppan.store.table import connect
from teppan.trigger import Author, Event, TimeLeft, job, raise_if_any_failed
from teppan_payments.stripe_provider import provider

table, stripe = connect(), provider()


@job("reconcilePayments")
def handler(event: Event, author: Author, time_left: TimeLeft) -> None:
    """Run the scope `recent` (events and unfinished follow-ups) or `full` (the whole balance)."""
    run = ReconciliationRun(table, stripe, author, time_left)
    {"recent": _recent, "full": _full}[event["scope"]](run)


def _recent(run: ReconciliationRun) -> None:
    alarms = run.raise_alarms(payment_metrics.raise_alarm)
    closings = run.close_payments()
    refunds = run.send_refunds(payment_metrics.record_sent_refunds)
    events = run.receive_events(payment_metrics.record_reconciled_event)
    raise_if_any_failed(alarms, closings, refunds, events)


def _full(run: ReconciliationRun) -> None:
    now = run.author().at
    before = differences(table, stripe, now)
    repairs = run.apply_differing_payments(
        {*before, *disputed_payments(table, now)}, payment_metrics.record_entries
    )
    after = differences(table, stripe, run.author().at) if before else {}
    payment_metrics.record_ledger_difference(before, after)
    raise_if_any_failed(repairs)
