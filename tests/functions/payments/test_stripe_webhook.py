"""The webhook accepts requests that Stripe has signed, and no others."""

import base64
import json
from typing import Any, Final

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.builders import load_function
from tests.caches import secrets_cache
from tests.functions import contract
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values, counted, emitted
from tests.functions.given import Snapshot
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import (
    PaymentSteps,
)
from tests.functions.payments.stripe_webhook.events import (
    DEPOSIT,
    REFUSED,
    TIMESTAMP,
    about,
    signed,
)
from tests.functions.secrets_manager import new_secret, rotate
from tests.functions.stripe import WEBHOOK_SECRET

from teppan import secret
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.http.headers import SECURITY

LARGEST: Final = 1024 * 1024


class TestSignature:
    """It is over the raw bytes, by a valid secret, and at most five minutes from our time."""

    def test_a_webhook_with_a_valid_signature_is_received(
        self, call: Handlers, steps: PaymentSteps, booking: Booking, delivery: Delivery
    ) -> None:
        answer = call.webhook(delivery.body, signed(delivery.body))

        assert (answer.status, answer.body) == (200, {"received": True})
        assert steps.now_of(booking).status is Status.CONFIRMED
        assert steps.ledger(booking) == [("captured", DEPOSIT)]

    @pytest.mark.parametrize("seconds", [-299, -300, 0, 299, 300])
    def test_a_signature_of_up_to_five_minutes_ago_or_ahead_is_accepted(
        self, call: Handlers, delivery: Delivery, seconds: int
    ) -> None:
        header = signed(delivery.body, at=TIMESTAMP + seconds)

        assert call.webhook(delivery.body, header).status == 200

    @pytest.mark.parametrize("seconds", [-(10**9), -301, 301, 86_400, 10**12])
    def test_a_signature_of_more_than_five_minutes_ago_or_ahead_is_refused(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, seconds: int
    ) -> None:
        before = snapshot()

        header = signed(delivery.body, at=TIMESTAMP + seconds)

        assert call.webhook(delivery.body, header).problem == REFUSED
        assert snapshot() == before

    @pytest.mark.parametrize(
        "header",
        [
            pytest.param(None, id="missing"),
            pytest.param("", id="empty"),
            pytest.param("nonsense", id="nonsense"),
            pytest.param("t={t}", id="no signature"),
            pytest.param("t={t},v1=", id="empty signature"),
            pytest.param("v1={v1}", id="no time"),
            pytest.param("t=,v1={v1}", id="empty time"),
            pytest.param("t=now,v1={v1}", id="time is no number"),
            pytest.param("t=+{t},v1={v1}", id="time with a sign"),
            pytest.param("t= {t},v1={v1}", id="time with a space"),
            pytest.param("t={t}.0,v1={v1}", id="time with a fraction"),
            pytest.param("t=nan,v1={v1}", id="time is nan"),
            pytest.param("t=\u0661,v1={v1}", id="time with an Arabic digit"),
            pytest.param("t=" + "9" * 5000 + ",v1={v1}", id="time of 5,000 digits"),
            pytest.param("t={t},v0={v1}", id="scheme v0"),
            pytest.param("t={t},v2={v1}", id="unknown scheme"),
            pytest.param("t={t},V1={v1}", id="a scheme in capitals"),
            pytest.param("t={t},v1={V1}", id="in capitals"),
            pytest.param("t={t},v1={v1}0", id="signature too long"),
            pytest.param("t={t},v1={short}", id="signature too short"),
            pytest.param("t={t};v1={v1}", id="another separator"),
            pytest.param("t={later},t={t},v1={v1}", id="two times, the first not signed"),
            pytest.param("t={old},v1={v1}", id="time too old"),
            pytest.param("t={t},v1=\u00e9", id="not ASCII"),
        ],
    )
    def test_a_malformed_signature_header_is_refused(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, header: str | None
    ) -> None:
        before = snapshot()
        v1 = signed(delivery.body).partition("v1=")[2]
        parts = {"t": TIMESTAMP, "later": TIMESTAMP + 1, "old": TIMESTAMP - 301, "v1": v1}
        sent_header = header and header.format(**parts, V1=v1.upper(), short=v1[:-1])

        answer = call.webhook(delivery.body, sent_header)

        assert answer.problem == REFUSED
        assert snapshot() == before

    @pytest.mark.parametrize(
        "secrets",
        [
            pytest.param([""], id="empty"),
            pytest.param(["whsec_another"], id="another"),
            pytest.param([WEBHOOK_SECRET + " "], id="ours with a space"),
            pytest.param([WEBHOOK_SECRET.upper()], id="in capitals"),
            pytest.param(["stripe-webhook-secret"], id="the name of the secret"),
            pytest.param(["None", "null", "sk_test_fake"], id="guesses"),
        ],
    )
    def test_a_signature_by_another_secret_is_refused(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, secrets: list[str]
    ) -> None:
        before = snapshot()

        answer = call.webhook(delivery.body, signed(delivery.body, *secrets))

        assert answer.problem == REFUSED
        assert snapshot() == before

    def test_one_signature_by_our_secret_among_several_is_accepted(
        self, call: Handlers, delivery: Delivery
    ) -> None:
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
            pytest.param(lambda raw: b"\xef\xbb\xbf" + raw, id="byte order mark"),
            pytest.param(lambda _: b"", id="empty body"),
        ],
    )
    def test_a_signature_of_other_bytes_is_refused(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, encode: Any
    ) -> None:
        before = snapshot()

        answer = call.webhook(encode(delivery.body), signed(delivery.body))

        assert answer.problem == REFUSED
        assert snapshot() == before

    def test_a_signature_is_accepted_for_a_base64_encoded_body(
        self, call: Handlers, delivery: Delivery
    ) -> None:
        answer = call.webhook(delivery.body, signed(delivery.body), encoded=True)

        assert answer.status == 200

    def test_a_refused_signature_is_counted_and_raises_no_alarm(
        self, call: Handlers, output: Output, delivery: Delivery
    ) -> None:
        call.webhook(delivery.body, "t=1,v1=1")
        call.webhook(delivery.body, signed(delivery.body))

        text = output()
        assert counted(text, "WebhooksRefused") == 1
        assert [line["operation"] for line in emitted(text) if "WebhooksRefused" in line] == [
            "stripeWebhook"
        ]
        # Anybody can cause it, and alarms use metrics with the service as the only dimension.
        assert alarm_values(text, "WebhooksRefused") == []

    def test_the_signature_is_checked_before_the_body(self, call: Handlers) -> None:
        assert call.webhook(b"{", "t=1,v1=1").problem == REFUSED


