"""Parameters, body, precondition and idempotency key, as they reach the handler."""

from typing import Any

import pytest
from tests.builders import gateway_event
from tests.unit.http.endpoint.serving import Order, handled_request, must_not_run, serve

from teppan.domain.errors import InvalidInput
from teppan.http.body import RequestBody
from teppan.http.parameters import LIMIT


class TestInput:
    def test_parameters_body_and_precondition_reach_the_handler(self) -> None:
        event = gateway_event(
            "PUT", body={"guests": 3}, query={"limit": "5"}, headers={"If-Match": '"7"'}
        )

        request = handled_request(event, body=Order, parameters={"limit": LIMIT})

        assert request.operation == "sayHello"
        assert request.parameters == {"limit": 5}
        assert request.body == Order(guests=3)
        assert request.precondition(7) and not request.precondition(8)

    def test_a_malformed_precondition_raises_only_if_it_is_read(self) -> None:
        request = handled_request(gateway_event(headers={"If-Match": "junk"}))

        with pytest.raises(InvalidInput):
            request.precondition(1)

    def test_a_body_without_a_schema_is_not_read(self) -> None:
        assert handled_request(gateway_event("POST", body="{")).body is None

    @pytest.mark.parametrize(
        ("request_", "status", "code"),
        [
            ({"query": {"colour": "red"}}, 422, "validation_failed"),
            ({"query": {"limit": "0"}}, 422, "validation_failed"),
            ({"body": "{"}, 400, "malformed_json"),
            ({"body": {"guests": "3"}}, 422, "validation_failed"),
            ({"body": " " * 20_000}, 413, "body_too_large"),
            (
                {"body": {"guests": 3}, "headers": {"Content-Type": "text/plain"}},
                415,
                "unsupported_media_type",
            ),
        ],
    )
    def test_bad_input_is_refused_before_the_handler_runs(
        self, request_: dict[str, Any], status: int, code: str
    ) -> None:
        event = gateway_event("POST", **{"body": {"guests": 3}} | request_)

        response = serve(event, must_not_run, body=Order, parameters={"limit": LIMIT})

        assert (response.status, response.code) == (status, code)

    def test_an_optional_body_may_be_absent(self) -> None:
        class Reason(RequestBody):
            reason: str = "none"

        request = handled_request(gateway_event("DELETE"), body=Reason, body_optional=True)

        assert request.body == Reason()


class TestIdempotency:
    def test_a_handler_gets_the_idempotency_key_and_fingerprint(self) -> None:
        events = [
            gateway_event("POST", body=body, headers={"Idempotency-Key": "key-1"})
            for body in ({"guests": 3}, {"guests": 4})
        ]

        first, second = (
            handled_request(event, body=Order, idempotent=True).idempotency for event in events
        )

        assert first.key == second.key == "key-1"
        assert first.fingerprint != second.fingerprint

    def test_an_idempotent_operation_refuses_a_request_without_a_key(self) -> None:
        response = serve(gateway_event("POST", body={"guests": 3}), body=Order, idempotent=True)

        assert (response.status, response.code) == (400, "missing_parameter")

    def test_an_operation_that_is_not_idempotent_ignores_a_key(self) -> None:
        assert (
            handled_request(gateway_event(headers={"Idempotency-Key": "key-1"})).idempotency_or_none
            is None
        )
