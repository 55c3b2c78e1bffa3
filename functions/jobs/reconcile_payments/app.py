"""Every few minutes what was missed, every day everything: our ledgers against Stripe (§7)."""

from teppan.domain.caller import Caller
from teppan.domain.payment_event import PaymentEvent
from teppan.observability import money
from teppan.services.receive_event import receive_event
from teppan.services.reconcile import compare, look_again, mark_seen, unseen_events
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
        money.record_received(receive_event(table, stripe, event, caller))

    unsettled = attempt_all(
        bookings.unsettled(table),
        lambda booking_id: money.record_settlement(
            settle_refunds(table, stripe, booking_id, caller)
        ),
    )
    events = unseen_events(table, stripe, caller.at)
    failed = attempt_all(events, receive)
    mark_seen(table, failed, caller.at)
    unseen = attempt_all(
        {event.payment for event in events if event.payment},
        lambda payment: money.record_entries(look_again(table, stripe, payment, caller)),
    )
    fail_if([*unsettled, *failed, *unseen])


def _full(caller: Caller) -> None:
    money.record_difference(compare(table, stripe, caller))
