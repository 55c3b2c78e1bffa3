"""Requests, read from events of the gateway and of a function URL."""

import base64
import uuid
from typing import Any, ClassVar

import pytest
from tests.builders import (
    CUSTOMER,
    HOME,
    REQUEST_ID,
    SESSION,
    SESSION_BEGAN,
    caller,
    function_url_event,
    gateway_event,
)

from teppan.domain.accounts.session import Session
from teppan.domain.errors import InvalidInput, MalformedJson
from teppan.http.errors import TooLarge
from teppan.http.request import Request, read_request
from teppan.services.idempotency import IdempotencyKey


def make_request(idempotency: IdempotencyKey | None = None, **fields: Any) -> Request[None]:
    return Request(
        operation="createBooking",
        path="/api/v1/bookings",
        caller=caller(),
        body=None,
        parameters={},
        if_match=None,
        idempotency_or_none=idempotency,
        **fields,
    )


def test_a_request_has_method_path_and_headers_in_any_case() -> None:
    request = read_request(gateway_event("PUT", "/api/v1/x", headers={"If-MATCH": '"3"'}))

    assert (request.method, request.path) == ("PUT", "/api/v1/x")
    assert request.header("If-Match") == request.header("if-match") == '"3"'


@pytest.mark.parametrize("sent", [REQUEST_ID, REQUEST_ID.upper()])
def test_a_callers_request_id_is_used_if_it_is_a_uuid(sent: str) -> None:
    assert read_request(gateway_event(headers={"X-Request-Id": sent})).request_id == sent


@pytest.mark.parametrize(
    "sent", ["", "1", REQUEST_ID + "0", REQUEST_ID + "\n", REQUEST_ID.replace("-", ""), "é" * 36]
)
def test_the_gateways_request_id_is_used_if_the_callers_is_not_a_uuid(sent: str) -> None:
    event = gateway_event(headers={"X-Request-Id": sent})

    assert read_request(event).request_id == event["requestContext"]["requestId"]


def test_a_request_keeps_the_gateways_id_beside_the_callers() -> None:
    event = gateway_event(headers={"X-Request-Id": REQUEST_ID})

    request = read_request(event)

    assert request.request_id == REQUEST_ID
    assert request.gateway_request_id == event["requestContext"]["requestId"]


@pytest.mark.parametrize("event", [{}, {"headers": None, "requestContext": None}])
def test_an_empty_event_is_read_without_an_error(event: dict[str, Any]) -> None:
    request = read_request(event)

    assert (request.method, request.path, request.headers, request.request_id) == (
        "",
        "",
        {},
        "",
    )
    assert request.body(10) == b""


class TestRepeatedHeaders:
    """Repetitions of a list header are joined; any other header has one value (RFC 9110 §5.3)."""

    TAGS: ClassVar[list[str]] = ['"5"', '"9"']

    def test_a_repeated_list_header_is_joined(self) -> None:
        request = read_request(gateway_event(headers={"If-Match": self.TAGS}))

        assert request.header_list("If-Match") == '"5", "9"'

    def test_a_repeated_list_header_is_joined_across_spellings(self) -> None:
        request = read_request(gateway_event(headers={"If-Match": '"5"', "if-match": '"9"'}))

        assert request.header_list("If-Match") == '"5", "9"'

    def test_a_single_value_header_with_two_values_is_refused(self) -> None:
        request = read_request(gateway_event(headers={"Idempotency-Key": ["a", "b"]}))

        with pytest.raises(InvalidInput) as raised:
            request.header("Idempotency-Key")
        (violation,) = raised.value.violations
        assert (violation.where, violation.pointer) == ("header", "/Idempotency-Key")

    def test_a_header_repeated_with_the_same_value_has_that_value(self) -> None:
        request = read_request(gateway_event(headers={"Idempotency-Key": ["a", "a"]}))

        assert request.header("Idempotency-Key") == "a"

    def test_two_different_request_ids_are_ignored(self) -> None:
        event = gateway_event(headers={"X-Request-Id": [REQUEST_ID, str(uuid.uuid4())]})

        assert read_request(event).request_id == event["requestContext"]["requestId"]

    def test_an_absent_header_is_none(self) -> None:
        request = read_request(gateway_event())

        assert (
            request.header("X") is request.header_list("X") is request.optional_header("X") is None
        )

    def test_a_header_joined_by_the_function_url_is_one_value(self) -> None:
        request = read_request(function_url_event(headers={"stripe-signature": "t=1,t=2"}))

        assert request.header("Stripe-Signature") == "t=1,t=2"


