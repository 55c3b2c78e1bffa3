"""A webhook: an endpoint on a function URL, signed over its raw body."""

from typing import Any

import pytest
from tests.builders import function_url_event, gateway_event
from tests.unit.http.endpoint.serving import ServedResponse, failing, handled_request, serve

from teppan.domain.caller import Role
from teppan.domain.payments.errors import InvalidSignature
from teppan.http.endpoint import PUBLIC

WEBHOOK: dict[str, Any] = {
    "roles": PUBLIC,
    "parameters": None,
    "signed_by": "stripe-signature",
}
"""What a webhook declares."""


def serve_webhook(**sent: Any) -> ServedResponse:
    return serve(function_url_event(**sent), **WEBHOOK)


class TestWebhook:
    @pytest.mark.parametrize("body", [b'{"a":  1}\n', b"\xff\x00", b"", '{"a": 1}'])
    def test_a_webhook_gets_the_raw_bytes_and_the_signature(self, body: bytes | str) -> None:
        request = handled_request(
            function_url_event(body=body, headers={"Stripe-Signature": "t=1,v1=a"}), **WEBHOOK
        )

        assert request.raw == (body if isinstance(body, bytes) else body.encode())
        assert request.signature == "t=1,v1=a"
        assert request.caller.role is Role.ANONYMOUS

    def test_an_unsigned_webhook_has_no_signature(self) -> None:
        assert handled_request(function_url_event(body="{}"), **WEBHOOK).signature is None

    def test_another_endpoint_gets_no_raw_bytes_and_no_signature(self) -> None:
        event = gateway_event("POST", body="{}", headers={"Stripe-Signature": "t=1"})

        request = handled_request(event)

        assert (request.raw, request.signature) == (b"", None)

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", ""])
    def test_a_webhook_accepts_post_only(self, method: str) -> None:
        response = serve_webhook(method=method, body="{}")

        assert response.status == 405
        assert response.headers["Allow"] == "POST"

    def test_the_body_of_a_webhook_has_at_most_a_megabyte(self) -> None:
        assert serve_webhook(body=b"x" * 1_048_576).status == 200
        assert serve_webhook(body=b"x" * 1_048_577).code == "body_too_large"

    def test_the_parameters_of_a_webhook_are_ignored(self) -> None:
        assert serve_webhook(body="{}", path="/anything").status == 200

    def test_a_refused_webhook_is_a_problem_with_its_path(self) -> None:
        response = serve(
            function_url_event(body="{}", path="/hook"),
            failing(InvalidSignature()),
            **WEBHOOK,
        )

        assert (response.status, response.code) == (400, "invalid_signature")
        assert response.body["instance"] == "/hook"
