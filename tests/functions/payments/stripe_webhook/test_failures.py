"""Events that cannot be applied, failures of our own, and the log of an event."""

import json
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.builders import NOW, load_function
from tests.conftest import Clock
from tests.functions import contract
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import (
    PaymentSteps,
    open_payment,
)
from tests.functions.payments.stripe_webhook.events import (
    DEPOSIT,
    MARK,
    about,
    every_five_minutes,
    inbox,
    raising,
    send,
    signed,
)
from tests.functions.stripe import WEBHOOK_SECRET, create_foreign_intent

from teppan.domain.alarm import Alarm
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.errors import EditConflict
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import StorageUnavailable
from teppan.services.payments import apply_payment
from teppan.store import alarms
from teppan.store.table import Table


class TestFailedEvents:
    """A failed event is marked and listed, raises one alarm, and blocks nothing."""

    UNREADABLE: Final = about("pi_1", data={"object": {"id": {"id": "pi_1"}}})

    def test_an_unreadable_event_is_accepted_and_marked_as_failed(
        self, call: Handlers, output: Output
    ) -> None:
        assert [send(call, self.UNREADABLE).status for _ in range(3)] == [200, 200, 200]

        item = inbox(call.table, "evt_1")
        assert item
        assert (item["status"], item["error"], item["attempts"]) == ("failed", "unreadable", 3)
        text = output()
        assert alarm_values(text, "EventsFailed") == [1]
        assert text.count('"event failed"') == 1
        # And no job raises the alarm again
        assert "gsi4pk" not in item

    def test_a_failed_event_keeps_its_mark_until_the_alarm_is_raised(self, call: Handlers) -> None:
        with patch("teppan.services.payments.receive_event.inbox.remove_alarm_mark"):
            send(call, self.UNREADABLE)

        (marked,) = alarms.pending(call.table, NOW)
        assert marked.alarm()[:2] == (Alarm.EVENTS_FAILED, "evt_1")

    def test_an_event_that_dynamodb_refuses_is_not_tried_again(
        self, call: Handlers, booking: Booking, output: Output, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = ClientError({"Error": {"Code": "ValidationException"}}, "TransactWriteItems")
        intent = open_payment(call, booking)
        call.stripe.pay(intent)
        monkeypatch.setattr(Table, "write", lambda *_, **__: raising(refused))

        assert send(call, about(intent)).status == 200

        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["error"]) == ("failed", "ValidationException")
        assert alarm_values(output(), "EventsFailed") == [1]

    def test_an_event_with_five_unexpected_errors_in_twenty_minutes_has_failed(
        self, call: Handlers, booking: Booking, output: Output, now: Clock
    ) -> None:
        intent = open_payment(call, booking)
        call.stripe.pay(intent)
        with patch.object(Table, "write", side_effect=RuntimeError(MARK)):
            statuses = every_five_minutes(call, intent, now, 5)

        assert statuses == [500, 500, 500, 500, 200]
        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["error"]) == ("failed", "RuntimeError")
        text = output()
        assert alarm_values(text, "EventsFailed") == [1]
        assert MARK not in text

    def test_an_event_with_nine_unexpected_errors_at_one_moment_has_not_failed(
        self, call: Handlers, steps: PaymentSteps, booking: Booking, now: Clock
    ) -> None:
        """A broken deployment is rolled back, and Lambda repeats a run up to three times."""
        intent = open_payment(call, booking)
        call.stripe.pay(intent)
        with patch.object(Table, "write", side_effect=RuntimeError(MARK)):
            assert {send(call, about(intent)).status for _ in range(9)} == {500}

        assert every_five_minutes(call, intent, now, 1) == [200]
        assert steps.now_of(booking).status is Status.CONFIRMED

    def test_an_unexpected_error_after_a_long_outage_does_not_fail_the_event(
        self, call: Handlers, stripe: FakeStripe, booking: Booking, now: Clock
    ) -> None:
        intent = open_payment(call, booking)
        stripe.pay(intent)
        stripe.faults.fail_next("reset", times=99)
        every_five_minutes(call, intent, now, 9)
        stripe.faults.clear()

        with patch.object(Table, "write", side_effect=RuntimeError(MARK)):
            assert every_five_minutes(call, intent, now, 1) == [500]

    def test_a_failed_event_that_is_delivered_again_can_still_be_applied(
        self, call: Handlers, steps: PaymentSteps, booking: Booking, now: Clock
    ) -> None:
        intent = open_payment(call, booking)
        call.stripe.pay(intent)
        with patch.object(Table, "write", side_effect=RuntimeError):
            every_five_minutes(call, intent, now, 5)

        assert every_five_minutes(call, intent, now, 1) == [200]

        assert steps.now_of(booking).status is Status.CONFIRMED
        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["attempts"]) == ("handled", 6)
        assert "error" not in item

    def test_a_payment_with_an_unknown_status_fails_its_event(
        self, call: Handlers, stripe: FakeStripe, booking: Booking, now: Clock
    ) -> None:
        intent = open_payment(call, booking)
        stripe.account.payment_intents[intent]["status"] = "paused"

        statuses = every_five_minutes(call, intent, now, 5)

        assert statuses == [500, 500, 500, 500, 200]
        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["error"]) == ("failed", "PaymentUnreadable")

    @pytest.mark.parametrize("times", [1, 9])
    def test_an_event_never_fails_because_stripe_does_not_answer(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, times: int
    ) -> None:
        intent = steps.pay(booking)
        stripe.faults.fail_next("reset", times=99)
        assert {send(call, about(intent)).status for _ in range(times)} == {503}

        stripe.faults.clear()
        assert send(call, about(intent)).status == 200
        assert steps.now_of(booking).status is Status.CONFIRMED

    def test_an_event_whose_booking_others_keep_changing_never_fails_for_good(
        self, call: Handlers, steps: PaymentSteps, booking: Booking, now: Clock
    ) -> None:
        intent = steps.pay(booking)
        with patch.object(apply_payment, "revise", side_effect=EditConflict("Others are faster.")):
            statuses = every_five_minutes(call, intent, now, 6)
        item = inbox(call.table, "evt_1")

        assert statuses == [409] * 6
        assert item and item["status"] == "received"
        assert every_five_minutes(call, intent, now, 1) == [200]
        assert steps.now_of(booking).status is Status.CONFIRMED

    @pytest.mark.parametrize(
        "metadata",
        [
            {"booking_id": "\u5bff" * 500, "attempt": "1"},
            {"booking_id": "b" * 500, "attempt": "1"},
            {"booking_id": "bkg_" + "a" * 26, "attempt": "9" * 500},
            {"booking_id": "bkg_" + "a" * 26, "attempt": "\u0663"},
        ],
        ids=["booking id in Kanji", "long booking id", "long attempt", "Arabic attempt"],
    )
    def test_metadata_that_is_not_ours_is_not_used_as_a_key(
        self, call: Handlers, stripe: FakeStripe, metadata: dict[str, str]
    ) -> None:
        foreign_intent = create_foreign_intent(stripe, DEPOSIT, payment_type="deposit", **metadata)
        stripe.pay(foreign_intent)

        assert [each.status for each in call.deliver()] == [200]