def test_the_source_address_comes_from_the_gateway_not_a_header() -> None:
    spoofed = {"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1"}

    assert read_request(gateway_event(headers=spoofed, source_ip=HOME)).source_ip == HOME


@pytest.mark.parametrize("context", [{}, {"identity": None}, {"identity": {"sourceIp": None}}])
def test_an_unknown_source_address_is_empty(context: dict[str, Any]) -> None:
    assert read_request({"requestContext": context}).source_ip == ""


class TestBody:
    def test_a_body_has_the_bytes_that_were_sent(self) -> None:
        event = gateway_event("POST", body='{"name":  "寿司"}')

        assert read_request(event).body(1000) == '{"name":  "寿司"}'.encode()

    @pytest.mark.parametrize("sent", [b"", b"{}", b"\x00\xff\xfe", "寿司".encode()])
    def test_a_base64_body_has_the_bytes_that_were_sent(self, sent: bytes) -> None:
        event = gateway_event("POST") | {
            "body": base64.b64encode(sent).decode(),
            "isBase64Encoded": True,
        }

        assert read_request(event).body(1000) == sent

    @pytest.mark.parametrize("text", ["not base64!", "é", "QQ", "Q Q ="])
    def test_a_body_with_invalid_base64_is_malformed(self, text: str) -> None:
        event = gateway_event("POST") | {"body": text, "isBase64Encoded": True}

        with pytest.raises(MalformedJson):
            read_request(event).body(1000)

    def test_a_body_that_is_not_utf_8_is_malformed(self) -> None:
        event = gateway_event("POST") | {"body": "\ud800"}

        with pytest.raises(MalformedJson):
            read_request(event).body(1000)

    def test_a_body_is_measured_in_bytes(self) -> None:
        event = gateway_event("POST", body="é" * 5)

        assert len(read_request(event).body(10)) == 10
        with pytest.raises(TooLarge, match="at most 9 bytes"):
            read_request(event).body(9)

    def test_a_base64_body_is_measured_after_decoding(self) -> None:
        encoded = base64.b64encode(b"x" * 10).decode()
        event = gateway_event("POST") | {"body": encoded, "isBase64Encoded": True}

        assert read_request(event).body(10) == b"x" * 10
        with pytest.raises(TooLarge):
            read_request(event).body(9)


class TestFunctionUrl:
    def test_method_and_path_of_a_function_url_are_read_from_payload_2(self) -> None:
        request = read_request(function_url_event("POST", "/", headers={"Stripe-Signature": "t=1"}))

        assert (request.method, request.path) == ("POST", "/")
        assert request.header("Stripe-Signature") == "t=1"

    def test_a_function_url_request_has_an_id(self) -> None:
        event = function_url_event()

        assert read_request(event).request_id == event["requestContext"]["requestId"]


def test_an_idempotent_request_has_its_idempotency_key() -> None:
    idempotency = IdempotencyKey("key", "fingerprint")

    assert make_request(idempotency).idempotency is idempotency


def test_idempotency_of_a_request_without_a_key_raises_lookup_error() -> None:
    with pytest.raises(LookupError, match="createBooking"):
        _ = make_request().idempotency


def test_a_request_of_an_account_has_its_session() -> None:
    session = Session(SESSION, CUSTOMER, SESSION_BEGAN)

    assert make_request(session_or_none=session).session is session


def test_session_of_a_public_request_raises_lookup_error() -> None:
    with pytest.raises(LookupError, match="createBooking"):
        _ = make_request().session


def test_the_repr_of_a_request_omits_a_webhooks_body_and_signature() -> None:
    text = repr(make_request(raw=b"aiko@example.com", signature="t=1,v1=secret"))

    assert "aiko" not in text
    assert "v1=" not in text
