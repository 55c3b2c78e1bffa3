"""The gateway of the local cloud: health, its own errors, and CORS."""

import re

import pytest
from local.api import Answer, Api
from local.demo.users import tokens_of
from tests.builders import booking_body
from tests.cloud.conftest import RunningCloud

ALLOWED_ORIGIN = "http://localhost:3000"
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def assert_problem(answer: Answer, status: int, code: str) -> None:
    """Assert that an error of a function or the gateway has the contract's shape."""
    problem = answer.json()
    assert (answer.status, problem["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"] == f"/docs/problems#{code}"
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert {"title", "detail", "instance"} <= problem.keys()
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


class TestHealth:
    @pytest.mark.parametrize("path", ["/health", "/health/database"])
    def test_health_is_answered(self, api: Api, path: str) -> None:
        answer = api.request("GET", path)
        assert (answer.status, answer.json()["status"]) == (200, "ok")

    @pytest.mark.parametrize("path", ["/health", "/health/database"])
    def test_a_head_of_health_has_no_body(self, api: Api, path: str) -> None:
        answer = api.request("HEAD", path)
        assert (answer.status, answer.body) == (200, b"")

    def test_health_names_the_stage_local(self, api: Api) -> None:
        assert api.request("GET", "/health").json()["stage"] == "local"


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

    def test_the_name_of_a_required_header_may_have_any_case(
        self, api: Api, customer_token: str
    ) -> None:
        """HTTP/2, and so every browser, sends header names in lower case."""
        answer = api.request(
            "POST",
            "/api/v1/bookings",
            token=customer_token,
            body=booking_body(guests=0),
            headers={"idempotency-key": "k"},
        )
        assert_problem(answer, 422, "validation_failed")

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

    def test_an_allowed_origin_can_read_errors_of_the_gateway(self, api: Api) -> None:
        answer = api.request("GET", "/api/v1/bookings", headers={"Origin": ALLOWED_ORIGIN})
        assert answer.status == 401
        assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN

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
