"""On the table's stream: follow up payments, for example send the refunds that are owed."""

from teppan.batch import run_each
from teppan.observability.payment_metrics import raise_alarm, record_sent_refunds
from teppan.services.payments.open_payments import close_marked
from teppan.services.payments.send_refunds import send_refunds
from teppan.store import alarms
from teppan.store.payments.stream import StreamRecord, records
from teppan.store.table import connect
from teppan.trigger import Author, Event, TimeLeft, job
from teppan_payments.stripe_provider import provider

table, stripe = connect(), provider()


@job("followUpPayments")
def handler(event: Event, author: Author, _time_left: TimeLeft) -> Event:
    """Handle each record; return the failed records, so that the stream retries only those."""

    def follow(record: StreamRecord) -> None:
        follow_up = record.follow_up()
        if follow_up.alarm and alarms.is_pending(table, follow_up.alarm):
            raise_alarm(follow_up.alarm.alarm, follow_up.alarm.subject)
            alarms.remove(table, follow_up.alarm)
        if follow_up.closing_mark:
            close_marked(table, stripe, follow_up.booking_id, follow_up.closing_mark, author())
        record_sent_refunds(send_refunds(table, stripe, follow_up.booking_id, author()))

    failed = run_each(records(event), follow).failed
    return {"batchItemFailures": [{"itemIdentifier": each.sequence_number} for each in failed]}
