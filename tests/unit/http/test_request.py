"""What every endpoint reads of a gateway event."""

from typing import Any

import pytest
from tests.builders import (
    CUSTOMER,
    REQUEST_ID,
    SESSION,
    SESSION_BEGAN,
    caller,
    gateway_event,
)

from teppan.domain.session import Session
from teppan.http.request import Request, incoming
from teppan.services.idempotency import IdempotentRequest


def request(keyed: IdempotentRequest | None = None, **of_an_account: Any) -> Request[None]:
    return Request(
        operation="createBooking",
        caller=caller(),
        body=None,
        parameters={},
        if_match=None,
        keyed=keyed,
        **of_an_account,
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
        _ = request().idempotency


def test_a_request_of_an_account_has_its_session() -> None:
    session = Session(SESSION, CUSTOMER, SESSION_BEGAN)

    assert request(logged_in=session).session is session


def test_one_of_anybody_has_none_and_asking_is_our_mistake() -> None:
    with pytest.raises(LookupError, match="createBooking"):
        _ = request().session


def test_printed_it_shows_no_access_token() -> None:
    assert "a-token" not in repr(request(access_token="a-token"))
