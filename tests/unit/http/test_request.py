"""What every endpoint reads of a gateway event."""

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
from teppan.http.request import Request, incoming
from teppan.services.idempotency import IdempotentRequest


def request(idempotency: IdempotentRequest | None = None, **of_an_account: Any) -> Request[None]:
    return Request(
        operation="createBooking",
        caller=caller(),
        body=None,
        parameters={},
        if_match=None,
        idempotent=idempotency,
        **of_an_account,
    )


def test_a_request_has_method_path_and_headers_in_any_case() -> None:
    found = incoming(gateway_event("PUT", "/api/v1/x", headers={"If-MATCH": '"3"'}))

    assert (found.method, found.path) == ("PUT", "/api/v1/x")
    assert found.header("If-Match") == found.header("if-match") == '"3"'


@pytest.mark.parametrize("sent", [REQUEST_ID, REQUEST_ID.upper()])
def test_a_callers_request_id_is_used_if_it_is_a_uuid(sent: str) -> None:
    assert incoming(gateway_event(headers={"X-Request-Id": sent})).request_id == sent


@pytest.mark.parametrize(
    "sent", ["", "1", REQUEST_ID + "0", REQUEST_ID + "\n", REQUEST_ID.replace("-", ""), "é" * 36]
)
def test_the_gateways_request_id_is_used_if_the_callers_is_not_a_uuid(sent: str) -> None:
    event = gateway_event(headers={"X-Request-Id": sent})

    assert incoming(event).request_id == event["requestContext"]["requestId"]


def test_a_request_keeps_the_gateways_id_beside_the_callers() -> None:
    event = gateway_event(headers={"X-Request-Id": REQUEST_ID})

    found = incoming(event)

    assert found.request_id == REQUEST_ID
    assert found.gateway_request_id == event["requestContext"]["requestId"]


@pytest.mark.parametrize("event", [{}, {"headers": None, "requestContext": None}])
def test_an_empty_event_is_read_without_an_error(event: dict[str, Any]) -> None:
    found = incoming(event)

    assert (found.method, found.path, found.headers, found.request_id) == ("", "", {}, "")
    assert found.body(10) == b""


class TestRepeatedHeaders:
    """A header that is a list goes on; any other says one thing (RFC 9110 §5.3)."""

    TAGS: ClassVar[list[str]] = ['"5"', '"9"']

    def test_a_repeated_list_header_is_joined(self) -> None:
        found = incoming(gateway_event(headers={"If-Match": self.TAGS}))

        assert found.header_list("If-Match") == '"5", "9"'

    def test_a_repeated_list_header_is_joined_across_spellings(self) -> None:
        found = incoming(gateway_event(headers={"If-Match": '"5"', "if-match": '"9"'}))

        assert found.header_list("If-Match") == '"5", "9"'

    def test_a_single_value_header_with_two_values_is_refused(self) -> None:
        found = incoming(gateway_event(headers={"Idempotency-Key": ["a", "b"]}))

        with pytest.raises(InvalidInput) as refusal:
            found.header("Idempotency-Key")
        (fault,) = refusal.value.violations
        assert (fault.where, fault.pointer) == ("header", "/Idempotency-Key")

    def test_a_header_repeated_with_the_same_value_has_that_value(self) -> None:
        found = incoming(gateway_event(headers={"Idempotency-Key": ["a", "a"]}))

        assert found.header("Idempotency-Key") == "a"

    def test_two_different_request_ids_are_ignored(self) -> None:
        event = gateway_event(headers={"X-Request-Id": [REQUEST_ID, str(uuid.uuid4())]})

        assert incoming(event).request_id == event["requestContext"]["requestId"]

    def test_an_absent_header_is_none(self) -> None:
        found = incoming(gateway_event())

        assert found.header("X") is found.header_list("X") is found.harmless_header("X") is None

    def test_a_header_joined_by_the_function_url_is_one_value(self) -> None:
        found = incoming(function_url_event(headers={"stripe-signature": "t=1,t=2"}))

        assert found.header("Stripe-Signature") == "t=1,t=2"


