"""On the table's stream: what must follow what was written, such as sending a promised refund."""

from teppan.domain.caller import Caller
from teppan.observability.money import raise_alarm, record_settlement
from teppan.services.open_payments import close_payments_of
from teppan.services.settle_refunds import settle_refunds
from teppan.store.stream import Change, changes
from teppan.store.table import connect
from teppan.trigger import Event, TimeLeft, attempt_all, job
from teppan_payments.gateway import gateway

table, stripe = connect(), gateway()


@job("settleRefunds")
def handler(event: Event, caller: Caller, _time_left: TimeLeft) -> Event:
    """Handle each record; those that failed are named, so that they alone come again."""

    def settle(change: Change) -> None:
        if change.entry:
            raise_alarm(change.entry)
        else:
            close_payments_of(table, stripe, change.booking_id, caller)
        record_settlement(settle_refunds(table, stripe, change.booking_id, caller))

    failed = attempt_all(changes(event), settle)
    return {"batchItemFailures": [{"itemIdentifier": each.sequence_number} for each in failed]}
