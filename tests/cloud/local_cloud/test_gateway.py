"""The gateway of the local cloud: health, its own errors, and CORS."""

import json
import re
import subprocess

import pytest
from local.api import Answer, Api
from local.commit import commit
from local.demo.users import tokens_of
from tests.builders import booking_body
from tests.cloud.conftest import RunningCloud

from teppan.http.headers import SECURITY

ALLOWED_ORIGIN = "http://localhost:3000"


def assert_problem(answer: Answer, status: int, code: str) -> None:
    """Assert that an error of a function or the gateway has the contract's shape."""
    problem = answer.json()
    assert (answer.status, problem["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"] == f"/docs/problems#{code}"
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert {"title", "detail", "instance"} <= problem.keys()
    assert SECURITY.items() <= dict(answer.headers).items()


class TestHealth:
    @pytest.mark.parametrize("path", ["/health", "/health/database", "/health/cache"])
    def test_health_is_answered(self, api: Api, path: str) -> None:
        answer = api.request("GET", path)
        assert (answer.status, answer.json()["status"]) == (200, "ok")

    @pytest.mark.parametrize("path", ["/health", "/health/database", "/health/cache"])
    def test_a_head_of_health_has_no_body(self, api: Api, path: str) -> None:
        answer = api.request("HEAD", path)
        assert (answer.status, answer.body) == (200, b"")

    def test_health_names_the_stage_local_and_the_commit(self, api: Api) -> None:
        health = api.request("GET", "/health").json()
        assert health["stage"] == "local"
        # A test of the same run may have changed a file since.
        assert health["version"].startswith(commit().removesuffix("-dirty"))


class TestGatewayErrors:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/api/v1/bookings"),
            ("POST", "/api/v1/bookings"),
            ("GET", "/api/v1/bookings/bkg_k3v7q2m5x4j6n2a5c7d3f6g2h4"),
            ("PUT", "/api/v1/availability/2027-06-19/18:00"),
        ],
    )
    def test_a_request_without_a_token_is_401(self, api: Api, method: str, path: str) -> None:
        answer = api.request(method, path)
        assert_problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_a_forged_token_is_401(self, api: Api, customer_token: str) -> None:
        head, payload, _ = customer_token.split(".")
        answer = api.request("GET", "/api/v1/bookings", token=f"{head}.{payload}.forged")
        assert_problem(answer, 401, "unauthorized")

    def test_an_id_token_is_401(self, cloud: RunningCloud) -> None:
        token = tokens_of(cloud.description, "customer").id
        assert_problem(
            cloud.api.request("GET", "/api/v1/bookings", token=token), 401, "unauthorized"
        )

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/"),
            ("GET", "/api/v1/nothing"),
            ("GET", "/api/v2/bookings"),
            ("DELETE", "/health"),
            ("PATCH", "/api/v1/bookings/bkg_k3v7q2m5x4j6n2a5c7d3f6g2h4"),
        ],
    )
    def test_an_unknown_route_is_404(self, api: Api, method: str, path: str) -> None:
        assert_problem(api.request(method, path), 404, "not_found")

    def test_a_missing_query_parameter_is_400(self, api: Api) -> None:
        answer = api.request("GET", "/api/v1/availability", query={"from": "2027-06-19"})
        assert_problem(answer, 400, "missing_parameter")
        assert "to" in answer.json()["detail"]

    def test_an_empty_query_parameter_is_missing_to_gateway_and_function_alike(
        self, api: Api
    ) -> None:
        answer = api.request("GET", "/api/v1/availability", query={"from": "", "to": "2027-06-19"})
        assert_problem(answer, 400, "missing_parameter")

    def test_a_missing_header_is_400(self, api: Api, customer_token: str) -> None:
        answer = api.request("POST", "/api/v1/bookings", token=customer_token, body=booking_body())
        assert_problem(answer, 400, "missing_parameter")
        assert "Idempotency-Key" in answer.json()["detail"]

    def test_the_names_of_headers_may_be_in_lower_case(
        self, cloud: RunningCloud, customer_token: str
    ) -> None:
        """HTTP/2, and so every browser, sends them so."""
        headers = {
            "authorization": f"Bearer {customer_token}",
            "content-type": "application/json",
            "idempotency-key": "k",
            "origin": ALLOWED_ORIGIN,
        }
        body = json.dumps(booking_body(guests=0))

        sent = [part for name, text in headers.items() for part in ("-H", f"{name}: {text}")]
        answer = subprocess.run(
            [
                "curl",
                "-si",
                "--http2-prior-knowledge",
                *sent,
                "-d",
                body,
                f"{cloud.description.api_url}/api/v1/bookings",
            ],
            check=True,
            capture_output=True,
            text=True,
        ).stdout

        assert answer.startswith("HTTP/2 422")
        assert f"access-control-allow-origin: {ALLOWED_ORIGIN}" in answer

    def test_a_customer_cannot_set_a_capacity(self, api: Api, customer_token: str) -> None:
        path = "/api/v1/availability/2027-06-19/18:00"
        answer = api.request("PUT", path, token=customer_token, body={"capacity": 2})
        assert_problem(answer, 403, "forbidden")


class TestCors:
    def test_an_allowed_origin_can_read_answers(self, api: Api) -> None:
        answer = api.request("GET", "/health", headers={"Origin": ALLOWED_ORIGIN})
        assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN

    def test_an_unknown_origin_cannot_read_answers(self, api: Api) -> None:
        answer = api.request("GET", "/health", headers={"Origin": "https://evil.example"})
        assert answer.status == 200
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_any_page_can_read_errors_of_the_gateway(self, api: Api) -> None:
        answer = api.request("GET", "/api/v1/bookings", headers={"Origin": "https://any.example"})
        assert answer.status == 401
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers

    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/bookings",
            "/api/v1/bookings?limit=5&order=desc",
            "/api/v1/availability?from=2027-06-19&to=2027-06-20",
            "/api/v1/quotes",
            "/health/database",
        ],
    )
    def test_a_preflight_request_is_answered_for_each_path(self, api: Api, path: str) -> None:
        answer = api.request(
            "OPTIONS",
            path,
            headers={
                "Origin": ALLOWED_ORIGIN,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
            },
        )
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        assert {"authorization", "idempotency-key", "if-match"} <= set(re.split(r",\s*", allowed))
