"""Every few minutes what was missed, every day everything: our ledgers against Stripe (§7)."""

from teppan.domain.caller import Caller
from teppan.domain.payment_event import PaymentEvent
from teppan.observability import money
from teppan.services.compare import differences
from teppan.services.reconcile import look_again, mark_seen, receive_again, unseen_events
from teppan.services.settle_refunds import settle_refunds
from teppan.store import bookings
from teppan.store.table import connect
from teppan.trigger import Event, TimeLeft, attempt_all, fail_if, job
from teppan_payments.gateway import gateway

table, stripe = connect(), gateway()


@job("reconcilePayments")
def handler(event: Event, caller: Caller, _time_left: TimeLeft) -> None:
    """Look at `recent` events and refunds under way, or at the `full` balance."""
    {"recent": _recent, "full": _full}[event["scope"]](caller)


def _recent(caller: Caller) -> None:
    def settle(booking_id: str) -> None:
        money.record_settlement(settle_refunds(table, stripe, booking_id, caller))

    def receive(event: PaymentEvent) -> None:
        received = receive_again(table, stripe, event, caller, looked_at)
        money.record_found(event, received, caller.at)

    looked_at: set[str] = set()
    unsettled = attempt_all(bookings.unsettled(table), settle)
    failed = attempt_all(unseen_events(table, stripe, caller.at), receive)
    mark_seen(table, failed, caller.at)
    fail_if([*unsettled, *failed])


def _full(caller: Caller) -> None:
    def mend(payment: str) -> None:
        money.record_entries(look_again(table, stripe, payment, caller))

    found = differences(table, stripe, caller.at)
    failed = attempt_all(found, mend)
    money.record_difference(found, differences(table, stripe, caller.at) if found else {})
    fail_if(failed)
