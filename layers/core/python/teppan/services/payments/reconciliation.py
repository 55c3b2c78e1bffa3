"""The parts of a `reconcile_payments` run; a failure in one does not stop the others.

See `domain.md §7`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from teppan.batch import BatchResult, run_each
from teppan.domain.alarm import Alarm
from teppan.domain.caller import Caller
from teppan.domain.ledger import LedgerEntry
from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.payments.refund import SendResult
from teppan.services.job_queue import MIN_TIME_PER_ITEM, work_through
from teppan.services.payments.apply_payment import sync_payment
from teppan.services.payments.missed_events import (
    advance_window,
    events_since_last_run,
    receive_missed_event,
)
from teppan.services.payments.open_payments import close_marked
from teppan.services.payments.provider import PaymentProvider
from teppan.services.payments.receive_event import remove_alarm_mark
from teppan.services.payments.send_refunds import send_refunds
from teppan.store import alarms
from teppan.store.alarms import MarkedItem
from teppan.store.bookings import closing_marks, queues
from teppan.store.queue import Queued
from teppan.store.table import Table

_RESERVED: Final = timedelta(minutes=7)
"""The part of a run's 15 minutes that is kept for the later parts."""

_LEFT_TO_STREAM: Final = timedelta(minutes=5)
"""How long the stream has to raise an alarm, so that few alarms are raised twice."""


@dataclass(frozen=True, slots=True)
class ReconciliationRun:
    """One run. `author` returns the caller at the present instant, `time_left` the time it may use.

    Each part passes each result to `record` at once, because Lambda may stop the run.
    """

    table: Table
    provider: PaymentProvider
    author: Callable[[], Caller]
    time_left: Callable[[], timedelta]

    def raise_alarms(
        self, raise_alarm: Callable[[Alarm, str], None]
    ) -> BatchResult[MarkedItem, None]:
        """Raise the alarms that the stream has not raised."""

        def raise_and_remove(marked: MarkedItem) -> None:
            pending = marked.alarm()
            raise_alarm(pending.alarm, pending.subject)
            alarms.remove(self.table, pending)

        overdue = alarms.pending(self.table, self.author().at - _LEFT_TO_STREAM)
        return run_each(overdue, raise_and_remove)

    def close_payments(self) -> BatchResult[Queued, None]:
        """Close the open attempts that ask for more than is due."""

        def close(queued: Queued) -> None:
            close_marked(self.table, self.provider, queued.booking_id, queued.place, self.author())

        return work_through(
            self.table,
            "reconcilePayments:close",
            closing_marks.pending(self.table),
            partial(run_each, do=close, may_begin=self._has_time),
        )

    def send_refunds(self, record: Callable[[SendResult], None]) -> BatchResult[Queued, None]:
        """Send the refunds that are owed, and enter the results of those that were sent."""

        def send(queued: Queued) -> None:
            record(send_refunds(self.table, self.provider, queued.booking_id, self.author()))

        return work_through(
            self.table,
            "reconcilePayments:send",
            queues.in_flight(self.table),
            partial(run_each, do=send, may_begin=self._has_time),
        )

    def receive_events(
        self, record: Callable[[PaymentEvent, EventResult, datetime], None]
    ) -> BatchResult[PaymentEvent, None]:
        """Receive the events that were missed; the next run's window covers those left."""

        def receive(event: PaymentEvent) -> None:
            caller = self.author()
            received = receive_missed_event(
                self.table, self.provider, event, caller, synced_payments
            )
            record(event, received, caller.at)
            remove_alarm_mark(self.table, event, received)

        began = self.author().at
        synced_payments: set[str] = set()
        outcome = run_each(
            events_since_last_run(self.table, self.provider, began),
            receive,
            lambda: self.time_left() > MIN_TIME_PER_ITEM,
        )
        advance_window(self.table, outcome, began)
        return outcome

    def apply_differing_payments(
        self, differing: Iterable[str], record: Callable[[tuple[LedgerEntry, ...]], None]
    ) -> BatchResult[str, None]:
        """Enter what the ledgers lack of the payments whose books differ."""

        def sync(payment: str) -> None:
            record(sync_payment(self.table, self.provider, payment, self.author()))

        return run_each(differing, sync, self._has_time)

    def _has_time(self) -> bool:
        return self.time_left() > _RESERVED
