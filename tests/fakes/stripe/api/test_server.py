"""The headers of every answer, and the errors of requests that reach no operation."""

import base64

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe import spec
from tests.fakes.stripe.given import PARTY, Caller, intent

INTENTS = "/v1/payment_intents"
FORM = "application/x-www-form-urlencoded"


def test_every_answer_has_a_request_id_and_an_api_version(stripe: Caller) -> None:
    answers = [
        stripe.send("POST", INTENTS, PARTY),
        stripe.send("POST", INTENTS),
        stripe.send("GET", "/v1/nothing"),
    ]

    for answer in answers:
        assert answer.headers["Request-Id"].startswith("req_")
        assert answer.headers["Stripe-Version"] == "2026-05-27.dahlia"
        assert answer.headers["Content-Type"] == "application/json"
    assert len({answer.headers["Request-Id"] for answer in answers}) == 3


def test_an_error_has_stripes_fields(stripe: Caller) -> None:
    reply = stripe.send("POST", INTENTS, {"currency": "usd"})

    assert spec.complaints(reply.json(), "error") == []
    assert reply.json()["error"]["doc_url"] == (
        "https://docs.stripe.com/error-codes/parameter-missing"
    )
    assert reply.headers["Request-Id"] in reply.json()["error"]["request_log_url"]


def test_a_decline_has_stripes_fields(stripe: Caller) -> None:
    parameters = PARTY | {"confirm": "true", "payment_method": "pm_card_chargeDeclined"}

    reply = stripe.send("POST", INTENTS, parameters | {"return_url": "https://a.example"})

    assert reply.status == 402
    assert spec.complaints(reply.json(), "error") == []


def test_an_unknown_api_key_is_401(fake: FakeStripe) -> None:
    reply = Caller(fake, "sk_test_1234567890abcd").send("GET", INTENTS)

    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"] == 'Basic realm="Stripe"'
    error = reply.json()["error"]
    assert error["message"] == "Invalid API Key provided: sk_test_**********abcd"
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic !", "Basic /w==", "Digest x"])
def test_a_request_without_an_api_key_is_401(fake: FakeStripe, authorization: str) -> None:
    reply = fake.handle("GET", INTENTS, {"Authorization": authorization}, b"")

    assert reply.status == 401
    assert reply.json()["error"]["message"].startswith("You did not provide an API key.")


def test_an_api_key_is_accepted_by_basic_authentication(fake: FakeStripe) -> None:
    credentials = base64.b64encode(b"sk_test_fake:").decode()

    reply = fake.handle("GET", INTENTS, {"authorization": f"Basic {credentials}"}, b"")

    assert reply.status == 200


def test_only_the_current_api_keys_are_accepted(fake: FakeStripe) -> None:
    fake.api_keys.add("sk_test_new")
    assert Caller(fake, "sk_test_new").get(INTENTS)["data"] == []

    fake.api_keys = {"sk_test_new"}

    assert Caller(fake).send("GET", INTENTS).status == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/payment_intents/"),
        ("GET", "/v1/nothing"),
        ("GET", "/"),
        ("GET", "/v1"),
        ("PUT", "/v1/refunds"),
        ("DELETE", "/v1/refunds/re_1"),
        ("POST", "/v1/payment_intents/pi_1/capture"),
        ("POST", "/v1/payment_intents/pi_1/confirm/again"),
    ],
)
def test_an_unknown_path_is_404(stripe: Caller, method: str, path: str) -> None:
    error = stripe.refused(method, path, status=404)

    assert error["type"] == "invalid_request_error"
    assert error["message"].startswith(f"Unrecognized request URL ({method}: {path}).")


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/v1/payment_intents/x", "payment_intent"),
        ("/v1/charges/x", "charge"),
        ("/v1/refunds/x", "refund"),
        ("/v1/disputes/x", "dispute"),
        ("/v1/balance_transactions/x", "balance transaction"),
        ("/v1/events/x", "event"),
        ("/v1/webhook_endpoints/x", "webhook endpoint"),
        ("/v1/payment_methods/x", "PaymentMethod"),
    ],
)
def test_an_unknown_id_is_404(stripe: Caller, path: str, what: str) -> None:
    error = stripe.refused("GET", path, status=404)

    assert error["code"] == "resource_missing"
    assert error["message"] == f"No such {what}: 'x'"


def test_another_api_version_is_refused(stripe: Caller) -> None:
    reply = stripe.send("GET", INTENTS, headers={"Stripe-Version": "2020-08-27"})

    assert reply.status == 400
    assert "2020-08-27" in reply.json()["error"]["message"]


def test_a_json_body_is_refused(fake: FakeStripe) -> None:
    headers = {"Authorization": "Bearer sk_test_fake", "Content-Type": "application/json"}

    assert fake.handle("POST", INTENTS, headers, b"{}").status == 400


def test_a_body_that_is_not_utf_8_is_refused(fake: FakeStripe) -> None:
    headers = {"Authorization": "Bearer sk_test_fake", "Content-Type": FORM}

    assert fake.handle("POST", INTENTS, headers, b"\xff").status == 400


def test_an_internal_error_of_the_fake_frees_the_idempotency_key(
    fake: FakeStripe, stripe: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError

    key = {"Idempotency-Key": "k"}
    with monkeypatch.context() as broken:
        broken.setattr("local.fakes.stripe.payments.payment_intents.emit", break_down)
        with pytest.raises(RuntimeError):
            stripe.send("POST", INTENTS, PARTY, key)

    assert stripe.send("POST", INTENTS, PARTY, key).status == 200


def test_the_same_seed_gives_the_same_ids() -> None:
    one, other = FakeStripe(seed=7), FakeStripe(seed=7)

    assert intent(Caller(one)) == intent(Caller(other)) != intent(Caller(FakeStripe(seed=8)))


def test_ids_have_stripes_format(stripe: Caller) -> None:
    identifier = intent(stripe)

    assert identifier.startswith("pi_")
    assert len(identifier) == 27
    assert identifier[3:].isalnum()
