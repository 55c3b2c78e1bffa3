"""Every few minutes what was missed, every day everything: our ledgers against Stripe (§7)."""

from teppan.observability import money
from teppan.services.payments.ledger_differences import differences, disputed
from teppan.services.payments.reconciliation import Run
from teppan.store.table import connect
from teppan.trigger import Author, Event, TimeLeft, job, raise_if_any_failed
from teppan_payments.stripe_provider import provider

table, stripe = connect(), provider()


@job("reconcilePayments")
def handler(event: Event, author: Author, time_left: TimeLeft) -> None:
    """Look at `recent` events and what the stream has left over, or at the `full` balance."""
    run = Run(table, stripe, author, time_left)
    {"recent": _recent, "full": _full}[event["scope"]](run)


def _recent(run: Run) -> None:
    raised = run.raise_alarms(money.raise_alarm)
    closed = run.close_payments()
    sent = run.send_refunds(money.record_sent_refunds)
    received = run.receive_events(money.record_found)
    raise_if_any_failed(raised, closed, sent, received)


def _full(run: Run) -> None:
    now = run.author().at
    found = differences(table, stripe, now)
    mended = run.mend({*found, *disputed(table, now)}, money.record_entries)
    left = differences(table, stripe, run.author().at) if found else {}
    money.record_difference(found, left)
    raise_if_any_failed(mended)
