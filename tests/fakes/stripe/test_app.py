"""The fake over HTTP: Stripe's API, broken connections, and `/_fake/…`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.sender import Sender
from tests.fakes.stripe.given import INQUIRED, REFUND_PENDS, Caller, intent, paid
from tests.fakes.stripe.serving import served

KEY = {"Authorization": "Bearer sk_test_fake"}


@pytest.fixture
def url(fake: FakeStripe) -> Iterator[str]:
    with served(fake) as url:
        yield url


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        yield pool


def _control(http: urllib3.PoolManager, url: str, name: str, /, **parameters: Any) -> Any:
    answer = http.request("POST", f"{url}/_fake/{name}", json=parameters)
    assert answer.status == 200, answer.data
    return answer.json()


def test_the_fakes_api_answers_over_http_as_in_process(
    fake: FakeStripe, http: urllib3.PoolManager, url: str
) -> None:
    answer = http.request(
        "POST",
        f"{url}/v1/payment_intents?expand[]=latest_charge",
        body=b"amount=5000&currency=usd&metadata[booking_id]=bk_1",
        headers=KEY | {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": "k"},
    )

    assert answer.status == 200
    assert answer.headers["Stripe-Version"] == "2026-05-27.dahlia"
    assert answer.headers["Idempotency-Key"] == "k"
    (created,) = fake.all_objects("payment_intents")
    assert answer.json()["id"] == created["id"]
    assert http.request("GET", f"{url}/v1/refunds").status == 401
    assert http.request("DELETE", f"{url}/v2/x", headers=KEY).status == 404


@pytest.mark.parametrize(("kind", "effects"), [("lose_answer", 1), ("reset", 0)])
def test_a_fault_breaks_the_http_connection(
    fake: FakeStripe, http: urllib3.PoolManager, url: str, kind: Any, effects: int
) -> None:
    fake.faults.fail_next(kind)

    with pytest.raises(urllib3.exceptions.ProtocolError):
        http.request(
            "POST", f"{url}/v1/payment_intents", body=b"amount=5000&currency=usd", headers=KEY
        )

    assert len(fake.all_objects("payment_intents")) == effects
    assert http.request("GET", f"{url}/v1/payment_intents", headers=KEY).status == 200


def test_a_timeout_fault_leaves_the_http_connection_silent(
    fake: FakeStripe, http: urllib3.PoolManager, url: str
) -> None:
    fake.faults.fail_next("timeout")

    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        http.request("GET", f"{url}/v1/payment_intents", headers=KEY, timeout=0.2)


def test_actions_of_the_customer_and_the_banks_work_over_http(
    fake: FakeStripe, http: urllib3.PoolManager, url: str
) -> None:
    stripe = Caller(fake)
    payment = intent(stripe)

    assert _control(http, url, "pay", intent=payment)["status"] == "succeeded"
    refund = _control(http, url, "refund", intent=payment, amount=1_000)
    failed = _control(http, url, "set_refund_status", refund=refund["id"], status="failed")
    assert failed["status"] == "failed"
    dispute = _control(http, url, "dispute", intent=payment, amount=4_000)
    assert _control(http, url, "close_dispute", dispute=dispute["id"], won=False)["status"] == (
        "lost"
    )
    assert _control(http, url, "balance") == {payment: 6_000}
    secured = intent(stripe)
    _control(http, url, "pay", intent=secured, card="4000002760003184")
    assert _control(http, url, "authenticate", intent=secured, succeed=False)["status"] == (
        "requires_payment_method"
    )
    debited = intent(stripe)
    _control(http, url, "pay", intent=debited, card="pm_usBankAccount_success")
    assert _control(http, url, "finish_processing", intent=debited)["status"] == "succeeded"
    inquiry_opened = _control(http, url, "dispute", intent=debited, inquiry=True)
    assert _control(http, url, "escalate_inquiry", dispute=inquiry_opened["id"])["status"] == (
        "needs_response"
    )


def test_faults_can_be_set_and_cleared_over_http(
    fake: FakeStripe, http: urllib3.PoolManager, url: str
) -> None:
    _control(http, url, "faults", kind="error_500", method="GET", times=2)
    _control(http, url, "faults", kind="error_429", probability=1)
    statuses = [http.request("GET", f"{url}/v1/refunds", headers=KEY).status for _ in range(3)]

    http.request("DELETE", f"{url}/_fake/faults")

    assert statuses == [500, 500, 429]
    assert http.request("GET", f"{url}/v1/refunds", headers=KEY).status == 200


def test_the_senders_policy_can_be_set_over_http(
    fake: FakeStripe, http: urllib3.PoolManager
) -> None:
    sender = Sender(fake.outbox)
    with served(fake, sender) as url:
        changed = http.request("PUT", f"{url}/_fake/sender", json={"duplicate": 0.5})
        shown = http.request("GET", f"{url}/_fake/sender")

    assert sender.policy.duplicate == 0.5
    assert changed.json() == shown.json()
    assert shown.json()["retry"] is True


def test_webhook_endpoints_and_api_keys_can_be_set_over_http(
    fake: FakeStripe, http: urllib3.PoolManager, url: str
) -> None:
    created = _control(
        http,
        url,
        "subscribe",
        url="http://127.0.0.1:9/hooks",
        secret="whsec_x",
        host="a.example",
        enabled_events=["charge.refunded"],
    )
    rolled = _control(http, url, "roll_secret", endpoint=created["id"], expires_in=60)
    _control(http, url, "api_keys", keys=["sk_test_new"])

    assert created["secret"] == "whsec_x"
    assert rolled["secret"].startswith("whsec_")
    assert fake.api_keys == {"sk_test_new"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/_fake/pay", {}, 400),
        ("POST", "/_fake/pay", {"intent": "pi_nobody"}, 404),
        ("POST", "/_fake/pay", {"intent": "pi_1", "surprise": 1}, 400),
        ("POST", "/_fake/fly", {}, 404),
        ("POST", "/_fake/faults", {"kind": "fire"}, 400),
        ("POST", "/_fake/faults", {"sort": "fire"}, 400),
        ("PUT", "/_fake/sender", {}, 404),
        ("GET", "/_fake/health", None, 200),
        ("POST", "/actions/fly", None, 404),
    ],
)
def test_an_invalid_action_over_http_is_answered_with_an_error(
    http: urllib3.PoolManager, url: str, method: str, path: str, body: Any, status: int
) -> None:
    encoded = None if body is None else json.dumps(body)

    assert http.request(method, f"{url}{path}", body=encoded).status == status


def test_the_dashboard_lists_objects_and_its_buttons_work(
    fake: FakeStripe, http: urllib3.PoolManager, url: str
) -> None:
    fake.outbox.subscribe("http://127.0.0.1:9/hooks")
    payment = paid(fake, REFUND_PENDS, {"metadata[booking_id]": "bk_<1>"})
    waiting = intent(Caller(fake))
    debited = paid(fake, "000123456789")
    fake.refund(payment, 2_500)
    paid(fake, INQUIRED)

    page = http.request("GET", f"{url}/").data.decode()

    for shown in (payment, waiting, debited, "bk_&lt;1&gt;", "$25.00", "charge.dispute.created"):
        assert shown in page
    assert "<script" not in page
    answer = http.request(
        "POST", f"{url}/actions/dispute", body=f"intent={payment}", redirect=False
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert fake.all_objects("disputes")[0]["payment_intent"] == payment


def test_a_refused_dashboard_action_shows_the_reason(
    fake: FakeStripe, http: urllib3.PoolManager, url: str
) -> None:
    answer = http.request_encode_body(
        "POST", f"{url}/actions/dispute", fields={"intent": "pi_x"}, encode_multipart=False
    )

    assert answer.status == 404
    assert "No such payment_intent: &#x27;pi_x&#x27;" in answer.data.decode()


def test_a_dashboard_form_from_another_site_is_refused(
    fake: FakeStripe, http: urllib3.PoolManager, url: str
) -> None:
    payment = paid(fake)

    def press(origin: str) -> int:
        return http.request(
            "POST",
            f"{url}/actions/dispute",
            body=f"intent={payment}",
            headers={"Origin": origin},
            redirect=False,
        ).status

    assert press("https://evil.example") == 403
    assert fake.all_objects("disputes") == []
    assert press(url) == 303
