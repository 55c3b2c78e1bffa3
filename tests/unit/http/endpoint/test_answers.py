"""What every answer has, and what an error becomes."""

from typing import Any

import pytest
from tests.builders import CUSTOMER, NOW, REQUEST_ID, gateway_event
from tests.unit.conftest import LogLines
from tests.unit.http.endpoint.serving import (
    SECRET,
    failing,
    handled_request,
    must_not_run,
    say_hello,
    serve,
)

from teppan.domain.bookings.errors import SlotUnavailable
from teppan.domain.errors import Conflict, StorageUnavailable
from teppan.domain.payments.errors import PaymentProviderFailed, PaymentProviderUnavailable
from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.headers import SECURITY
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.settings import MissingSettingError, settings


class TestResponses:
    def test_a_response_is_json_with_the_handlers_headers(self) -> None:
        def create(_request: Request[Any]) -> Response:
            return Response(201, {"name": "寿司"}, {"Location": "/api/v1/x/1"})

        response = serve(handle=create)

        assert (response.status, response.body) == (201, {"name": "寿司"})
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Location"] == "/api/v1/x/1"

    def test_a_response_without_a_body_has_no_media_type(self) -> None:
        response = serve(handle=lambda _: Response(204))

        assert (response.status, response.text) == (204, "")
        assert "Content-Type" not in response.headers

    def test_a_response_to_head_equals_that_to_get_without_the_body(self) -> None:
        get, head = (serve(gateway_event(method)) for method in ("GET", "HEAD"))

        assert (head.status, head.text) == (get.status, "")
        assert set(head.headers) == set(get.headers)

    def test_a_refused_head_request_has_no_body(self) -> None:
        assert serve(gateway_event("HEAD", account=None)).text == ""

    @pytest.mark.parametrize("error", [None, Conflict, RuntimeError])
    def test_every_response_has_the_security_headers(self, error: type[Exception] | None) -> None:
        handle = failing(SlotUnavailable([]) if error is Conflict else error()) if error else None

        response = serve(handle=handle or say_hello)

        assert response.headers.items() >= SECURITY.items()

    @pytest.mark.parametrize("account", [CUSTOMER, None])
    def test_an_allowed_origin_may_read_every_response(self, account: str | None) -> None:
        origin = {"Origin": "https://book.teppan.example"}

        response = serve(gateway_event(headers=origin, account=account))

        assert response.headers["Access-Control-Allow-Origin"] == origin["Origin"]

    def test_another_origin_may_not_read_a_response(self) -> None:
        response = serve(gateway_event(headers={"Origin": "https://evil.example"}))

        assert "Access-Control-Allow-Origin" not in response.headers


class TestRequestId:
    def test_a_callers_request_id_is_returned(self) -> None:
        response = serve(gateway_event(headers={"x-request-id": REQUEST_ID}))

        assert response.headers["X-Request-Id"] == REQUEST_ID

    def test_the_gateways_request_id_is_returned_if_the_caller_sent_none(self) -> None:
        event = gateway_event()

        assert serve(event).headers["X-Request-Id"] == event["requestContext"]["requestId"]

    def test_the_request_id_is_in_the_handlers_request_the_log_and_the_problem(
        self, logged: LogLines
    ) -> None:
        event = gateway_event(headers={"X-Request-Id": REQUEST_ID})

        response = serve(event, failing(SlotUnavailable([])))

        assert handled_request(event).caller.request_id == REQUEST_ID
        assert response.body["request_id"] == REQUEST_ID
        assert {line["request_id"] for line in logged()} == {REQUEST_ID}


class TestErrors:
    def test_a_domain_error_is_a_problem_with_the_requests_path(self) -> None:
        response = serve(handle=failing(SlotUnavailable(["12:00"])))

        assert (response.status, response.code) == (409, "slot_unavailable")
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.body["instance"] == "/api/v1/hello"
        assert response.body["available_times"] == ["12:00"]

    def test_an_outage_has_retry_after_and_is_logged(self, logged: LogLines) -> None:
        response = serve(handle=failing(StorageUnavailable()))

        assert (response.status, response.headers["Retry-After"]) == (503, "1")
        assert [line["message"] for line in logged()] == ["unavailable", "answered"]

    @pytest.mark.parametrize("kind", [ValueError, KeyError, AssertionError, RecursionError])
    def test_an_unexpected_error_is_500_and_reveals_nothing(self, kind: type[Exception]) -> None:
        response = serve(handle=failing(kind(SECRET)))

        assert (response.status, response.code) == (500, "internal_error")
        assert SECRET not in response.text + repr(response.headers)
        assert kind.__name__ not in response.text

    def test_an_unexpected_error_is_logged_without_its_message(self, logged: LogLines) -> None:
        serve(handle=failing(ValueError(SECRET)))

        failed, answered = logged()
        assert (failed["level"], failed["error"]) == ("ERROR", "ValueError")
        assert failed["stack"][-1].endswith(" fail")
        assert (answered["status"], answered["code"]) == (500, "internal_error")
        assert SECRET not in repr(logged())

    def test_a_response_that_is_not_json_is_500(self) -> None:
        """A mistake in a handler must not become a 502 of the gateway, which lacks our headers."""
        response = serve(handle=lambda _: Response(body={"when": NOW}))

        assert (response.status, response.code) == (500, "internal_error")

    @pytest.mark.parametrize(
        "unreadable",
        [
            {"headers": [SECRET], "multiValueHeaders": None},
            {"multiValueHeaders": {SECRET: None}},
            {"multiValueHeaders": {"X-Request-Id": [[SECRET]]}},
            {"requestContext": SECRET},
        ],
    )
    def test_an_event_that_cannot_be_read_is_500_without_detail_and_logged(
        self, unreadable: dict[str, Any], logged: LogLines
    ) -> None:
        response = serve(gateway_event() | unreadable, must_not_run)

        assert (response.status, response.code) == (500, "internal_error")
        assert response.headers.items() >= SECURITY.items()
        failed, answered = logged()
        assert (failed["level"], failed["message"]) == ("ERROR", "failed")
        assert failed["stack"][-1].split()[-1] in {"_headers", "read_request", "optional_header"}
        assert answered["status"] == 500
        # The caller can quote an id that is in the log.
        ids = {response.headers["X-Request-Id"], response.body["request_id"]}
        assert ids == {line["request_id"] for line in logged()}
        assert ids == {line["function_request_id"] for line in logged()}
        assert SECRET not in response.text + repr(response.headers) + repr(logged())

    def test_a_missing_setting_stops_the_cold_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.cache_clear()
        monkeypatch.delenv("STAGE")

        with pytest.raises(MissingSettingError):
            endpoint("sayHello", roles=PUBLIC)


@pytest.mark.parametrize("error", [PaymentProviderUnavailable(), PaymentProviderFailed()])
def test_a_failure_of_the_payment_provider_is_logged(error: Exception, logged: LogLines) -> None:
    response = serve(handle=failing(error))

    assert response.status in {502, 503}
    assert "Retry-After" in response.headers
    assert [line["message"] for line in logged()] == ["unavailable", "answered"]
