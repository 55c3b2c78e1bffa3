"""The client of Stripe's API: keys, API version, retries and errors."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe
from tests.functions.emf import alarm_values
from tests.unit.conftest import Secrets
from tests.unit.teppan_payments.conftest import Answer, Wire, error_answer, list_of

from teppan.domain.payments.errors import (
    PaymentProviderErred,
    PaymentProviderFailed,
    PaymentProviderUnavailable,
    PaymentsNotConfigured,
    WrongPaymentMode,
)
from teppan.settings import MissingSettingError
from teppan_payments.client import API_VERSION, Stripe, StripeRequest, connect

INTENT = {"id": "pi_1", "object": "payment_intent", "status": "succeeded"}
UNREACHABLE = stripe.APIConnectionError(  # type: ignore[no-untyped-call]
    "Connection reset by peer", should_retry=True
)
TIMED_OUT = stripe.APIConnectionError(  # type: ignore[no-untyped-call]
    "Timed out", should_retry=False
)
UNAUTHORIZED = error_answer(401, "invalid_request_error")


def retrieve(client: stripe.StripeClient, options: stripe.RequestOptions) -> Any:
    return client.v1.payment_intents.retrieve("pi_1", {}, options)


def create(client: stripe.StripeClient, options: stripe.RequestOptions) -> Any:
    return client.v1.payment_intents.create({"amount": 10_000, "currency": "usd"}, options)


class TestRequest:
    def test_a_request_goes_to_the_address_of_the_environment(
        self, api: Stripe, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wire.answers((200, INTENT))
        urls: list[str] = []
        original = wire.request

        def record_url(method: str, url: str, *rest: Any) -> Any:
            urls.append(url)
            return original(method, url, *rest)

        monkeypatch.setattr(wire, "request", record_url)

        assert api.call(retrieve).id == "pi_1"
        assert urls == ["https://stripe.invalid/v1/payment_intents/pi_1"]

    def test_a_request_has_the_key_and_the_pinned_api_version(
        self, api: Stripe, wire: Wire
    ) -> None:
        wire.answers((200, INTENT))

        api.call(retrieve)

        (request,) = wire.requests
        assert request.key == "sk_test_new"
        assert request.headers["Stripe-Version"] == API_VERSION == "2026-05-27.dahlia"

    def test_a_request_sends_its_idempotency_key_if_it_has_one(
        self, api: Stripe, wire: Wire
    ) -> None:
        wire.answers((200, INTENT))

        api.call(create, "bkg_1:deposit:1:1")

        assert wire.requests[0].idempotency_key == "bkg_1:deposit:1:1"
        assert wire.requests[0].form == {"amount": "10000", "currency": "usd"}

    def test_a_rotated_api_key_is_used_from_the_next_request(
        self, api: Stripe, wire: Wire, keys: Secrets
    ) -> None:
        wire.answers((200, INTENT))
        api.call(retrieve)
        keys.values = ("sk_test_newer",)

        api.call(retrieve)

        assert [request.key for request in wire.requests] == ["sk_test_new", "sk_test_newer"]


class TestKeys:
    def test_a_refused_api_key_is_followed_by_the_next(
        self, api: Stripe, wire: Wire, keys: Secrets
    ) -> None:
        keys.values = ("sk_test_new", "sk_test_old")
        wire.answers(UNAUTHORIZED, (200, INTENT))

        assert api.call(create, "key-1").id == "pi_1"

        assert [request.key for request in wire.requests] == ["sk_test_new", "sk_test_old"]
        assert {request.idempotency_key for request in wire.requests} == {"key-1"}

    def test_the_next_api_key_is_read_only_if_needed(
        self, api: Stripe, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def valid(_arn: str) -> Iterator[str]:
            yield "sk_test_new"
            raise AssertionError("read too much")

        monkeypatch.setattr("teppan.secret.valid", valid)
        wire.answers((200, INTENT))

        api.call(retrieve)

    def test_refused_api_keys_raise_provider_failed(
        self, api: Stripe, wire: Wire, keys: Secrets
    ) -> None:
        keys.values = ("sk_test_new", "sk_test_old")
        wire.answers(UNAUTHORIZED)

        with pytest.raises(PaymentProviderFailed):
            api.call(retrieve)
        assert len(wire.requests) == 2

    @pytest.mark.parametrize(
        "value", ["x7Kq", "whsec_1", "pk_test_a", "sk_", "sk_test_", " sk_test_a"]
    )
    def test_a_missing_api_key_raises_payments_not_configured(
        self, api: Stripe, wire: Wire, keys: Secrets, value: str
    ) -> None:
        keys.values = (value, "another")

        with pytest.raises(PaymentsNotConfigured):
            api.call(retrieve)
        assert wire.requests == []

    def test_the_random_value_of_a_new_secret_is_not_sent(
        self, api: Stripe, wire: Wire, keys: Secrets
    ) -> None:
        keys.values = ("sk_test_new", "x7Kq")
        wire.answers(UNAUTHORIZED)

        with pytest.raises(PaymentProviderFailed) as failure:
            api.call(retrieve)
        assert type(failure.value) is PaymentProviderFailed
        assert [request.key for request in wire.requests] == ["sk_test_new"]

    @pytest.mark.parametrize(
        ("stage", "key", "is_accepted"),
        [
            ("prod", "sk_live_a", True),
            ("prod", "rk_live_a", True),
            ("prod", "sk_test_a", False),
            ("prod", "rk_test_a", False),
            ("staging", "sk_test_a", True),
            ("staging", "sk_live_a", False),
            ("dev", "rk_live_a", False),
            ("local", "sk_live_a", False),
        ],
    )
    def test_a_live_api_key_is_used_in_prod_only_and_prod_uses_no_other(
        self,
        api: Stripe,
        wire: Wire,
        keys: Secrets,
        in_stage: Callable[[str], None],
        capsys: pytest.CaptureFixture[str],
        stage: str,
        key: str,
        is_accepted: bool,
    ) -> None:
        in_stage(stage)
        keys.values = (key,)
        wire.answers((200, INTENT))

        if is_accepted:
            api.call(retrieve)
        else:
            with pytest.raises(WrongPaymentMode):
                api.call(retrieve)

        assert len(wire.requests) == is_accepted
        assert alarm_values(capsys.readouterr().out, "ForeignPayments") == (
            [] if is_accepted else [1]
        )


class TestFailures:
    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (UNREACHABLE, PaymentProviderUnavailable),
            (TIMED_OUT, PaymentProviderUnavailable),
            (error_answer(409, "idempotency_error"), PaymentProviderUnavailable),
            (error_answer(409, code="lock_timeout"), PaymentProviderUnavailable),
            (error_answer(429, code="rate_limit"), PaymentProviderUnavailable),
            (error_answer(400, "idempotency_error"), PaymentProviderErred),
            (error_answer(424, "api_error"), PaymentProviderErred),
            (error_answer(500, "api_error"), PaymentProviderErred),
            (error_answer(502, "api_error"), PaymentProviderErred),
            (error_answer(503, "api_error"), PaymentProviderErred),
            ((500, "<html>no JSON</html>"), PaymentProviderErred),
            ((503, ""), PaymentProviderErred),
        ],
    )
    def test_a_failure_of_stripe_may_be_retried(
        self, api: Stripe, wire: Wire, answer: Answer, error: type[Exception]
    ) -> None:
        wire.answers(answer)

        with pytest.raises(PaymentProviderUnavailable) as failure:
            api.call(create, "key-1")

        assert type(failure.value) is error
        assert failure.value.retry_after == 5

    @pytest.mark.parametrize(
        "answer",
        [
            error_answer(400, code="parameter_invalid_integer"),
            error_answer(404, code="resource_missing"),
        ],
    )
    def test_an_invalid_request_error_is_raised_unchanged(
        self, api: Stripe, wire: Wire, answer: Answer
    ) -> None:
        wire.answers(answer)

        with pytest.raises(stripe.InvalidRequestError):
            api.call(create, "key-1")
        assert len(wire.requests) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            error_answer(402, "card_error", "card_declined"),
            error_answer(403),
            (200, "<html>no JSON</html>"),
        ],
    )
    def test_any_other_error_of_stripe_raises_provider_failed(
        self, api: Stripe, wire: Wire, answer: Answer
    ) -> None:
        wire.answers(answer)

        with pytest.raises(PaymentProviderFailed):
            api.call(create, "key-1")
        assert len(wire.requests) == 1

    def test_the_message_of_stripes_error_is_not_shown(self, api: Stripe, wire: Wire) -> None:
        wire.answers(error_answer(500, "api_error"))

        with pytest.raises(PaymentProviderErred) as failure:
            api.call(retrieve)

        assert "aiko" not in str(failure.value)


class TestRetries:
    @pytest.mark.parametrize(
        "first", [UNREACHABLE, error_answer(409), error_answer(500, "api_error")]
    )
    def test_a_failed_request_is_retried_once_with_the_same_key(
        self, api: Stripe, wire: Wire, first: Answer
    ) -> None:
        wire.answers(first, (200, INTENT))

        assert api.call(create, "key-1").id == "pi_1"

        assert [request.idempotency_key for request in wire.requests] == ["key-1", "key-1"]

    def test_a_post_without_a_key_gets_one_for_its_retry(self, api: Stripe, wire: Wire) -> None:
        wire.answers(UNREACHABLE, (200, INTENT))

        api.call(create)

        keys = {request.idempotency_key for request in wire.requests}
        assert len(wire.requests) == 2
        assert len(keys) == 1
        assert None not in keys

    def test_a_request_is_retried_only_once(self, api: Stripe, wire: Wire) -> None:
        wire.answers(UNREACHABLE)

        with pytest.raises(PaymentProviderUnavailable):
            api.call(create, "key-1")
        assert len(wire.requests) == 2


class TestAllOf:
    def test_every_page_of_a_list_is_read_with_the_same_api_key(
        self, api: Stripe, wire: Wire, keys: Secrets
    ) -> None:
        keys.values = ("sk_test_new", "sk_test_old")
        pages = [
            list_of({"id": "re_1", "object": "refund"}, has_more=True),
            list_of({"id": "re_2", "object": "refund"}),
        ]
        wire.answers(UNAUTHORIZED, *pages)

        found = api.all_of(lambda client, options: client.v1.refunds.list({"limit": 1}, options))

        assert [each["id"] for each in found] == ["re_1", "re_2"]
        assert all(type(each) is dict for each in found)
        assert [request.key for request in wire.requests[1:]] == ["sk_test_old", "sk_test_old"]
        assert wire.requests[2].form["starting_after"] == "re_1"
        assert {request.headers["Stripe-Version"] for request in wire.requests} == {API_VERSION}

    @pytest.mark.parametrize("answer", [UNREACHABLE, error_answer(500, "api_error")])
    def test_a_failed_page_fails_the_list(self, api: Stripe, wire: Wire, answer: Answer) -> None:
        wire.answers(list_of({"id": "re_1", "object": "refund"}, has_more=True), answer)
        listing: StripeRequest = lambda client, options: client.v1.refunds.list({}, options)  # noqa: E731

        with pytest.raises(PaymentProviderUnavailable):
            api.all_of(listing)

    @pytest.mark.parametrize("status", [400, 403, 404])
    def test_a_refused_list_raises_provider_failed(
        self, api: Stripe, wire: Wire, status: int
    ) -> None:
        wire.answers(error_answer(status))

        with pytest.raises(PaymentProviderFailed):
            api.all_of(lambda client, options: client.v1.refunds.list({}, options))


class TestConnect:
    def test_a_process_has_one_stripe_client(self, api: Stripe) -> None:
        assert connect() is api

    def test_the_timeouts_of_the_client_leave_time_to_respond(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[Any] = []

        def make(**options: Any) -> Wire:
            calls.append(options)
            return Wire()

        monkeypatch.setattr(stripe, "RequestsClient", make)
        connect.cache_clear()

        connect()

        connect.cache_clear()
        ((connecting, reading),) = [options["timeout"] for options in calls]
        assert 2 * (connecting + reading) < 20

    @pytest.mark.parametrize("name", ["STRIPE_API_BASE", "STRIPE_API_KEY_ARN"])
    @pytest.mark.usefixtures("wire")
    def test_a_missing_setting_stops_the_cold_start(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(name)
        connect.cache_clear()

        with pytest.raises(MissingSettingError, match=name):
            connect()
