"""A long queue of overdue bookings: released in time, oldest first (`domain.md §4`)."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from itertools import batched
from threading import Barrier, get_ident
from typing import Any, Final

import pytest
from botocore.client import BaseClient
from local.fakes.stripe.fake import FakeStripe
from tests.builders import NOW, attempt, booking, caller, days_ahead, system
from tests.conftest import Clock
from tests.contract.documents import FUNCTIONS
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values, counted
from tests.functions.given import new_id, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import PaymentSteps, open_payment
from tests.functions.stripe import FakeStripeClient
from tests.money.support.swift import SwiftDynamoDB
from tests.sizes import FULL, SIZES
from tests.store.threads import at_once

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.policy import CURRENT
from teppan.services.payments.release_unpaid import THREADS, release_unpaid
from teppan.store import keys
from teppan.store.attributes import to_attributes
from teppan.store.bookings import bookings, queues
from teppan.store.bookings.items import booking_item, event_item
from teppan.store.payments.items import attempt_item
from teppan.trigger import TriggerFailedError
from teppan_payments.stripe_provider import StripeProvider

JOB: Final = "releaseUnpaidBookings"
TIMEOUT: Final = float(FUNCTIONS["ReleaseUnpaidBookingsFunction"]["Properties"]["Timeout"])
MINUTE: Final = 60.0
SECOND: Final = timedelta(seconds=1)
STRIPE_SECONDS: Final = 0.3
"""The time of one answer of Stripe."""
OVERDUE: Final = SIZES.overdue_bookings


class StripeLatency:
    """The time that Stripe's answers would take in a run: added up without waiting."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, latency: float = STRIPE_SECONDS) -> None:
        self.waited: Counter[int] = Counter()
        answer = FakeStripeClient.request

        def slow(client: FakeStripeClient, *request: Any, **more: Any) -> Any:
            self.waited[get_ident()] += latency  # type: ignore[assignment]
            return answer(client, *request, **more)

        monkeypatch.setattr(FakeStripeClient, "request", slow)

    @property
    def seconds(self) -> float:
        """The time of the slowest thread."""
        return max(self.waited.values(), default=0.0)

    @property
    def serial_seconds(self) -> float:
        """The time of all answers one after the other."""
        return sum(self.waited.values())

    def time_left(self) -> float:
        return TIMEOUT - self.seconds


def store_queue(call: Handlers, number: int) -> list[Booking]:
    """Store bookings with open intents whose payment deadlines are one second apart."""
    queue = []
    for n in range(number):
        queued_booking = stored_booking(
            call.table, by_staff=True, date=days_ahead(30 + n), at=NOW + n * SECOND
        )
        open_payment(call, queued_booking)
        queue.append(queued_booking)
    return queue


def statuses(steps: PaymentSteps, queue: Sequence[Booking]) -> list[str]:
    return [steps.now_of(each).status.value for each in queue]


