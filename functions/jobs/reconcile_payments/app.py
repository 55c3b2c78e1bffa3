"""Every few minutes what was missed, every day everything: our ledgers against Stripe (§7)."""

from teppan.domain.caller import Caller
from teppan.domain.payment_event import PaymentEvent
from teppan.observability.money import record_difference, record_received, record_settlement
from teppan.services.receive_event import receive_event
from teppan.services.reconcile import compare, mark_seen, unseen_events
from teppan.services.settle_refunds import settle_refunds
from teppan.store import bookings
from teppan.store.table import connect
from teppan.trigger import Event, attempt_all, fail_if, job
from teppan_payments.gateway import gateway

table, stripe = connect(), gateway()


@job("reconcilePayments")
def handler(event: Event, caller: Caller) -> None:
    """Look at `recent` events and refunds under way, or at the `full` balance."""
    {"recent": _recent, "full": _full}[event["scope"]](caller)


def _recent(caller: Caller) -> None:
    def receive(event: PaymentEvent) -> None:
        record_received(receive_event(table, stripe, event, caller))

    def settle(booking_id: str) -> None:
        record_settlement(settle_refunds(table, stripe, booking_id, caller))

    failed = attempt_all(unseen_events(table, stripe, caller.at), receive)
    mark_seen(table, failed, caller.at)
    fail_if([*failed, *attempt_all(bookings.unsettled(table), settle)])


def _full(caller: Caller) -> None:
    record_difference(compare(table, stripe, caller))
