"""What a run of `reconcile_payments` goes through; no walk waits for another's failures (§7)."""

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
from teppan.services.job_queue import LAST_BEGIN, work_through
from teppan.services.payments.missed_events import (
    look_again,
    mark_seen,
    receive_again,
    unseen_events,
)
from teppan.services.payments.open_payments import close_marked
from teppan.services.payments.provider import PaymentProvider
from teppan.services.payments.receive_event import end_alarm
from teppan.services.payments.send_refunds import send_refunds
from teppan.store import alarms
from teppan.store.alarms import Marked
from teppan.store.bookings import bookings, closing_marks
from teppan.store.queue import Queued
from teppan.store.table import Table

_RESERVED: Final = timedelta(minutes=7)
"""What a walk leaves of a run's 15 minutes to what comes after it."""

_LEFT_TO_STREAM: Final = timedelta(minutes=5)
"""How long an alarm waits for the stream to raise it, so that few are raised twice."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `author` returns who acts at the present instant, `time_left` how long it may last.

    Each walk gives what it did to its `record` at once: a run may be stopped.
    """

    table: Table
    provider: PaymentProvider
    author: Callable[[], Caller]
    time_left: Callable[[], timedelta]

    def raise_alarms(self, raise_alarm: Callable[[Alarm, str], None]) -> BatchResult[Marked, None]:
        """Raise the alarms that the stream has not raised."""

        def follow(marked: Marked) -> None:
            pending = marked.alarm()
            raise_alarm(pending.alarm, pending.subject)
            alarms.raised(self.table, pending)

        return run_each(alarms.marked(self.table, self.author().at - _LEFT_TO_STREAM), follow)

    def close_payments(self) -> BatchResult[Queued, None]:
        """Close the open payments that ask for more than is due by now."""

        def close(queued: Queued) -> None:
            close_marked(self.table, self.provider, queued.booking_id, queued.place, self.author())

        return work_through(
            self.table,
            "reconcilePayments:close",
            closing_marks.to_close(self.table),
            partial(run_each, do=close, may_begin=self._leaves_enough),
        )

    def send_refunds(self, record: Callable[[SendResult], None]) -> BatchResult[Queued, None]:
        """Send the refunds that are owed, and look what has become of those on their way."""

        def send(queued: Queued) -> None:
            record(send_refunds(self.table, self.provider, queued.booking_id, self.author()))

        return work_through(
            self.table,
            "reconcilePayments:settle",
            bookings.unsettled(self.table),
            partial(run_each, do=send, may_begin=self._leaves_enough),
        )

    def receive_events(
        self, record: Callable[[PaymentEvent, EventResult, datetime], None]
    ) -> BatchResult[PaymentEvent, None]:
        """Receive the events that were missed; those left are in the window of the next run."""

        def receive(event: PaymentEvent) -> None:
            caller = self.author()
            received = receive_again(self.table, self.provider, event, caller, looked_at)
            record(event, received, caller.at)
            end_alarm(self.table, event, received)

        began = self.author().at
        looked_at: set[str] = set()
        outcome = run_each(
            unseen_events(self.table, self.provider, began),
            receive,
            lambda: self.time_left() > LAST_BEGIN,
        )
        mark_seen(self.table, outcome, began)
        return outcome

    def mend(
        self, differing: Iterable[str], record: Callable[[tuple[LedgerEntry, ...]], None]
    ) -> BatchResult[str, None]:
        """Enter what the ledgers of payments lack whose books differ."""

        def look(payment: str) -> None:
            record(look_again(self.table, self.provider, payment, self.author()))

        return run_each(differing, look, self._leaves_enough)

    def _leaves_enough(self) -> bool:
        return self.time_left() > _RESERVED