class TestSecretRotation:
    """The previous secret stays valid, and the new one is read when it is first needed."""

    @pytest.fixture
    def secret_name(self, monkeypatch: pytest.MonkeyPatch) -> str:
        """The name of a webhook secret that only this test uses."""
        secret_name = new_secret(WEBHOOK_SECRET)
        monkeypatch.setattr(
            load_function(contract.function_of(contract.WEBHOOK)), "secret", secret_name
        )
        self.forget(monkeypatch)
        return secret_name

    def forget(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Behave like an instance that has cached no secret."""
        monkeypatch.setattr(secret, "_cache", secrets_cache())
        monkeypatch.setattr(secret, "_reread_at", {})

    @pytest.mark.parametrize("secrets", [["old"], ["new"], ["new", "old"], ["old", "new"]])
    @pytest.mark.parametrize("is_new", [True, False], ids=["new instance", "old instance"])
    def test_the_old_and_the_new_webhook_secret_are_both_accepted(
        self,
        call: Handlers,
        secret_name: str,
        delivery: Delivery,
        monkeypatch: pytest.MonkeyPatch,
        secrets: list[str],
        is_new: bool,
    ) -> None:
        values = {"old": WEBHOOK_SECRET, "new": "whsec_new"}
        list(secret.valid(secret_name))
        self.forget(monkeypatch) if is_new else secret._reread_at.clear()
        rotate(secret_name, values["new"])

        header = signed(delivery.body, *(values[each] for each in secrets))

        assert call.webhook(delivery.body, header).status == 200

    def test_a_webhook_secret_that_was_replaced_twice_is_refused(
        self, call: Handlers, secret_name: str, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rotate(secret_name, "whsec_new")
        rotate(secret_name, "whsec_newer")
        self.forget(monkeypatch)

        assert call.webhook(delivery.body, signed(delivery.body)).problem == REFUSED

    def test_webhooks_are_received_throughout_a_rotation_at_stripe(
        self, call: Handlers, stripe: FakeStripe, secret_name: str, delivery: Delivery
    ) -> None:
        # Given a secret that is rotated at Stripe first, and in Secrets Manager later
        rolled = stripe.outbox.roll_secret(delivery.endpoint)
        assert call.webhook(delivery.body, stripe.outbox.sign(delivery)).status == 200

        rotate(secret_name, rolled)
        secret._reread_at.clear()
        stripe.outbox.roll_secret(delivery.endpoint, 0)
        header = signed(delivery.body, rolled)

        assert call.webhook(delivery.body, header).status == 200


class TestRequest:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_a_webhook_of_another_method_than_post_is_a_405(
        self, call: Handlers, snapshot: Snapshot, delivery: Delivery, method: str
    ) -> None:
        before = snapshot()

        answer = call.webhook(delivery.body, signed(delivery.body), method=method)

        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"
        assert snapshot() == before

    @pytest.mark.parametrize("encoded", [True, False])
    @pytest.mark.parametrize(("size", "status"), [(LARGEST, 200), (LARGEST + 1, 413)])
    def test_a_webhook_of_more_than_a_megabyte_is_refused(
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
    def test_a_webhook_body_that_is_no_event_is_refused(
        self, call: Handlers, snapshot: Snapshot, raw: bytes
    ) -> None:
        before = snapshot()

        answer = call.webhook(raw, signed(raw), encoded=True)

        assert answer.problem == (400, "malformed_json")
        assert snapshot() == before

    def test_a_webhook_body_that_is_not_utf8_is_refused(
        self, call: Handlers, snapshot: Snapshot
    ) -> None:
        before = snapshot()

        assert call.webhook(b"\xff\xfe", signed(b"\xff\xfe"), encoded=True).problem == REFUSED
        assert snapshot() == before

    def test_a_webhook_body_that_is_not_valid_base64_is_refused(self, call: Handlers) -> None:
        event = {
            "requestContext": {"http": {"method": "POST", "path": "/"}, "requestId": "r"},
            "headers": {"stripe-signature": "t=1"},
            "body": "%%%",
            "isBase64Encoded": True,
        }

        assert call.send(contract.WEBHOOK, event).problem == (400, "malformed_json")

    @pytest.mark.parametrize("header", ["Stripe-Signature", "STRIPE-SIGNATURE", "stripe-signature"])
    def test_the_signature_header_is_read_in_any_case(
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
    def test_a_webhook_answer_has_the_security_headers_and_no_cors(
        self, call: Handlers, delivery: Delivery, good: bool
    ) -> None:
        answer = call.webhook(delivery.body, signed(delivery.body) if good else None)

        assert SECURITY.items() <= answer.headers.items()
        assert answer.headers["X-Request-Id"]
        assert "Access-Control-Allow-Origin" not in answer.headers