def test_many_overdue_bookings_with_open_intents_are_released_in_one_run(
    call: Handlers,
    stripe: FakeStripe,
    dynamodb: BaseClient,
    table_name: str,
    now: Clock,
    output: Output,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given answers of Stripe that together take the same time for any number of bookings
    queue = store_bookings_with_intents(call.provider, dynamodb, table_name, OVERDUE)
    now.set(queue[0].payment_due_at + SECOND)
    latency = STRIPE_SECONDS * FULL.overdue_bookings / OVERDUE
    elapsed = StripeLatency(monkeypatch, latency)

    # When
    call.job(JOB, time_left=elapsed.time_left)

    # Then all are released, each with one call of Stripe
    text = output()
    assert counted(text, "BookingsReleased") == OVERDUE
    assert alarm_values(text, "OverdueBookingsLeft") == [0]
    assert Counter(each["status"] for each in stripe.all_objects("payment_intents")) == {
        "canceled": OVERDUE
    }
    assert list(queues.due(call.table, keys.RELEASE, now.at)) == []
    assert elapsed.serial_seconds == pytest.approx(OVERDUE * latency)
    # And one after the other would have been far too slow
    assert elapsed.seconds < TIMEOUT - MINUTE < elapsed.serial_seconds / 2


def store_bookings_with_intents(
    provider: StripeProvider, dynamodb: BaseClient, table_name: str, number: int
) -> list[Booking]:
    """Store bookings of different customers, each with an open intent, in batches."""
    queue, items = [], []
    for n in range(number):
        day = date(2026, 12, 1) + timedelta(days=n // 4 % 300)
        by = caller(f"{n:08}-1111-4111-8111-111111111111")
        queued_booking = booking(new_id(), caller=by, date=day, time=CURRENT.start_times[n % 4])
        first_attempt = attempt(booking_id=queued_booking.id)
        intent = provider.open(first_attempt).id
        open_attempt = attempt(booking_id=queued_booking.id, intent=intent)
        queue.append(queued_booking)
        pk, sk = keys.open_payment(queued_booking.id)
        guard = {"pk": pk, "sk": sk, "open": open_attempt.name, "attempts": 1}
        event = event_item(audit_event(None, queued_booking, by))
        items += [booking_item(queued_booking), event, attempt_item(open_attempt), guard]
    with closing(SwiftDynamoDB(dynamodb.meta.endpoint_url)) as client:
        for chunk in batched(items, 24, strict=False):
            puts = [{"PutRequest": {"Item": to_attributes(item)}} for item in chunk]
            client.batch_write_item(RequestItems={table_name: puts})
    return queue


def test_several_overdue_bookings_are_released_in_parallel(
    call: Handlers, steps: PaymentSteps, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe answers only when six requests wait: without parallel calls the run would not end."""
    queue = store_queue(call, 2 * THREADS)
    now.set(queue[-1].payment_due_at + SECOND)
    barrier = Barrier(THREADS, timeout=60)
    answer = FakeStripeClient.request

    def wait(client: FakeStripeClient, *request: Any, **more: Any) -> Any:
        barrier.wait()
        return answer(client, *request, **more)

    monkeypatch.setattr(FakeStripeClient, "request", wait)

    call.job(JOB)

    assert statuses(steps, queue) == ["cancelled"] * len(queue)


def test_the_threads_stay_below_stripes_rate_limit() -> None:
    """docs.stripe.com/rate-limits: 25 a second, of 100 for the account; 25 in a sandbox."""
    assert THREADS / STRIPE_SECONDS < 25


class TestRunOutOfTime:
    def test_a_run_out_of_time_stops_before_lambda_stops_it_and_reports_what_is_left(
        self, call: Handlers, now: Clock, output: Output
    ) -> None:
        queue = store_queue(call, 20)
        now.set(queue[-1].payment_due_at + SECOND)

        call.job(JOB, time_left=out_of_time_after(12))

        text = output()
        assert alarm_values(text, "OverdueBookingsLeft") == [8]
        assert counted(text, "BookingsReleased") == 12
        assert counted(text, "Failures") == 0

    def test_a_run_out_of_time_has_released_the_oldest_bookings(
        self, call: Handlers, steps: PaymentSteps, now: Clock
    ) -> None:
        queue = store_queue(call, 10)
        now.set(queue[-1].payment_due_at + SECOND)

        call.job(JOB, time_left=out_of_time_after(4))

        assert statuses(steps, queue) == ["cancelled"] * 4 + ["pending"] * 6

    def test_the_next_run_continues_a_run_out_of_time(
        self, call: Handlers, steps: PaymentSteps, now: Clock
    ) -> None:
        queue = store_queue(call, 10)
        now.set(queue[-1].payment_due_at + SECOND)

        for _ in range(3):
            call.job(JOB, time_left=out_of_time_after(4))

        assert statuses(steps, queue) == ["cancelled"] * 10

    def test_a_run_begins_nothing_in_its_last_minute(
        self, call: Handlers, steps: PaymentSteps, now: Clock, output: Output
    ) -> None:
        queue = store_queue(call, 2)
        now.set(queue[-1].payment_due_at + SECOND)

        call.job(JOB, time_left=lambda: MINUTE)

        assert statuses(steps, queue) == ["pending"] * 2
        assert alarm_values(output(), "OverdueBookingsLeft") == [2]

    def test_bookings_that_fail_repeatedly_do_not_block_the_others(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock
    ) -> None:
        # Given ten bookings of which the six oldest cannot be released
        queue = store_queue(call, 10)
        now.set(queue[-1].payment_due_at + SECOND)
        for queued_booking in queue[:6]:
            [open_attempt] = steps.account(queued_booking)["payments"]
            path = f"/v1/payment_intents/{open_attempt['payment_intent_id']}"
            stripe.faults.fail_next("error_500", path_prefix=path, times=1_000)

        # When each run has time for four at most
        for _ in range(2):
            with pytest.raises(TriggerFailedError):
                call.job(JOB, time_left=out_of_time_after(4))
        call.job(JOB, time_left=out_of_time_after(2))

        # Then the others are released
        assert statuses(steps, queue) == ["pending"] * 6 + ["cancelled"] * 4

        # And the six are released once Stripe works again
        stripe.faults.clear()
        call.job(JOB)
        assert statuses(steps, queue) == ["cancelled"] * 10


def out_of_time_after(count: int) -> Callable[[], float]:
    """Return a function for `time_left` that leaves time for `count` bookings.

    Each call that returns enough time begins one booking.
    """
    times_left = iter([TIMEOUT] * count)
    return lambda: next(times_left, MINUTE)


class TestConcurrentRuns:
    """Reserved concurrency prevents two runs at once; if they happen, they have one effect."""

    def test_concurrent_runs_release_a_booking_once(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock
    ) -> None:
        [overdue] = store_queue(call, 1)
        now.set(overdue.payment_due_at + SECOND)
        run = partial(release_unpaid, call.table, call.provider, overdue.id, system(now.at))

        answers = at_once([run] * 8)

        assert [each for each in answers if not isinstance(each, bool)] == []
        assert steps.now_of(overdue).status is Status.CANCELLED
        assert steps.now_of(overdue).version == 2
        trail = bookings.events(call.table, overdue.id, 10, None)
        assert [event.version for event in trail] == [1, 2]
        assert [each["status"] for each in stripe.all_objects("payment_intents")] == ["canceled"]

    def test_concurrent_runs_confirm_a_paid_booking_once(
        self, call: Handlers, steps: PaymentSteps, now: Clock
    ) -> None:
        overdue = stored_booking(call.table)
        steps.pay(overdue)
        now.set(overdue.payment_due_at + SECOND)

        run = partial(release_unpaid, call.table, call.provider, overdue.id, system(now.at))

        answers = at_once([run] * 8)

        assert answers == [False] * 8
        assert steps.now_of(overdue).status is Status.CONFIRMED
        assert steps.ledger(overdue) == [("captured", 10_000)]


def test_a_failed_release_names_its_own_booking_in_the_log(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, output: Output
) -> None:
    """Threads share the keys of the logger unless each thread sets its own."""
    queue = store_queue(call, 12)
    now.set(queue[-1].payment_due_at + SECOND)
    stripe.faults.fail_next("error_500", path_prefix="/v1/payment_intents", times=1_000)

    with pytest.raises(TriggerFailedError):
        call.job(JOB)

    lines = [json.loads(line) for line in output().splitlines() if line.startswith("{")]
    failed_ids = [line["item"] for line in lines if line.get("message") == "failed in part"]
    assert sorted(failed_ids) == sorted(each.id for each in queue)
