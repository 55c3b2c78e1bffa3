"""What Stripe tells us: only when it is signed, once, and never taken at its word."""

import base64
import copy
import json
import random
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.outbox import Delivery
from local.fakes.stripe.webhooks.signature import signature_header
from tests.builders import NOW, load_function
from tests.conftest import Clock
from tests.contract.documents import SUBSCRIPTION
from tests.functions import contract
from tests.functions.conftest import Output
from tests.functions.emf import counted, emitted, told
from tests.functions.every_operation.test_headers import EVERYWHERE
from tests.functions.given import Snapshot, stored
from tests.functions.handlers import Answer, Handlers
from tests.functions.money import (
    BANK,
    DECLINED,
    DISPUTED,
    REFUND_FAILS,
    REFUND_PENDS,
    SECURE,
    Till,
    opened,
    paid,
)
from tests.functions.secrets_manager import new_secret, rotate
from tests.functions.stripe import WEBHOOK_SECRET, intent_of_others

from teppan import secret
from teppan.domain.alarm import Alarm
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.errors import EditConflict
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import StorageUnavailable
from teppan.services.payments import apply_payment
from teppan.store import alarms, keys
from teppan.store.attributes import Item
from teppan.store.table import Table
from teppan_payments.events import HANDLED
from teppan_payments.stripe_provider import StripeProvider

DEPOSIT: Final = 10_000
SECONDS: Final = int(NOW.timestamp())
LARGEST: Final = 1024 * 1024
REFUSED: Final = (400, "invalid_signature")
MARK: Final = "Xanthippe"