class TestOwnFailures:
    """Stripe delivers an event again unless the answer is 2xx, so no event is lost."""

    @pytest.mark.parametrize("error", [RuntimeError("x"), StorageUnavailable()])
    @pytest.mark.parametrize("method", ["get", "query", "write", "update"])
    @pytest.mark.usefixtures("delivery")
    def test_the_next_delivery_succeeds_after_a_failure_of_the_store(
        self,
        call: Handlers,
        steps: PaymentSteps,
        now: Clock,
        booking: Booking,
        monkeypatch: pytest.MonkeyPatch,
        method: str,
        error: Exception,
    ) -> None:
        status = 503 if isinstance(error, StorageUnavailable) else 500
        with monkeypatch.context() as patched:
            patched.setattr(Table, method, lambda *_, **__: raising(error))
            assert [each.status for each in call.deliver()] == [status]

        now.set(now.at + timedelta(minutes=5))
        assert [each.status for each in call.deliver()] == [200]
        assert steps.now_of(booking).status is Status.CONFIRMED
        steps.check(booking)

    @pytest.mark.parametrize("kind", ["reset", "timeout", "lose_answer", "error_429", "error_500"])
    def test_the_next_delivery_succeeds_after_a_failure_of_stripe(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        delivery: Delivery,
        kind: Any,
    ) -> None:
        stripe.faults.fail_next(kind, times=9)
        (answer,) = call.deliver()
        assert answer.problem == (503, "payment_provider_unavailable")
        item = inbox(call.table, delivery.event["id"])
        assert item and item["status"] == "received"

        stripe.faults.clear()
        now.set(now.at + timedelta(minutes=5))
        assert [each.status for each in call.deliver()] == [200]
        assert steps.now_of(booking).status is Status.CONFIRMED
        item = inbox(call.table, delivery.event["id"])
        assert item and (item["status"], item["attempts"]) == ("handled", 2)

    def test_a_missing_webhook_secret_is_a_503(
        self, call: Handlers, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # A 400 would count as a forged request and raise no alarm about the secret.
        module = load_function(contract.function_of(contract.WEBHOOK))
        monkeypatch.setattr(module, "secret", "a secret that is not there")

        answer = call.webhook(delivery.body, signed(delivery.body))

        assert answer.problem == (503, "storage_unavailable")


class TestLogs:
    @pytest.mark.parametrize("fails", [True, False])
    def test_the_log_of_a_webhook_holds_nothing_that_stripe_sent(
        self,
        call: Handlers,
        delivery: Delivery,
        output: Output,
        monkeypatch: pytest.MonkeyPatch,
        fails: bool,
    ) -> None:
        person = {
            "receipt_email": f"{MARK}@example.com",
            "shipping": {"name": MARK, "phone": "+19998887776", "address": {"line1": MARK}},
            "description": f"{MARK}'s party",
        }
        event = json.loads(delivery.body)
        event["data"]["object"] |= person
        if fails:
            monkeypatch.setattr(Table, "write", lambda *_, **__: raising(RuntimeError(MARK)))

        good = send(call, event)
        forged = call.webhook(json.dumps(event).encode(), f"t=1,v1={MARK}")
        no_json = send(call, f"{{{MARK}".encode())

        assert (good.status, forged.status, no_json.status) == (500 if fails else 200, 400, 400)
        text = output()
        assert text.count('"message":"answered"') == 3
        for secret_text in (
            MARK,
            "19998887776",
            event["data"]["object"]["client_secret"],
            WEBHOOK_SECRET,
            signed(delivery.body),
        ):
            assert secret_text.lower() not in text.lower()
            assert secret_text not in str([each.body for each in (good, forged, no_json)])