def test_the_source_address_comes_from_the_gateway_not_a_header() -> None:
    told = {"X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1"}

    assert incoming(gateway_event(headers=told, source_ip=HOME)).source_ip == HOME


@pytest.mark.parametrize("context", [{}, {"identity": None}, {"identity": {"sourceIp": None}}])
def test_an_unknown_source_address_is_empty(context: dict[str, Any]) -> None:
    assert incoming({"requestContext": context}).source_ip == ""


class TestBody:
    def test_a_body_has_the_bytes_that_were_sent(self) -> None:
        event = gateway_event("POST", body='{"name":  "寿司"}')

        assert incoming(event).body(1000) == '{"name":  "寿司"}'.encode()

    @pytest.mark.parametrize("sent", [b"", b"{}", b"\x00\xff\xfe", "寿司".encode()])
    def test_a_base64_body_has_the_bytes_that_were_sent(self, sent: bytes) -> None:
        event = gateway_event("POST") | {
            "body": base64.b64encode(sent).decode(),
            "isBase64Encoded": True,
        }

        assert incoming(event).body(1000) == sent

    @pytest.mark.parametrize("text", ["not base64!", "é", "QQ", "Q Q ="])
    def test_a_body_with_invalid_base64_is_malformed(self, text: str) -> None:
        event = gateway_event("POST") | {"body": text, "isBase64Encoded": True}

        with pytest.raises(MalformedJson):
            incoming(event).body(1000)

    def test_a_body_that_is_not_utf_8_is_malformed(self) -> None:
        event = gateway_event("POST") | {"body": "\ud800"}

        with pytest.raises(MalformedJson):
            incoming(event).body(1000)

    def test_a_body_is_measured_in_bytes(self) -> None:
        event = gateway_event("POST", body="é" * 5)

        assert len(incoming(event).body(10)) == 10
        with pytest.raises(TooLarge, match="at most 9 bytes"):
            incoming(event).body(9)

    def test_a_base64_body_is_measured_after_decoding(self) -> None:
        encoded = base64.b64encode(b"x" * 10).decode()
        event = gateway_event("POST") | {"body": encoded, "isBase64Encoded": True}

        assert incoming(event).body(10) == b"x" * 10
        with pytest.raises(TooLarge):
            incoming(event).body(9)


class TestFunctionUrl:
    def test_method_and_path_of_a_function_url_are_read_from_payload_2(self) -> None:
        found = incoming(function_url_event("POST", "/", headers={"Stripe-Signature": "t=1"}))

        assert (found.method, found.path) == ("POST", "/")
        assert found.header("Stripe-Signature") == "t=1"

    def test_a_function_url_request_has_an_id(self) -> None:
        event = function_url_event()

        assert incoming(event).request_id == event["requestContext"]["requestId"]


def test_an_idempotent_request_has_its_idempotency_key() -> None:
    idempotency = IdempotentRequest("key", "fingerprint")

    assert request(idempotency).idempotency is idempotency


def test_idempotency_of_a_request_without_a_key_raises_lookup_error() -> None:
    with pytest.raises(LookupError, match="createBooking"):
        _ = request().idempotency


def test_a_request_of_an_account_has_its_session() -> None:
    session = Session(SESSION, CUSTOMER, SESSION_BEGAN)

    assert request(logged_in=session).session is session


def test_session_of_a_public_request_raises_lookup_error() -> None:
    with pytest.raises(LookupError, match="createBooking"):
        _ = request().session


def test_the_repr_of_a_request_omits_a_webhooks_body_and_signature() -> None:
    printed = repr(request(raw=b"aiko@example.com", signature="t=1,v1=secret"))

    assert "aiko" not in printed
    assert "v1=" not in printed
