"""Reconciliation: its API key, refunds and alarms under way, and runs that are out of time."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import days_ahead
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values, counted
from tests.functions.given import stored_booking
from tests.functions.handlers import Handlers
from tests.functions.jobs.reconciliation import JOB, MINUTE, lose_webhooks, recent, store
from tests.functions.payment_steps import REFUND_PENDS, PaymentSteps, paid_booking
from tests.functions.stripe import API_KEY

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import StorageUnavailable
from teppan.store import keys
from teppan.store.table import Table, Update
from teppan.trigger import TriggerFailedError


@pytest.fixture
def booking(table: Table) -> Booking:
    return stored_booking(table)


class TestWithoutApiKey:
    """A new stage has random values as Stripe secrets: its jobs do not fail."""

    @pytest.mark.parametrize("scope", ["recent", "full"])
    def test_a_run_without_an_api_key_succeeds_and_logs_the_cause_once(
        self, call: Handlers, output: Output, api_key: str, scope: str
    ) -> None:
        store(api_key, "x7Kq", "x7Kr")

        assert call.job(JOB, {"scope": scope}) is None

        text = output()
        assert text.count('"payments are not configured"') == 1
        assert counted(text, "PaymentsNotConfigured") == 1
        assert counted(text, "Failures") == 0
        assert alarm_values(text, "PaymentsNotConfigured") == []

    def test_the_other_jobs_do_not_fail_without_an_api_key(
        self,
        call: Handlers,
        steps: PaymentSteps,
        output: Output,
        now: Clock,
        table: Table,
        api_key: str,
    ) -> None:
        # Given two bookings whose payments could not be opened: one is cancelled, one is overdue
        store(api_key, "x7Kq", "x7Kr")
        bookings = [stored_booking(table, date=days_ahead(30 + n)) for n in range(2)]
        for each in bookings:
            assert steps.open(each).problem == (502, "payment_provider_failed")
        steps.cancel(bookings[0])
        now.set(now.at + timedelta(days=2))
        output()

        assert steps.follow_up() == []
        call.job("releaseUnpaidBookings")

        assert counted(output(), "Failures") == 0
        assert steps.now_of(bookings[1]).status is Status.CANCELLED

    def test_events_missed_without_an_api_key_are_found_once_there_is_one(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        booking: Booking,
        api_key: str,
    ) -> None:
        steps.pay(booking)
        lose_webhooks(stripe)
        store(api_key, "x7Kq", "x7Kr")
        recent(call)

        store(api_key, API_KEY)
        recent(call)

        assert steps.now_of(booking).status is Status.CONFIRMED

    def test_an_api_key_that_stripe_rejects_fails_the_run(
        self, call: Handlers, stripe: FakeStripe
    ) -> None:
        stripe.api_keys.clear()

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})


class TestRefunds:
    def test_refunds_are_sent_without_the_stream(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe
    ) -> None:
        booking = paid_booking(call)
        steps.cancel(booking)

        recent(call)

        assert [each["amount"] for each in stripe.all_objects("refunds")] == [9_700]
        steps.check(booking)

    def test_a_refund_that_succeeded_without_an_event_is_entered(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock
    ) -> None:
        booking = paid_booking(call, card=REFUND_PENDS)
        steps.cancel(booking)
        steps.follow_up()
        recent(call)
        stripe.set_refund_status(stripe.all_objects("refunds")[0]["id"], "succeeded")
        lose_webhooks(stripe)
        now.set(now.at + timedelta(days=31))  # Stripe deletes events after 30 days

        recent(call)

        assert steps.account(booking)["payment_status"] == "partially_refunded"
        steps.check(booking)

    def test_a_refund_that_fails_does_not_stop_the_others(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table
    ) -> None:
        bookings = [
            paid_booking(call, stored_booking(table, date=days_ahead(30 + n))) for n in range(3)
        ]
        for each in bookings:
            steps.cancel(each)
        payment = next(iter(bookings[1].payments))
        stripe.faults.fail_next("reset", path_prefix=f"/v1/payment_intents/{payment}", times=99)

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})

        assert len(stripe.all_objects("refunds")) == 2
        stripe.faults.clear()
        recent(call)
        assert len(stripe.all_objects("refunds")) == 3
        steps.check(*bookings)

    def test_a_refund_that_cannot_be_sent_fails_the_run_and_is_sent_by_the_next(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, output: Output
    ) -> None:
        # Given a refund that is owed, and a Stripe that fails only for refunds
        booking = paid_booking(call)
        steps.cancel(booking)
        stripe.faults.fail_next("reset", path_prefix="/v1/refunds", times=99)

        # When the job runs
        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})

        # Then the failure is counted, and the next run sends the refund
        assert counted(output(), "Failures") == 1
        stripe.faults.clear()
        recent(call)
        assert [each["amount"] for each in stripe.all_objects("refunds")] == [9_700]
        steps.check(booking)

    def test_a_refund_that_the_run_finishes_is_counted(
        self, call: Handlers, steps: PaymentSteps, output: Output
    ) -> None:
        steps.cancel(paid_booking(call))
        output()

        recent(call)

        assert counted(output(), "RefundsArrived") == 1


class TestAlarms:
    def test_an_alarm_that_the_stream_did_not_raise_is_raised_once(
        self, call: Handlers, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a dispute, and a stream that delivers nothing
        booking = paid_booking(call)
        stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        output()

        # Then the job waits five minutes for the stream, and then raises the alarm
        recent(call)
        assert alarm_values(output(), "DisputesOpened") == []
        now.set(now.at + 5 * MINUTE)
        recent(call)
        assert alarm_values(output(), "DisputesOpened") == [1]
        recent(call)
        assert alarm_values(output(), "DisputesOpened") == []

    def test_an_alarm_that_the_stream_raised_is_not_raised_again(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        booking = paid_booking(call)
        stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        steps.follow_up()
        assert alarm_values(output(), "DisputesOpened") == [1]
        now.set(now.at + timedelta(hours=1))

        recent(call)

        assert alarm_values(output(), "DisputesOpened") == []

    def test_an_alarm_of_a_newer_version_does_not_stop_the_others(
        self, call: Handlers, stripe: FakeStripe, now: Clock, table: Table, output: Output
    ) -> None:
        booking = paid_booking(call)
        stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        unknown_alarm = {"work": keys.ALARMS, "place": "2026-01-01T00:00:00Z#AlarmOfTomorrow#pi_1"}
        table.update(
            Update(("ODD", "ODD"), "SET gsi4pk = :work, gsi4sk = :place", None, unknown_alarm)
        )
        now.set(now.at + 5 * MINUTE)

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "recent"})

        assert alarm_values(output(), "DisputesOpened") == [1]


class TestOutOfTime:
    def test_refunds_that_were_not_begun_are_sent_by_the_next_run(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table
    ) -> None:
        # Given three refunds that the stream missed, and runs with time for one; the first fails
        bookings = [
            paid_booking(call, stored_booking(table, date=days_ahead(30 + n))) for n in range(3)
        ]
        for each in bookings:
            steps.cancel(each)
        first = min(bookings, key=lambda each: each.id)
        path = f"/v1/payment_intents/{next(iter(first.payments))}"
        stripe.faults.fail_next("error_500", path_prefix=path, times=1_000)

        for _ in range(3):
            times_left = iter([900.0] * 4)  # three marks to close, one refund
            with suppress(TriggerFailedError):
                call.job(JOB, {"scope": "recent"}, time_left=partial(next, times_left, 59.0))

        assert len(stripe.all_objects("refunds")) == 2

    def test_events_that_were_not_begun_are_handled_by_the_next_run(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, table: Table
    ) -> None:
        bookings = [stored_booking(table, date=days_ahead(30 + n)) for n in range(2)]
        for each in bookings:
            steps.pay(each)
            lose_webhooks(stripe)
            now.set(now.at + MINUTE)
        call.job(JOB, {"scope": "recent"}, time_left=lambda: 60.0)
        now.set(now.at + timedelta(hours=2))

        recent(call)

        assert {steps.now_of(each).status for each in bookings} == {Status.CONFIRMED}

    @pytest.mark.parametrize("reason", ["stripe does not answer", "no time is left"])
    def test_an_event_that_a_run_did_not_handle_is_handled_by_the_next_one(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        reason: str,
    ) -> None:
        # Given a lost event that is older than the overlap of two windows
        intent = steps.pay(booking)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(hours=1))

        # When one run does not handle it
        if reason == "no time is left":
            call.job(JOB, {"scope": "recent"}, time_left=lambda: 60.0)
        else:
            path = f"/v1/payment_intents/{intent}"
            stripe.faults.fail_next("reset", path_prefix=path, times=99)
            with pytest.raises(TriggerFailedError):
                call.job(JOB, {"scope": "recent"})
            stripe.faults.clear()
        assert steps.now_of(booking) == booking

        # Then the next one does
        now.set(now.at + timedelta(hours=1))
        recent(call)
        assert steps.now_of(booking).status is Status.CONFIRMED

    def test_a_list_that_cannot_be_read_does_not_stop_the_others(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given an index that cannot be read, and a payment whose event was lost
        steps.pay(booking)
        lose_webhooks(stripe)

        with (
            patch("teppan.store.bookings.queues.in_flight", side_effect=lambda _: failing_page()),
            pytest.raises(TriggerFailedError),
        ):
            call.job(JOB, {"scope": "recent"})

        assert steps.now_of(booking).status is Status.CONFIRMED


def failing_page() -> Iterator[Any]:
    """Yield nothing and raise, as a failed page of a Query does."""
    yield from ()
    raise StorageUnavailable


@pytest.mark.parametrize("event", [{}, {"scope": "all"}, {"scope": None}])
def test_a_run_with_an_unknown_scope_fails(call: Handlers, event: dict[str, Any]) -> None:
    with pytest.raises(TriggerFailedError):
        call.job(JOB, event)
