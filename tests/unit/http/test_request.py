"""What every endpoint reads of a gateway event."""

from typing import Any

import pytest
from tests.builders import REQUEST_ID, caller, gateway_event

from teppan.http.request import Request, incoming
from teppan.services.idempotency import IdempotentRequest


def request(keyed: IdempotentRequest | None) -> Request[None]:
    return Request(
        operation="createBooking",
        caller=caller(),
        body=None,
        parameters={},
        if_match=None,
        keyed=keyed,
    )


def test_method_path_and_headers_in_whatever_case_they_were_sent() -> None:
    found = incoming(gateway_event("PUT", "/api/v1/x", headers={"If-MATCH": '"3"'}))

    assert (found.method, found.path) == ("PUT", "/api/v1/x")
    assert found.headers["if-match"] == '"3"'


@pytest.mark.parametrize("sent", [REQUEST_ID, REQUEST_ID.upper()])
def test_the_callers_request_id_counts_when_it_is_a_uuid(sent: str) -> None:
    assert incoming(gateway_event(headers={"X-Request-Id": sent})).request_id == sent


@pytest.mark.parametrize(
    "sent", ["", "1", REQUEST_ID + "0", REQUEST_ID + "\n", REQUEST_ID.replace("-", ""), "é" * 36]
)
def test_otherwise_the_gateways_does(sent: str) -> None:
    event = gateway_event(headers={"X-Request-Id": sent})

    assert incoming(event).request_id == event["requestContext"]["requestId"]


@pytest.mark.parametrize("event", [{}, {"headers": None, "requestContext": None}])
def test_an_event_with_nothing_in_it_is_read_all_the_same(event: dict[str, Any]) -> None:
    found = incoming(event)

    assert (found.method, found.path, found.headers, found.request_id) == ("", "", {}, "")


def test_an_idempotent_request_has_its_key() -> None:
    keyed = IdempotentRequest("key", "fingerprint")

    assert request(keyed).idempotency is keyed


def test_another_has_none_and_asking_is_our_mistake() -> None:
    with pytest.raises(LookupError, match="createBooking"):
        _ = request(None).idempotency
