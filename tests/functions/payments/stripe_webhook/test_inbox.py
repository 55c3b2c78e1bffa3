"""The inbox item of each event that Stripe delivers."""

import base64
import copy
import json
import random
import zlib
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.builders import NOW
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values, counted
from tests.functions.given import stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.payment_steps import (
    PaymentSteps,
)
from tests.functions.payments.stripe_webhook.events import DEPOSIT, about, inbox, send, signed
from tests.functions.stripe import create_foreign_intent

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.store.table import Table
from teppan_payments.stripe_provider import StripeProvider


def noise(size: int) -> str:
    """Return a text that compression reduces to three quarters of its size at most."""
    return base64.b64encode(random.Random(7).randbytes(size * 3 // 4)).decode()


class TestInbox:
    def test_the_inbox_keeps_an_event_for_90_days_without_the_client_secret(
        self, call: Handlers, table: Table, delivery: Delivery
    ) -> None:
        call.deliver()

        item = inbox(table, delivery.event["id"])
        kept = copy.deepcopy(delivery.event)
        del kept["data"]["object"]["client_secret"]

        assert item
        assert json.loads(zlib.decompress(item["raw"])) == kept
        assert (item["type"], item["status"]) == ("payment_intent.succeeded", "handled")
        assert item["attempts"] == 1
        assert item["received_at"] == item["handled_at"] == "2026-11-23T18:00:00Z"
        assert item["expires_at"] == (NOW + timedelta(days=90)).timestamp()
        assert item["gsi2pk"] == "WEBHOOKS#stripe#2026-11"
        assert item["gsi2sk"] == f"2026-11-23T18:00:00Z#{delivery.event['id']}"

    def test_the_inbox_counts_the_deliveries_of_an_event(
        self,
        call: Handlers,
        steps: PaymentSteps,
        table: Table,
        output: Output,
        booking: Booking,
        delivery: Delivery,
    ) -> None:
        for _ in range(10):
            answer = call.webhook(delivery.body, signed(delivery.body))
            assert (answer.status, answer.body) == (200, {"received": True})

        item = inbox(table, delivery.event["id"])
        assert item and item["attempts"] == 10
        assert steps.now_of(booking).version == 2
        assert steps.ledger(booking) == [("captured", DEPOSIT)]
        text = output()
        assert counted(text, "WebhooksHandled") == counted(text, "PaymentsCaptured") == 1
        assert counted(text, "WebhooksRepeated") == 9

    def test_an_event_delivered_again_keeps_its_place_and_its_expiry(
        self, call: Handlers, table: Table, now: Clock, delivery: Delivery
    ) -> None:
        call.webhook(delivery.body, signed(delivery.body))
        first = inbox(table, delivery.event["id"])

        now.set(now.at + timedelta(days=8))
        again = signed(delivery.body, at=int(now.at.timestamp()))
        assert call.webhook(delivery.body, again).status == 200

        item = inbox(table, delivery.event["id"])
        assert first and item and item["attempts"] == 2
        kept = ("received_at", "handled_at", "gsi2pk", "gsi2sk", "expires_at")
        assert {name: item[name] for name in kept} == {name: first[name] for name in kept}

    def test_two_overlapping_deliveries_of_an_event_count_it_as_handled_once(
        self,
        call: Handlers,
        steps: PaymentSteps,
        output: Output,
        booking: Booking,
        delivery: Delivery,
    ) -> None:
        # Given a delivery that arrives while another one of the same event calls Stripe
        snapshot, second_delivery = StripeProvider.snapshot, iter([delivery])
        answers: list[Answer] = []

        def snapshot_and_deliver(provider: StripeProvider, payment: str) -> Any:
            found = snapshot(provider, payment)
            answers.extend(call.webhook(each.body, signed(each.body)) for each in second_delivery)
            return found

        # When the webhook receives both
        with patch.object(StripeProvider, "snapshot", snapshot_and_deliver):
            answers.append(call.webhook(delivery.body, signed(delivery.body)))

        # Then one of them counts as repeated
        assert [answer.status for answer in answers] == [200, 200]
        text = output()
        assert (counted(text, "WebhooksHandled"), counted(text, "WebhooksRepeated")) == (1, 1)
        assert counted(text, "PaymentsCaptured") == 1
        assert steps.now_of(booking).version == 2

    @pytest.mark.parametrize("kind", ["customer.created", "payment_intent.created", "🍣"])
    def test_an_event_of_an_unknown_type_is_ignored(
        self, call: Handlers, table: Table, output: Output, kind: str
    ) -> None:
        assert send(call, about("pi_1", type=kind)).status == 200

        item = inbox(table, "evt_1")
        assert item and item["status"] == "ignored"
        text = output()
        assert counted(text, "WebhooksIgnored") == 1
        assert alarm_values(text, "PaymentsUnmatched") == []

    @pytest.mark.parametrize(
        "metadata",
        [
            {},
            {"booking_id": "bkg_" + "a" * 26, "payment_type": "deposit", "attempt": "1"},
            {"booking_id": "17", "payment_type": "deposit", "attempt": "1"},
        ],
        ids=["no metadata", "unknown booking", "malformed booking id"],
    )
    def test_a_payment_that_matches_no_booking_raises_an_alarm(
        self,
        call: Handlers,
        table: Table,
        stripe: FakeStripe,
        output: Output,
        metadata: dict[str, str],
    ) -> None:
        stripe.pay(create_foreign_intent(stripe, DEPOSIT, **metadata))
        (news,) = stripe.outbox.pending()

        assert [each.status for each in call.deliver()] == [200]

        item = inbox(table, news.event["id"])
        assert item and item["status"] == "ignored"
        assert alarm_values(output(), "PaymentsUnmatched") == [1]

    def test_an_event_of_a_payment_that_stripe_does_not_know_is_ignored(
        self, call: Handlers, table: Table
    ) -> None:
        assert send(call, about("pi_gone")).status == 200

        item = inbox(table, "evt_1")
        assert item and item["status"] == "ignored"


class TestLargeEvents:
    """A dispute may hold 150,000 characters of evidence; an item holds at most 400 KB."""

    @pytest.mark.parametrize(
        ("evidence", "is_kept"),
        [
            pytest.param("Cold noodles. " * 10_700, True, id="150,000 characters"),
            pytest.param("\u5bff\u53f8" * 10_000, True, id="20,000 non-ASCII characters"),
            pytest.param("\U0001f363" * 80_000, True, id="80,000 pairs of surrogates"),
            pytest.param("\ud800" * 20_000, True, id="20,000 halves of pairs"),
            pytest.param(noise(500_000), False, id="half a megabyte of noise"),
        ],
    )
    def test_a_large_event_is_handled_and_kept_if_it_fits(
        self, call: Handlers, steps: PaymentSteps, booking: Booking, evidence: str, is_kept: bool
    ) -> None:
        intent = steps.pay(booking)
        changed = {"id": "dp_1", "payment_intent": intent, "evidence": {"text": evidence}}
        event = about(intent, type="charge.dispute.created", data={"object": changed})

        assert send(call, event).status == 200

        assert steps.now_of(booking).status is Status.CONFIRMED
        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["raw_kept"]) == ("handled", is_kept)
        assert item["size"] == len(json.dumps(event))
        assert ("raw" in item) == is_kept
        if is_kept:
            assert json.loads(zlib.decompress(item["raw"])) == event
            assert len(item["raw"]) <= 200 * 1024

    def test_the_client_secret_of_a_payment_is_not_kept(
        self, call: Handlers, delivery: Delivery
    ) -> None:
        call.deliver()

        item = inbox(call.table, delivery.event["id"])
        assert item
        kept = zlib.decompress(item["raw"]).decode()
        assert delivery.event["data"]["object"]["id"] in kept
        assert "_secret_" not in kept

    def test_a_large_lost_event_does_not_stop_reconciliation(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given lost events of a dispute with much evidence, and of a later payment
        dispute = stripe.dispute(steps.pay(booking))
        evidence = {"evidence": {"uncategorized_text": "\u5bff" * 20_000}}
        stripe.account.disputes[dispute["id"]].update(evidence)
        stripe.close_dispute(dispute["id"], won=True)
        other = stored_booking(call.table, date=(NOW + timedelta(days=40)).date())
        steps.pay(other)
        for each in stripe.outbox.pending():
            stripe.outbox.drop(each)

        assert call.job("reconcilePayments", {"scope": "recent"}) is None

        assert steps.now_of(other).status is Status.CONFIRMED