def noise(size: int) -> str:
    """Return a text that no compression makes smaller than three quarters of it."""
    return base64.b64encode(random.Random(7).randbytes(size * 3 // 4)).decode()


@pytest.fixture
def booking(table: Table) -> Booking:
    return stored(table)


@pytest.fixture
def delivery(till: Till, stripe: FakeStripe, booking: Booking) -> Delivery:
    """The news that the booking's deposit is paid."""
    till.pay(booking)
    (one,) = stripe.outbox.pending()
    return one


def signed(raw: bytes, *secrets: str, at: int = SECONDS) -> str:
    """Return Stripe's signature, by our secret unless others are given."""
    return signature_header(raw, secrets or (WEBHOOK_SECRET,), at)


def send(call: Handlers, document: Any) -> Answer:
    """Send a document of our own making, rightly signed."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return call.webhook(raw, signed(raw))


def every_five_minutes(call: Handlers, intent: str, now: Clock, times: int) -> list[int]:
    """Send an event of the intent so often, and return the statuses of the answers."""
    statuses = []
    for _ in range(times):
        now.set(now.at + timedelta(minutes=5))
        raw = json.dumps(about(intent)).encode()
        header = signed(raw, at=int(now.at.timestamp()))
        statuses.append(call.webhook(raw, header).status)
    return statuses


def inbox(table: Table, event_id: str) -> Item | None:
    """Return what the inbox keeps of an event."""
    return table.get(keys.webhook("stripe", event_id))


def about(intent: str, event_id: str = "evt_1", **changes: Any) -> dict[str, Any]:
    """Return an event that says that the intent was paid."""
    return {
        "id": event_id,
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": SECONDS,
        "livemode": False,
        "data": {"object": {"id": intent, "object": "payment_intent"}},
    } | changes


class TestTheSignature:
    """Over the raw bytes, by a secret that is valid now, at most five minutes from our time."""

    def test_that_is_right_is_received(
        self, call: Handlers, till: Till, booking: Booking, delivery: Delivery
    ) -> None:
        answer = call.webhook(delivery.body, signed(delivery.body))

        assert (answer.status, answer.body) == (200, {"received": True})
        assert till.now_of(booking).status is Status.CONFIRMED
        assert till.ledger(booking) == [("captured", DEPOSIT)]

    @pytest.mark.parametrize("seconds", [-299, -300, 0, 299, 300])
    def test_may_be_a_little_old_or_early(
        self, call: Handlers, delivery: Delivery, seconds: int
    ) -> None:
        header = signed(delivery.body, at=SECONDS + seconds)

        assert call.webhook(delivery.body, header).status == 200

    @pytest.mark.parametrize("seconds", [-(10**9), -301, 301, 86_400, 10**12])
    def test_must_not_be_older_or_earlier(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, seconds: int
    ) -> None:
        before = snapshot()

        header = signed(delivery.body, at=SECONDS + seconds)

        assert call.webhook(delivery.body, header).problem == REFUSED
        assert snapshot() == before

    @pytest.mark.parametrize(
        "header",
        [
            pytest.param(None, id="missing"),
            pytest.param("", id="empty"),
            pytest.param("nonsense", id="nonsense"),
            pytest.param("t={t}", id="no signature"),
            pytest.param("t={t},v1=", id="an empty one"),
            pytest.param("v1={v1}", id="no time"),
            pytest.param("t=,v1={v1}", id="an empty time"),
            pytest.param("t=now,v1={v1}", id="no number"),
            pytest.param("t=+{t},v1={v1}", id="a sign"),
            pytest.param("t= {t},v1={v1}", id="a space"),
            pytest.param("t={t}.0,v1={v1}", id="a fraction"),
            pytest.param("t=nan,v1={v1}", id="no number at all"),
            pytest.param("t=\u0661,v1={v1}", id="another script's digit"),
            pytest.param("t=" + "9" * 5000 + ",v1={v1}", id="an endless number"),
            pytest.param("t={t},v0={v1}", id="the scheme of tests"),
            pytest.param("t={t},v2={v1}", id="a scheme to come"),
            pytest.param("t={t},V1={v1}", id="a scheme in capitals"),
            pytest.param("t={t},v1={V1}", id="in capitals"),
            pytest.param("t={t},v1={v1}0", id="one digit more"),
            pytest.param("t={t},v1={short}", id="one digit less"),
            pytest.param("t={t};v1={v1}", id="another separator"),
            pytest.param("t={later},t={t},v1={v1}", id="two times, the first not signed"),
            pytest.param("t={old},v1={v1}", id="an old time"),
            pytest.param("t={t},v1=\u00e9", id="not ASCII"),
        ],
    )
    def test_of_any_other_form_is_refused(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, header: str | None
    ) -> None:
        before = snapshot()
        v1 = signed(delivery.body).partition("v1=")[2]
        parts = {"t": SECONDS, "later": SECONDS + 1, "old": SECONDS - 301, "v1": v1}
        filled = header and header.format(**parts, V1=v1.upper(), short=v1[:-1])

        answer = call.webhook(delivery.body, filled)

        assert answer.problem == REFUSED
        assert snapshot() == before

    @pytest.mark.parametrize(
        "secrets",
        [
            pytest.param([""], id="empty"),
            pytest.param(["whsec_another"], id="another"),
            pytest.param([WEBHOOK_SECRET + " "], id="almost ours"),
            pytest.param([WEBHOOK_SECRET.upper()], id="in capitals"),
            pytest.param(["stripe-webhook-secret"], id="its name"),
            pytest.param(["None", "null", "sk_test_fake"], id="guesses"),
        ],
    )
    def test_by_another_secret_is_refused(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, secrets: list[str]
    ) -> None:
        before = snapshot()

        answer = call.webhook(delivery.body, signed(delivery.body, *secrets))

        assert answer.problem == REFUSED
        assert snapshot() == before

    def test_by_ours_among_others_is_received(self, call: Handlers, delivery: Delivery) -> None:
        header = signed(delivery.body, "whsec_another", WEBHOOK_SECRET, "whsec_third")

        assert call.webhook(delivery.body, header).status == 200

    @pytest.mark.parametrize(
        "encode",
        [
            pytest.param(lambda raw: json.dumps(json.loads(raw)).encode(), id="re-encoded"),
            pytest.param(lambda raw: raw + b"\n", id="one line more"),
            pytest.param(lambda raw: raw.strip()[:-1] + b" }", id="one space more"),
            pytest.param(lambda raw: raw.replace(b"10000", b"10001"), id="a cent more"),
            pytest.param(lambda raw: raw.replace(b"\n", b"\r\n"), id="other line ends"),
            pytest.param(lambda raw: b"\xef\xbb\xbf" + raw, id="a mark before it"),
            pytest.param(lambda _: b"", id="nothing"),
        ],
    )
    def test_fits_the_very_bytes(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, encode: Any
    ) -> None:
        before = snapshot()

        answer = call.webhook(encode(delivery.body), signed(delivery.body))

        assert answer.problem == REFUSED
        assert snapshot() == before

    def test_fits_however_lambda_hands_the_bytes_on(
        self, call: Handlers, delivery: Delivery
    ) -> None:
        answer = call.webhook(delivery.body, signed(delivery.body), encoded=True)

        assert answer.status == 200

    def test_that_does_not_fit_is_counted_and_wakes_nobody(
        self, call: Handlers, output: Output, delivery: Delivery
    ) -> None:
        call.webhook(delivery.body, "t=1,v1=1")
        call.webhook(delivery.body, signed(delivery.body))

        text = output()
        assert counted(text, "WebhooksRefused") == 1
        assert [line["operation"] for line in emitted(text) if "WebhooksRefused" in line] == [
            "stripeWebhook"
        ]
        # Anybody can send one, and alarms watch what is told by the service alone.
        assert told(text, "WebhooksRefused") == []

    def test_is_looked_at_before_the_body(self, call: Handlers) -> None:
        assert call.webhook(b"{", "t=1,v1=1").problem == REFUSED


class TestRotation:
    """The secret before the current one stays good, and a newer one is found."""

    @pytest.fixture
    def name(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """A webhook secret that this test alone uses."""
        name = new_secret(WEBHOOK_SECRET)
        monkeypatch.setattr(load_function(contract.function_of(contract.WEBHOOK)), "secret", name)
        self.forget(monkeypatch)
        return name

    def forget(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be an instance that has read no secret yet."""
        monkeypatch.setattr(secret, "_cache", {})
        monkeypatch.setattr(secret, "_reread_at", {})

    @pytest.mark.parametrize("secrets", [["old"], ["new"], ["new", "old"], ["old", "new"]])
    @pytest.mark.parametrize("is_new", [True, False], ids=["new instance", "old instance"])
    def test_both_are_good(
        self,
        call: Handlers,
        name: str,
        delivery: Delivery,
        monkeypatch: pytest.MonkeyPatch,
        secrets: list[str],
        is_new: bool,
    ) -> None:
        values = {"old": WEBHOOK_SECRET, "new": "whsec_new"}
        list(secret.valid(name))
        self.forget(monkeypatch) if is_new else secret._reread_at.clear()
        rotate(name, values["new"])

        header = signed(delivery.body, *(values[each] for each in secrets))

        assert call.webhook(delivery.body, header).status == 200

    def test_what_was_replaced_twice_is_not(
        self, call: Handlers, name: str, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rotate(name, "whsec_new")
        rotate(name, "whsec_newer")
        self.forget(monkeypatch)

        assert call.webhook(delivery.body, signed(delivery.body)).problem == REFUSED

    def test_stripe_s_own_goes_through(
        self, call: Handlers, stripe: FakeStripe, name: str, delivery: Delivery
    ) -> None:
        # Given a secret that is rolled at Stripe, and put into ours some time later
        rolled = stripe.outbox.roll_secret(delivery.endpoint)
        assert call.webhook(delivery.body, stripe.outbox.sign(delivery)).status == 200

        rotate(name, rolled)
        secret._reread_at.clear()
        stripe.outbox.roll_secret(delivery.endpoint, 0)
        header = signed(delivery.body, rolled)

        assert call.webhook(delivery.body, header).status == 200


class TestTheRequest:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_is_a_post(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, method: str
    ) -> None:
        before = snapshot()

        answer = call.webhook(delivery.body, signed(delivery.body), method=method)

        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"
        assert snapshot() == before

    @pytest.mark.parametrize("encoded", [True, False])
    @pytest.mark.parametrize(("size", "status"), [(LARGEST, 200), (LARGEST + 1, 413)])
    def test_has_at_most_a_megabyte(
        self, call: Handlers, encoded: bool, size: int, status: int
    ) -> None:
        raw = json.dumps(about("pi_1")).encode().ljust(size)

        answer = call.webhook(raw, signed(raw), encoded=encoded)

        assert answer.status == status
        if status == 413:
            assert answer.problem == (413, "body_too_large")

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b"1",
            b'"evt_1"',
            b"[" * 20_000,
            b'{"id": "evt_1"}',
            b'{"id": "evt_1", "type": "x", "created": "now", "data": {"object": {}}}',
            b'{"id": "evt_1", "type": "x", "created": 1e300, "data": {"object": {}}}',
            b'{"id": "evt_1", "type": "x", "created": NaN, "data": {"object": {}}}',
            b'{"id": "", "type": "x", "created": 1, "data": {"object": {}}}',
            b'{"id": 1, "type": "x", "created": 1, "data": {"object": {}}}',
            b'{"id": "evt_1", "type": [], "created": 1, "data": {"object": {}}}',
            b'{"id": "%s", "type": "x", "created": 1, "data": {"object": {}}}' % (b"e" * 256),
            b'{"id": "evt_\xc3\xa9", "type": "x", "created": 1, "data": {"object": {}}}',
        ],
        ids=lambda raw: raw[:70].decode(),
    )
    def test_is_an_event(self, call: Handlers, snapshot: Snapshot, raw: bytes) -> None:
        before = snapshot()

        answer = call.webhook(raw, signed(raw), encoded=True)

        assert answer.problem == (400, "malformed_json")
        assert snapshot() == before

    def test_is_text(self, call: Handlers, snapshot: Snapshot) -> None:
        before = snapshot()

        assert call.webhook(b"\xff\xfe", signed(b"\xff\xfe"), encoded=True).problem == REFUSED
        assert snapshot() == before

    def test_must_be_handed_on_whole(self, call: Handlers) -> None:
        event = {
            "requestContext": {"http": {"method": "POST", "path": "/"}, "requestId": "r"},
            "headers": {"stripe-signature": "t=1"},
            "body": "%%%",
            "isBase64Encoded": True,
        }

        assert call.send(contract.WEBHOOK, event).problem == (400, "malformed_json")

    @pytest.mark.parametrize("header", ["Stripe-Signature", "STRIPE-SIGNATURE", "stripe-signature"])
    def test_has_its_signature_in_a_header_of_any_case(
        self, call: Handlers, delivery: Delivery, header: str
    ) -> None:
        event = {
            "requestContext": {"http": {"method": "POST", "path": "/"}, "requestId": "r"},
            "headers": {header: signed(delivery.body)},
            "body": base64.b64encode(delivery.body).decode(),
            "isBase64Encoded": True,
        }

        assert call.send(contract.WEBHOOK, event).status == 200

    @pytest.mark.parametrize("good", [True, False])
    def test_is_answered_as_securely_as_any(
        self, call: Handlers, delivery: Delivery, good: bool
    ) -> None:
        answer = call.webhook(delivery.body, signed(delivery.body) if good else None)

        assert EVERYWHERE.items() <= answer.headers.items()
        assert answer.headers["X-Request-Id"]
        assert "Access-Control-Allow-Origin" not in answer.headers


class TestTheInbox:
    def test_keeps_the_event_for_90_days_without_what_lets_a_browser_pay(
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

    def test_counts_how_often_it_came(
        self,
        call: Handlers,
        till: Till,
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
        assert till.now_of(booking).version == 2
        assert till.ledger(booking) == [("captured", DEPOSIT)]
        text = output()
        assert counted(text, "WebhooksHandled") == counted(text, "PaymentsCaptured") == 1
        assert counted(text, "WebhooksRepeated") == 9

    def test_an_event_that_comes_again_later_keeps_its_place_and_its_90_days(
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
        self, call: Handlers, till: Till, output: Output, booking: Booking, delivery: Delivery
    ) -> None:
        # Given a delivery of the event that comes while Stripe is asked because of another one
        snapshot, second = StripeProvider.snapshot, iter([delivery])
        answers: list[Answer] = []

        def look(provider: StripeProvider, payment: str) -> Any:
            found = snapshot(provider, payment)
            answers.extend(call.webhook(each.body, signed(each.body)) for each in second)
            return found

        # When both are received
        with patch.object(StripeProvider, "snapshot", look):
            answers.append(call.webhook(delivery.body, signed(delivery.body)))

        # Then one of them is a repetition
        assert [answer.status for answer in answers] == [200, 200]
        text = output()
        assert (counted(text, "WebhooksHandled"), counted(text, "WebhooksRepeated")) == (1, 1)
        assert counted(text, "PaymentsCaptured") == 1
        assert till.now_of(booking).version == 2

    @pytest.mark.parametrize("kind", ["customer.created", "payment_intent.created", "🍣"])
    def test_ignores_what_we_have_not_asked_for(
        self, call: Handlers, table: Table, output: Output, kind: str
    ) -> None:
        assert send(call, about("pi_1", type=kind)).status == 200

        item = inbox(table, "evt_1")
        assert item and item["status"] == "ignored"
        text = output()
        assert counted(text, "WebhooksIgnored") == 1
        assert told(text, "PaymentsUnmatched") == []

    @pytest.mark.parametrize(
        "metadata",
        [
            {},
            {"booking_id": "bkg_" + "a" * 26, "payment_type": "deposit", "attempt": "1"},
            {"booking_id": "17", "payment_type": "deposit", "attempt": "1"},
        ],
        ids=["another shop's", "of no booking", "of no id"],
    )
    def test_tells_of_a_payment_that_fits_no_booking(
        self,
        call: Handlers,
        table: Table,
        stripe: FakeStripe,
        output: Output,
        metadata: dict[str, str],
    ) -> None:
        stripe.pay(intent_of_others(stripe, DEPOSIT, **metadata))
        (news,) = stripe.outbox.pending()

        assert [each.status for each in call.deliver()] == [200]

        item = inbox(table, news.event["id"])
        assert item and item["status"] == "ignored"
        assert told(output(), "PaymentsUnmatched") == [1]

    def test_knows_an_event_of_a_payment_that_stripe_denies(
        self, call: Handlers, table: Table
    ) -> None:
        assert send(call, about("pi_gone")).status == 200

        item = inbox(table, "evt_1")
        assert item and item["status"] == "ignored"


class TestAsLargeAsStripeMakesThem:
    """A dispute holds 150,000 characters of evidence, and an item of ours 400 KB at most."""

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
    def test_is_received_and_handled_and_kept_where_it_fits(
        self, call: Handlers, till: Till, booking: Booking, evidence: str, is_kept: bool
    ) -> None:
        intent = till.pay(booking)
        changed = {"id": "dp_1", "payment_intent": intent, "evidence": {"text": evidence}}
        event = about(intent, type="charge.dispute.created", data={"object": changed})

        assert send(call, event).status == 200

        assert till.now_of(booking).status is Status.CONFIRMED
        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["raw_kept"]) == ("handled", is_kept)
        assert item["size"] == len(json.dumps(event))
        assert ("raw" in item) == is_kept
        if is_kept:
            assert json.loads(zlib.decompress(item["raw"])) == event
            assert len(item["raw"]) <= 200 * 1024

    def test_a_secret_of_a_payment_is_not_kept(self, call: Handlers, delivery: Delivery) -> None:
        call.deliver()

        item = inbox(call.table, delivery.event["id"])
        assert item
        kept = zlib.decompress(item["raw"]).decode()
        assert delivery.event["data"]["object"]["id"] in kept
        assert "_secret_" not in kept

    def test_does_not_stop_the_job_that_looks_for_lost_ones(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given a dispute with much evidence, and a payment after it, whose webhooks were lost
        dispute = stripe.dispute(till.pay(booking))
        evidence = {"evidence": {"uncategorized_text": "\u5bff" * 20_000}}
        stripe.account.disputes[dispute["id"]].update(evidence)
        stripe.close_dispute(dispute["id"], won=True)
        other = stored(call.table, date=(NOW + timedelta(days=40)).date())
        till.pay(other)
        for each in stripe.outbox.pending():
            stripe.outbox.drop(each)

        assert call.job("reconcilePayments", {"scope": "recent"}) is None

        assert till.now_of(other).status is Status.CONFIRMED


class TestWhatCanNeverBeApplied:
    """It is marked, told once and listed, and nothing waits for it."""

    UNREADABLE: Final = about("pi_1", data={"object": {"id": {"id": "pi_1"}}})

    def test_is_taken_from_stripe_and_marked_as_failed(
        self, call: Handlers, output: Output
    ) -> None:
        assert [send(call, self.UNREADABLE).status for _ in range(3)] == [200, 200, 200]

        item = inbox(call.table, "evt_1")
        assert item
        assert (item["status"], item["error"], item["attempts"]) == ("failed", "unreadable", 3)
        text = output()
        assert told(text, "EventsFailed") == [1]
        assert text.count('"event failed"') == 1
        # And no job needs to tell it again
        assert "gsi4pk" not in item

    def test_keeps_its_mark_while_nobody_has_told_it(self, call: Handlers) -> None:
        with patch("teppan.services.payments.receive_event.inbox.alarm_raised"):
            send(call, self.UNREADABLE)

        (marked,) = alarms.pending(call.table, NOW)
        assert marked.alarm()[:2] == (Alarm.EVENTS_FAILED, "evt_1")

    def test_of_dynamodb_s_own_refusal_is_not_tried_again(
        self, call: Handlers, booking: Booking, output: Output, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = ClientError({"Error": {"Code": "ValidationException"}}, "TransactWriteItems")
        intent = opened(call, booking)
        call.stripe.pay(intent)
        monkeypatch.setattr(Table, "write", lambda *_, **__: raising(refused))

        assert send(call, about(intent)).status == 200

        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["error"]) == ("failed", "ValidationException")
        assert told(output(), "EventsFailed") == [1]

    def test_is_what_fails_unexpectedly_five_times_in_twenty_minutes(
        self, call: Handlers, booking: Booking, output: Output, now: Clock
    ) -> None:
        intent = opened(call, booking)
        call.stripe.pay(intent)
        with patch.object(Table, "write", side_effect=RuntimeError(MARK)):
            statuses = every_five_minutes(call, intent, now, 5)

        assert statuses == [500, 500, 500, 500, 200]
        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["error"]) == ("failed", "RuntimeError")
        text = output()
        assert told(text, "EventsFailed") == [1]
        assert MARK not in text

    def test_is_not_what_fails_five_times_within_a_moment(
        self, call: Handlers, till: Till, booking: Booking, now: Clock
    ) -> None:
        """A deployment that breaks is rolled back; Lambda alone repeats a run three times."""
        intent = opened(call, booking)
        call.stripe.pay(intent)
        with patch.object(Table, "write", side_effect=RuntimeError(MARK)):
            assert {send(call, about(intent)).status for _ in range(9)} == {500}

        assert every_five_minutes(call, intent, now, 1) == [200]
        assert till.now_of(booking).status is Status.CONFIRMED

    def test_is_not_an_error_after_hours_of_an_outage(
        self, call: Handlers, stripe: FakeStripe, booking: Booking, now: Clock
    ) -> None:
        intent = opened(call, booking)
        stripe.pay(intent)
        stripe.faults.next("reset", times=99)
        every_five_minutes(call, intent, now, 9)
        stripe.faults.clear()

        with patch.object(Table, "write", side_effect=RuntimeError(MARK)):
            assert every_five_minutes(call, intent, now, 1) == [500]

    def test_is_applied_all_the_same_when_it_comes_again_and_can_be(
        self, call: Handlers, till: Till, booking: Booking, now: Clock
    ) -> None:
        intent = opened(call, booking)
        call.stripe.pay(intent)
        with patch.object(Table, "write", side_effect=RuntimeError):
            every_five_minutes(call, intent, now, 5)

        assert every_five_minutes(call, intent, now, 1) == [200]

        assert till.now_of(booking).status is Status.CONFIRMED
        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["attempts"]) == ("handled", 6)
        assert "error" not in item

    def test_is_a_payment_that_stripe_tells_of_in_words_new_to_us(
        self, call: Handlers, stripe: FakeStripe, booking: Booking, now: Clock
    ) -> None:
        intent = opened(call, booking)
        stripe.account.payment_intents[intent]["status"] = "paused"

        statuses = every_five_minutes(call, intent, now, 5)

        assert statuses == [500, 500, 500, 500, 200]
        item = inbox(call.table, "evt_1")
        assert item and (item["status"], item["error"]) == ("failed", "PaymentUnreadable")

    @pytest.mark.parametrize("times", [1, 9])
    def test_is_nothing_that_may_pass_however_often_it_fails(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, times: int
    ) -> None:
        intent = till.pay(booking)
        stripe.faults.next("reset", times=99)
        assert {send(call, about(intent)).status for _ in range(times)} == {503}

        stripe.faults.clear()
        assert send(call, about(intent)).status == 200
        assert till.now_of(booking).status is Status.CONFIRMED

    def test_an_event_whose_booking_others_keep_changing_never_fails_for_good(
        self, call: Handlers, till: Till, booking: Booking, now: Clock
    ) -> None:
        intent = till.pay(booking)
        with patch.object(apply_payment, "revise", side_effect=EditConflict("Others are faster.")):
            statuses = every_five_minutes(call, intent, now, 6)
        item = inbox(call.table, "evt_1")

        assert statuses == [409] * 6
        assert item and item["status"] == "received"
        assert every_five_minutes(call, intent, now, 1) == [200]
        assert till.now_of(booking).status is Status.CONFIRMED

    @pytest.mark.parametrize(
        "metadata",
        [
            {"booking_id": "\u5bff" * 500, "attempt": "1"},
            {"booking_id": "b" * 500, "attempt": "1"},
            {"booking_id": "bkg_" + "a" * 26, "attempt": "9" * 500},
            {"booking_id": "bkg_" + "a" * 26, "attempt": "\u0663"},
        ],
        ids=["of another script", "endless", "an endless number", "another script's digit"],
    )
    def test_metadata_of_others_becomes_no_key_of_ours(
        self, call: Handlers, stripe: FakeStripe, metadata: dict[str, str]
    ) -> None:
        others = intent_of_others(stripe, DEPOSIT, payment_type="deposit", **metadata)
        stripe.pay(others)

        assert [each.status for each in call.deliver()] == [200]


class TestWhatIsNotForThisStage:
    """`prod` takes live events only, every other stage test events only (`domain.md §7`)."""

    @pytest.mark.parametrize(
        "changes",
        [{"livemode": True}, {"account": "acct_2"}, {"livemode": True, "type": "customer.created"}],
    )
    def test_is_refused_and_told_and_not_kept(
        self,
        call: Handlers,
        snapshot: Snapshot,
        output: Output,
        booking: Booking,
        changes: dict[str, Any],
    ) -> None:
        intent = opened(call, booking)
        call.stripe.pay(intent)
        before = snapshot()

        answer = send(call, about(intent) | changes)

        assert answer.problem == (400, "event_not_ours")
        assert snapshot() == before
        assert told(output(), "ForeignPayments") == [1]

    def test_in_prod_is_a_test_event(
        self, call: Handlers, delivery: Delivery, in_stage: Callable[[str], None]
    ) -> None:
        in_stage("prod")

        answer = call.webhook(delivery.body, signed(delivery.body))

        assert answer.problem == (400, "event_not_ours")

    def test_is_a_live_payment_behind_a_test_event(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking, output: Output
    ) -> None:
        intent = till.pay(booking)
        stripe.account.payment_intents[intent]["livemode"] = True

        call.deliver()

        assert till.ledger(booking) == []
        assert told(output(), "ForeignPayments") == [1]

    def test_is_no_thin_event_which_is_counted_like_any_unknown_type(
        self, call: Handlers, table: Table, output: Output
    ) -> None:
        # Given an endpoint that was subscribed to events of Stripe's second API by mistake
        call.stripe.outbox.subscribe("https://webhook.invalid/thin", secret=WEBHOOK_SECRET)
        event = call.stripe.thin_event("v1.billing.meter.no_meter_found")

        assert [each.status for each in call.deliver()] == [200]

        item = inbox(table, event["id"])
        assert item and (item["status"], item["type"]) == ("ignored", event["type"])
        assert counted(output(), "WebhooksIgnored") == 1


class TestWhatItSays:
    """An event is a hint: what counts is what Stripe says when we ask."""

    def test_is_subscribed_to_and_handled_alike(self) -> None:
        subscribed = json.loads(SUBSCRIPTION.read_text(encoding="utf-8"))["enabled_events"]

        assert sorted(subscribed) == sorted(HANDLED)

    def test_every_type_of_it_is_handled(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        # Given bookings to which everything happens that we have subscribed to
        seen: dict[str, set[str]] = {}
        happened(call, till, stripe, table)

        # When Stripe tells of it
        for delivery in stripe.outbox.pending():
            answer = call.webhook(delivery.body, stripe.outbox.sign(delivery))
            item = inbox(table, delivery.event["id"])
            assert answer.status == 200
            assert item
            seen.setdefault(delivery.event["type"], set()).add(item["status"])

        # Then each is matched with its booking
        assert seen == {kind: {"handled"} for kind in HANDLED}
        assert told(output(), "PaymentsUnmatched") == []

    def test_is_not_believed(self, call: Handlers, till: Till, booking: Booking) -> None:
        # Given an event that says that an intent is paid which is not
        intent = opened(call, booking)
        forged = {"id": intent, "status": "succeeded", "amount_received": 1_000_000}

        assert send(call, about(intent, data={"object": forged})).status == 200

        assert till.now_of(booking) == booking
        assert till.ledger(booking) == []

    def test_may_be_old(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given an intent that was declined once, and paid before anybody told us
        intent = till.pay(booking, card=DECLINED)
        stripe.pay(intent)

        call.deliver("payment_intent.payment_failed")

        assert till.now_of(booking).status is Status.CONFIRMED

    def test_may_come_in_any_order(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        intent = till.pay(booking)
        stripe.refund(intent, 4_000)
        stripe.close_dispute(stripe.dispute(intent)["id"], won=True)

        for delivery in reversed(stripe.outbox.pending()):
            assert call.webhook(delivery.body, stripe.outbox.sign(delivery)).status == 200

        assert till.now_of(booking).status is Status.CONFIRMED
        assert till.account(booking)["balance"]["refunded"] == 4_000
        till.check(booking)

    @pytest.mark.parametrize(
        ("card", "status"),
        [
            (DECLINED, "requires_payment_method"),
            (SECURE, "requires_action"),
            (BANK, "processing"),
        ],
    )
    def test_of_an_intent_that_is_not_paid_is_noted(
        self, call: Handlers, till: Till, booking: Booking, card: str, status: str
    ) -> None:
        till.pay(booking, card=card)
        call.deliver()

        account = till.account(booking)
        assert [each["status"] for each in account["payments"]] == [status]
        assert (account["booking_status"], account["version"]) == ("pending", 1)

    @pytest.mark.parametrize(
        ("wanted", "payment_status"), [("deposit", "deposit_paid"), ("full", "paid")]
    )
    def test_confirms_a_booking_that_is_paid(
        self, call: Handlers, till: Till, booking: Booking, wanted: str, payment_status: str
    ) -> None:
        till.pay(booking, wanted)
        call.deliver()

        account = till.account(booking)
        assert account["booking_status"] == "confirmed"
        assert account["payment_status"] == payment_status
        trail = call("listBookingEvents", booking_id=booking.id).body["items"]
        assert trail[-1]["type"] == "confirmed"
        assert trail[-1]["actor"] == {"id": "stripe", "role": "system"}

    def test_is_overpaid_is_promised_back(
        self, call: Handlers, till: Till, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given a full payment, and a deposit that nobody should have been able to pay beside it
        till.pay(booking, "full")
        ours = {"booking_id": booking.id, "payment_type": "deposit", "attempt": "1"}
        stripe.pay(intent_of_others(stripe, DEPOSIT, **ours))

        call.deliver()

        assert till.account(booking)["balance"]["refund_owed"] == DEPOSIT
        till.follow_up()
        account = till.account(booking)
        assert (account["booking_status"], account["payment_status"]) == ("confirmed", "paid")
        till.check(booking)


class TestRefunds:
    def test_of_the_dashboard_are_entered(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        booking = paid(call)
        stripe.refund(next(iter(booking.payments)), 4_000)

        call.deliver()

        assert till.ledger(booking) == [
            ("captured", DEPOSIT),
            ("goodwill_owed", 4_000),
            ("refund_sent", 4_000),
            ("refunded", 4_000),
        ]
        till.check(booking)

    def test_one_event_enters_more_refunds_than_a_transaction_has_room_for(
        self, call: Handlers, till: Till, stripe: FakeStripe, table: Table
    ) -> None:
        # Given 30 refunds in the dashboard, of which one event alone tells
        booking = paid(call)
        intent = next(iter(booking.payments))
        for _ in range(30):
            stripe.refund(intent, 1)

        assert send(call, about(intent)).status == 200

        item = inbox(table, "evt_1")
        assert item and item["status"] == "handled"
        assert till.account(booking)["balance"]["refunded"] == 30
        till.check(booking)

    @pytest.mark.parametrize("fate", ["failed", "canceled"])
    def test_that_fail_stay_owed_and_raise_an_alarm(
        self, call: Handlers, till: Till, stripe: FakeStripe, output: Output, fate: str
    ) -> None:
        # Given a refund that Stripe has sent, and the bank sends back
        card = REFUND_FAILS if fate == "failed" else REFUND_PENDS
        booking = paid(call, card=card)
        till.cancel(booking)
        till.follow_up()
        call.deliver()
        (refund,) = stripe.everything("refunds")
        if fate == "canceled":
            stripe.settle_refund(refund["id"], "requires_action")
        stripe.settle_refund(refund["id"], fate)
        output()

        call.deliver()
        till.follow_up()

        account = till.account(booking)
        assert account["balance"]["refund_owed"] == 9_700
        assert account["payment_status"] == "refund_pending"
        assert told(output(), "RefundsFailed") == [1]
        till.check(booking)

    def test_that_wait_are_on_their_way(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        booking = paid(call, card=REFUND_PENDS)
        till.cancel(booking)
        till.follow_up()
        call.deliver()
        assert till.account(booking)["balance"]["refund_sent"] == 9_700

        stripe.settle_refund(stripe.everything("refunds")[0]["id"], "succeeded")
        call.deliver()

        assert till.account(booking)["payment_status"] == "partially_refunded"
        till.check(booking)


class TestDisputes:
    def test_hold_the_money_and_raise_an_alarm(
        self, call: Handlers, till: Till, output: Output, booking: Booking
    ) -> None:
        till.pay(booking, card=DISPUTED)
        call.deliver()
        till.follow_up()

        account = till.account(booking)
        assert (account["booking_status"], account["payment_status"]) == ("confirmed", "disputed")
        assert told(output(), "DisputesOpened") == [1]
        till.check(booking)

    @pytest.mark.parametrize(
        ("won", "entries", "payment_status"),
        [
            (True, [("dispute_reinstated", DEPOSIT), ("dispute_won", 0)], "deposit_paid"),
            (False, [("dispute_forfeited", DEPOSIT), ("dispute_lost", 0)], "awaiting_payment"),
        ],
    )
    def test_are_settled_as_they_end(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        booking: Booking,
        won: bool,
        entries: list[tuple[str, int]],
        payment_status: str,
    ) -> None:
        till.pay(booking, card=DISPUTED)
        call.deliver()
        (dispute,) = stripe.everything("disputes")
        stripe.close_dispute(dispute["id"], won=won)

        call.deliver()

        assert till.ledger(booking) == sorted(
            [
                *((kind, DEPOSIT) for kind in ("captured", "dispute_opened", "dispute_withdrawn")),
                *entries,
            ]
        )
        assert till.account(booking)["payment_status"] == payment_status
        till.check(booking)

    def test_that_only_ask_move_nothing(
        self, call: Handlers, till: Till, stripe: FakeStripe, output: Output
    ) -> None:
        booking = paid(call)
        inquiry = stripe.dispute(next(iter(booking.payments)), inquiry=True)
        call.deliver()
        till.follow_up()
        assert till.ledger(booking) == [("captured", DEPOSIT)]
        assert told(output(), "DisputesOpened") == []

        stripe.escalate_inquiry(inquiry["id"])
        call.deliver()

        assert till.ledger(booking) == [
            ("captured", DEPOSIT),
            ("dispute_opened", DEPOSIT),
            ("dispute_withdrawn", DEPOSIT),
        ]
        till.check(booking)

    def test_won_for_a_cancelled_booking_give_back_what_the_policy_says(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        booking = paid(call)
        dispute = stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        assert till.cancel(booking).body["refund_amount"] == 0
        stripe.close_dispute(dispute["id"], won=True)

        call.deliver()

        till.follow_up()
        assert till.account(booking)["balance"]["refunded"] == 9_700
        till.check(booking)


class TestDisputesByTheMoneyThatMoved:
    """What Stripe withdraws and gives back counts, not the amount and the end of the dispute."""

    def test_two_withdrawals_are_both_entered(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        booking = paid(call)
        dispute = stripe.dispute(next(iter(booking.payments)), amount=4_000)["id"]
        stripe.withdraw(dispute, 6_000)

        call.deliver()

        balance = till.account(booking)["balance"]
        assert (balance["disputed"], balance["refundable"]) == (DEPOSIT, 0)
        stripe.close_dispute(dispute, won=False)
        call.deliver()
        assert till.account(booking)["balance"]["lost"] == DEPOSIT
        till.check(booking)

    def test_won_with_a_part_reinstated_gives_back_no_more_than_came_back(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        # Given a cancelled booking whose payment is in dispute
        booking = paid(call)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        call.deliver()
        till.cancel(booking)

        # When the dispute is won and 6,000 of 10,000 come back
        stripe.close_dispute(dispute, won=True, reinstated=6_000)
        call.deliver()
        till.follow_up()

        # Then the policy's percentage of these goes to the customer, and the rest is lost
        balance = till.account(booking)["balance"]
        assert (balance["lost"], balance["refunded"]) == (4_000, 5_820)
        assert [each["amount"] for each in stripe.everything("refunds")] == [5_820]
        till.check(booking)

    def test_called_lost_with_a_part_reinstated_is_lost_in_part(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        booking = paid(call)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        stripe.close_dispute(dispute, won=False, reinstated=6_000)

        call.deliver()

        balance = till.account(booking)["balance"]
        assert (balance["disputed"], balance["lost"]) == (0, 4_000)
        till.check(booking)

    def test_won_before_the_money_is_there_stays_in_dispute_until_it_comes(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        booking = paid(call)
        till.cancel(booking)
        till.follow_up()
        call.deliver()
        booking = paid(call)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        stripe.close_dispute(dispute, won=True, reinstated=0)

        call.deliver()
        assert till.account(booking)["payment_status"] == "disputed"
        till.check(booking)

        stripe.reinstate(dispute, DEPOSIT)
        call.deliver()
        assert till.account(booking)["payment_status"] == "deposit_paid"
        till.check(booking)

    @pytest.mark.parametrize("percentage", [None, 100])
    def test_the_quote_is_what_cancelling_gives_whatever_is_in_dispute(
        self, call: Handlers, till: Till, stripe: FakeStripe, percentage: int | None
    ) -> None:
        # Given a payment of which more was withdrawn than was contested, and one whose contested
        # part is not withdrawn yet
        booking = paid(call)
        first = next(iter(booking.payments))
        booking = paid(call, booking, "balance")
        second = next(each for each in booking.payments if each != first)
        stripe.withdraw(stripe.dispute(first, amount=4_000)["id"], 6_000)
        contested = stripe.dispute(second, amount=20_000, withdrawn=False)["id"]
        call.deliver()
        left = 61_445 - 20_000

        # When it is quoted and cancelled
        quoted = call("quoteCancellation", booking_id=booking.id).body
        body = {} if percentage is None else {"refund_percentage": percentage, "reason": "Rain"}
        cancelled = till.cancel(booking, **body)

        # Then neither promises what may yet be withdrawn
        assert quoted["refund_base"] == left
        assert cancelled.status == 200
        expected = quoted["refund_amount"] if percentage is None else left
        assert cancelled.body["refund_amount"] == expected

        # And when all is decided, no more goes back than came back
        stripe.withdraw(contested, 20_000)
        for each in stripe.everything("disputes"):
            stripe.close_dispute(each["id"], won=False)
        assert {each.status for each in call.deliver()} == {200}
        till.follow_up()
        assert till.account(booking)["balance"]["lost"] == 30_000
        till.check(booking)

    def test_what_staff_promised_is_kept_when_the_money_comes_back_in_parts(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        # Given a refund of 5,000 by staff, and a dispute that is won with 4,000 of 10,000 back
        booking = paid(call)
        till.refund(booking, 5_000)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        call.deliver()
        stripe.close_dispute(dispute, won=True, reinstated=4_000)
        call.deliver()
        assert till.account(booking)["balance"]["refund_owed"] == 4_000

        # When the rest comes back
        stripe.reinstate(dispute, 6_000)
        call.deliver()
        till.follow_up()

        assert till.account(booking)["balance"]["refunded"] == 5_000
        till.check(booking)

    def test_what_comes_back_before_the_decision_is_not_held(
        self, call: Handlers, till: Till, stripe: FakeStripe
    ) -> None:
        # Given a dispute that was lost and is under review again
        booking = paid(call)
        dispute = stripe.dispute(next(iter(booking.payments)))["id"]
        stripe.close_dispute(dispute, won=False)
        call.deliver()
        stripe.account.disputes[dispute]["status"] = "lost"
        stripe.reinstate(dispute, DEPOSIT)
        stripe.account.disputes[dispute]["status"] = "under_review"

        call.deliver()

        balance = till.account(booking)["balance"]
        assert (balance["disputed"], balance["lost"], balance["paid"]) == (0, 0, DEPOSIT)
        till.check(booking)


class TestRefundsInTheDashboard:
    """They keep what is promised first, in parts if need be; only what is beyond is goodwill."""

    @pytest.mark.parametrize(
        ("by_hand", "sent_by_us"),
        [
            pytest.param([5_000, 4_700], [], id="in two parts"),
            pytest.param([9_000], [700], id="in part"),
            pytest.param([9_700], [], id="whole"),
            pytest.param([4_000, 3_000], [2_700], id="in two parts of it"),
        ],
    )
    def test_for_one_that_failed_leave_what_is_still_owed(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        now: Clock,
        by_hand: list[int],
        sent_by_us: list[int],
    ) -> None:
        # Given a cancellation whose refund of 9,700 has failed
        booking = paid(call, card=REFUND_FAILS)
        till.cancel(booking)
        till.follow_up()
        call.deliver()
        (failed,) = stripe.everything("refunds")
        stripe.settle_refund(failed["id"], "failed")
        call.deliver()

        # When staff refund by hand, and a day later the job looks for what is owed
        for amount in by_hand:
            stripe.refund(next(iter(booking.payments)), amount)
        call.deliver()
        now.set(now.at + timedelta(hours=24))
        call.job("reconcilePayments", {"scope": "recent"})

        # Then it sends what is left of it, and never more
        made = [each["amount"] for each in stripe.everything("refunds")]
        assert sorted(made) == sorted([9_700, *by_hand, *sent_by_us])
        assert till.account(booking)["balance"]["refund_owed"] == 0
        till.check(booking)


class TestOurOwnFailures:
    """Stripe sends again what it gets no 2xx for; the event waits, and nothing is lost."""

    @pytest.mark.parametrize("error", [RuntimeError("x"), StorageUnavailable()])
    @pytest.mark.parametrize("method", ["get", "query", "write", "update"])
    @pytest.mark.usefixtures("delivery")
    def test_of_the_store_are_made_good_by_the_next_delivery(
        self,
        call: Handlers,
        till: Till,
        now: Clock,
        booking: Booking,
        monkeypatch: pytest.MonkeyPatch,
        method: str,
        error: Exception,
    ) -> None:
        status = 503 if isinstance(error, StorageUnavailable) else 500
        with monkeypatch.context() as broken:
            broken.setattr(Table, method, lambda *_, **__: raising(error))
            assert [each.status for each in call.deliver()] == [status]

        now.set(now.at + timedelta(minutes=5))
        assert [each.status for each in call.deliver()] == [200]
        assert till.now_of(booking).status is Status.CONFIRMED
        till.check(booking)

    @pytest.mark.parametrize("kind", ["reset", "timeout", "lose_answer", "error_429", "error_500"])
    def test_of_stripe_are_too(
        self,
        call: Handlers,
        till: Till,
        stripe: FakeStripe,
        now: Clock,
        booking: Booking,
        delivery: Delivery,
        kind: Any,
    ) -> None:
        stripe.faults.next(kind, times=9)
        (answer,) = call.deliver()
        assert answer.problem == (503, "payment_provider_unavailable")
        item = inbox(call.table, delivery.event["id"])
        assert item and item["status"] == "received"

        stripe.faults.clear()
        now.set(now.at + timedelta(minutes=5))
        assert [each.status for each in call.deliver()] == [200]
        assert till.now_of(booking).status is Status.CONFIRMED
        item = inbox(call.table, delivery.event["id"])
        assert item and (item["status"], item["attempts"]) == ("handled", 2)

    def test_of_the_secret_refuse_nothing(
        self, call: Handlers, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # A 400 would count as a forgery, and nobody would look for the secret.
        module = load_function(contract.function_of(contract.WEBHOOK))
        monkeypatch.setattr(module, "secret", "a secret that is not there")

        answer = call.webhook(delivery.body, signed(delivery.body))

        assert answer.problem == (503, "storage_unavailable")


class TestWhatIsWritten:
    @pytest.mark.parametrize("fails", [True, False])
    def test_holds_nothing_of_what_stripe_sent(
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


def raising(error: Exception) -> None:
    raise error


def happened(call: Handlers, till: Till, stripe: FakeStripe, table: Table) -> None:
    """Let everything happen to payments of ours that Stripe tells of."""
    days = iter(range(30, 60))

    def next_one() -> Booking:
        return stored(table, by_staff=True, date=(NOW + timedelta(days=next(days))).date())

    for card in (DECLINED, SECURE, BANK):
        till.pay(next_one(), card=card)
    call.provider.cancel(till.open(next_one()).body["payment_intent_id"])
    for won in (True, False):
        dispute = stripe.dispute(till.pay(next_one()))
        stripe.close_dispute(dispute["id"], won=won)
    failing = next_one()
    intent = till.pay(failing, card=REFUND_FAILS)
    stripe.settle_refund(stripe.refund(intent, 100)["id"], "failed")
    pending = till.pay(next_one(), card=REFUND_PENDS)
    stripe.settle_refund(stripe.refund(pending, 100)["id"], "succeeded")
