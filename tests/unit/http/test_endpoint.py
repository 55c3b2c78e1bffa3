"""The endpoint decorator: the code that all operations share."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from tests.builders import (
    ADMIN,
    CUSTOMER,
    HOME,
    NOW,
    REQUEST_ID,
    SESSION,
    SESSION_BEGAN,
    function_url_event,
    gateway_event,
    lambda_context,
)
from tests.unit.conftest import LogLines

from teppan.domain.accounts.session import Session
from teppan.domain.bookings.errors import SlotUnavailable
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import Conflict, InvalidInput, StorageUnavailable
from teppan.domain.payments.errors import (
    InvalidSignature,
    PaymentProviderFailed,
    PaymentProviderUnavailable,
)
from teppan.http.body import RequestBody
from teppan.http.endpoint import EVERYONE, PUBLIC, STAFF, endpoint
from teppan.http.headers import SECURITY
from teppan.http.parameters import LIMIT
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.identity.errors import SessionEnded
from teppan.observability.metrics import metrics
from teppan.services.accounts import live_session
from teppan.settings import MissingSettingError, settings
from teppan.store import table
from teppan.store.table import Table

SECRET = "aiko@example.com"


class Order(RequestBody):
    guests: int


@dataclass(frozen=True)
class ServedResponse:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.body["code"])


type EndpointFunction = Callable[[Request[Any]], Response]


def say_hello(request: Request[Any]) -> Response:
    return Response(body={"hello": "world"})


def serve(
    event: dict[str, Any] | None = None,
    handle: EndpointFunction = say_hello,
    *,
    roles: frozenset[Role] = EVERYONE,
    **declared: Any,
) -> ServedResponse:
    """Return the response of an endpoint that runs `handle`."""
    handler = endpoint("sayHello", roles=roles, **declared)(handle)
    result = handler(event or gateway_event(path="/api/v1/hello"), lambda_context())
    assert result["isBase64Encoded"] is False
    return ServedResponse(result["statusCode"], result["headers"], result["body"])


def handled_request(event: dict[str, Any] | None = None, **declared: Any) -> Request[Any]:
    """Return the request that the handler gets."""
    requests: list[Request[Any]] = []

    def handle(request: Request[Any]) -> Response:
        requests.append(request)
        return Response()

    serve(event, handle, **declared)
    return requests[0]


class SessionCheck:
    """A stub of `check_live`: records its calls, and raises `refusal` if it is set."""

    def __init__(self) -> None:
        self.table = Table(None, "never used")
        self.checks: list[tuple[Table, Session, datetime]] = []
        self.refusal: Exception | None = None

    def check_live(self, table: Table, session: Session, at: datetime) -> None:
        self.checks.append((table, session, at))
        if self.refusal:
            raise self.refusal


@pytest.fixture(autouse=True)
def sessions(monkeypatch: pytest.MonkeyPatch) -> SessionCheck:
    """The session check; every session is live unless a test sets `refusal`."""
    stub = SessionCheck()
    monkeypatch.setattr(live_session, "check_live", stub.check_live)
    monkeypatch.setattr(table, "connect", lambda: stub.table)
    return stub


def failing(error: Exception) -> EndpointFunction:
    def fail(_request: Request[Any]) -> Response:
        raise error

    return fail


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


class TestAccess:
    @pytest.mark.parametrize(
        ("roles", "groups", "status"),
        [
            (EVERYONE, "customer", 200),
            (EVERYONE, "admin", 200),
            (EVERYONE, "", 200),
            (STAFF, "admin", 200),
            (STAFF, "customer", 403),
            (STAFF, "", 403),
            (PUBLIC, "customer", 200),
            (frozenset({Role.ANONYMOUS}), "customer", 200),
        ],
    )
    def test_the_role_of_the_caller_decides_access(
        self, roles: frozenset[Role], groups: str, status: int
    ) -> None:
        assert serve(gateway_event(groups=groups), roles=roles).status == status

    @pytest.mark.parametrize(("roles", "status"), [(EVERYONE, 401), (STAFF, 401), (PUBLIC, 200)])
    def test_only_public_operations_serve_a_caller_without_an_account(
        self, roles: frozenset[Role], status: int
    ) -> None:
        assert serve(gateway_event(account=None), roles=roles).status == status

    def test_an_unauthenticated_caller_gets_www_authenticate(self) -> None:
        response = serve(gateway_event(account=None))

        assert (response.code, response.headers["WWW-Authenticate"]) == ("unauthorized", "Bearer")

    @pytest.mark.parametrize(
        "token",
        [{"client_id": "another-client"}, {"token_use": "id"}, {"origin_jti": None}],
        ids=["of another client", "not an access token", "without a session"],
    )
    def test_a_token_that_is_not_ours_is_unauthorized(self, token: dict[str, Any]) -> None:
        assert serve(gateway_event(token=token)).code == "unauthorized"

    def test_an_unauthenticated_caller_gets_no_validation_errors(self) -> None:
        event = gateway_event("POST", body="{", account=None, query={"colour": "red"})

        assert serve(event, body=Order).code == "unauthorized"

    @pytest.mark.parametrize(
        ("groups", "role"), [("admin", Role.ADMIN), ("customer", Role.CUSTOMER)]
    )
    @pytest.mark.usefixtures("now")
    def test_a_handler_gets_the_caller_and_the_time(self, groups: str, role: Role) -> None:
        event = gateway_event(account=ADMIN, groups=groups, headers={"X-Request-Id": REQUEST_ID})

        gateway_request_id = event["requestContext"]["requestId"]
        assert handled_request(event).caller == Caller(
            ADMIN, role, REQUEST_ID, NOW, gateway_request_id, HOME
        )

    def test_a_public_operation_ignores_the_account(self) -> None:
        caller = handled_request(gateway_event(groups="admin"), roles=PUBLIC).caller

        assert (caller.id, caller.role) == ("anonymous", Role.ANONYMOUS)


class TestEndedSessions:
    @pytest.mark.parametrize(
        ("roles", "groups", "method", "is_checked"),
        [
            (EVERYONE, "customer", "GET", False),
            (EVERYONE, "customer", "HEAD", False),
            (EVERYONE, "customer", "POST", True),
            (EVERYONE, "customer", "PUT", True),
            (EVERYONE, "customer", "PATCH", True),
            (EVERYONE, "customer", "DELETE", True),
            (EVERYONE, "admin", "GET", True),
            (EVERYONE, "admin", "HEAD", True),
            (EVERYONE, "admin", "POST", True),
            (STAFF, "admin", "GET", True),
            (STAFF, "admin", "PUT", True),
            (PUBLIC, "customer", "GET", False),
            (PUBLIC, "customer", "POST", False),
            (PUBLIC, "admin", "POST", False),
        ],
    )
    def test_changes_and_all_requests_of_staff_check_the_session(
        self,
        roles: frozenset[Role],
        groups: str,
        method: str,
        *,
        is_checked: bool,
        sessions: SessionCheck,
    ) -> None:
        assert serve(gateway_event(method, groups=groups), roles=roles).status == 200

        assert len(sessions.checks) == is_checked

    @pytest.mark.usefixtures("now")
    def test_the_session_of_the_token_is_checked_at_the_current_time(
        self, sessions: SessionCheck
    ) -> None:
        request = handled_request(gateway_event("POST"))

        session = Session(SESSION, CUSTOMER, SESSION_BEGAN)
        assert sessions.checks == [(sessions.table, session, NOW)]
        assert (request.session, request.caller.at) == (session, NOW)

    @pytest.mark.parametrize(
        ("roles", "groups", "method", "status"),
        [
            (PUBLIC, "customer", "POST", 200),
            (EVERYONE, "customer", "GET", 200),
            (EVERYONE, "customer", "POST", 500),
        ],
    )
    def test_an_operation_without_a_session_check_does_not_import_it(
        self,
        roles: frozenset[Role],
        groups: str,
        method: str,
        status: int,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """It imports the store, which would slow the cold start of a public function."""
        monkeypatch.setitem(sys.modules, live_session.__name__, None)

        assert serve(gateway_event(method, groups=groups), roles=roles).status == status

    @pytest.mark.parametrize(("method", "groups"), [("DELETE", "customer"), ("GET", "admin")])
    def test_an_ended_session_is_refused_before_the_handler_runs(
        self, method: str, groups: str, sessions: SessionCheck
    ) -> None:
        sessions.refusal = SessionEnded()
        must_not_run = failing(AssertionError("the handler ran"))

        response = serve(gateway_event(method, groups=groups), must_not_run)

        assert (response.status, response.code) == (401, "unauthorized")
        assert response.body["detail"] == "Your session has ended. Log in again."
        assert response.headers["WWW-Authenticate"] == "Bearer"

    def test_a_forbidden_role_is_refused_before_the_session_is_checked(
        self, sessions: SessionCheck
    ) -> None:
        """A check of the role costs nothing; a check of the session reads the table."""
        sessions.refusal = SessionEnded()

        assert serve(gateway_event("PUT", groups="customer"), roles=STAFF).status == 403
        assert sessions.checks == []

    def test_an_unauthenticated_caller_is_refused_without_a_session_check(
        self, sessions: SessionCheck
    ) -> None:
        assert serve(gateway_event("POST", account=None)).status == 401
        assert sessions.checks == []

    @pytest.mark.parametrize(
        "fault",
        [
            {"body": "{"},
            {"body": " " * 20_000},
            {"body": {"guests": "3"}},
            {"body": {"guests": 3}, "query": {"colour": "red"}},
            {"body": {"guests": 3}, "headers": {"Content-Type": "text/plain"}},
        ],
    )
    def test_an_ended_session_gets_no_validation_errors(
        self, fault: dict[str, Any], sessions: SessionCheck
    ) -> None:
        sessions.refusal = SessionEnded()

        response = serve(gateway_event("POST", **fault), body=Order, idempotent=True)

        assert response.code == "unauthorized"

    def test_a_session_that_cannot_be_checked_is_refused_with_503(
        self, sessions: SessionCheck, logged: LogLines
    ) -> None:
        sessions.refusal = StorageUnavailable()

        response = serve(gateway_event("POST"), failing(AssertionError("the handler ran")))

        assert (response.status, response.code) == (503, "storage_unavailable")
        assert [line["message"] for line in logged()] == ["unavailable", "answered"]

    def test_a_public_operation_has_no_session(self) -> None:
        with pytest.raises(LookupError, match="sayHello"):
            _ = handled_request(gateway_event("POST"), roles=PUBLIC).session


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
        must_not_run = failing(AssertionError("the handler ran"))

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

    def test_a_missing_setting_stops_the_cold_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.cache_clear()
        monkeypatch.delenv("STAGE")

        with pytest.raises(MissingSettingError):
            endpoint("sayHello", roles=PUBLIC)


class TestLog:
    def test_one_log_line_has_the_status_of_the_request(self, logged: LogLines) -> None:
        serve()

        (line,) = logged()
        assert (line["message"], line["level"]) == ("answered", "INFO")
        assert (line["operation"], line["status"]) == ("sayHello", 200)

    def test_the_log_line_has_the_duration(
        self, logged: LogLines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        readings = iter([17.0, 17.03125])
        stopwatch = SimpleNamespace(perf_counter=lambda: next(readings))
        monkeypatch.setattr("teppan.http.endpoint.time", stopwatch)

        serve()

        assert logged()[0]["duration_ms"] == 31.2

    def test_a_refused_request_is_logged_with_its_code_only(self, logged: LogLines) -> None:
        serve(gateway_event("POST", body={"guests": SECRET}), body=Order)

        (line,) = logged()
        assert (line["status"], line["code"]) == (422, "validation_failed")

    def test_a_malformed_request_is_logged_with_its_code(self, logged: LogLines) -> None:
        serve(gateway_event("POST", body="{"), body=Order)

        assert (logged()[0]["status"], logged()[0]["code"]) == (400, "malformed_json")

    def test_the_log_contains_no_part_of_the_request(self, logged: LogLines) -> None:
        event = gateway_event(
            "POST",
            body={"guests": 3},
            query={"limit": "5"},
            headers={"Authorization": "Bearer token", "Cookie": "session", "If-Match": '"a-tag"'},
        )

        serve(event, body=Order, parameters={"limit": LIMIT})

        log_text = json.dumps(logged())
        assert not [
            text for text in ("token", "session", "guests", "limit", "a-tag") if text in log_text
        ]

    @pytest.mark.parametrize("enabled", ["true", "TRUE", "1"])
    def test_the_event_is_not_logged_even_if_the_environment_enables_it(
        self, enabled: str, logged: LogLines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", enabled)
        event = gateway_event(
            "POST", body={"guests": SECRET}, headers={"Authorization": "Bearer a-token"}
        )

        serve(event, body=Order)

        assert [line["message"] for line in logged()] == ["answered"]
        assert not [text for text in (SECRET, "a-token", CUSTOMER) if text in json.dumps(logged())]

    def test_log_keys_of_one_request_do_not_leak_into_the_next(self, logged: LogLines) -> None:
        first, second = gateway_event(), gateway_event()

        serve(first)
        serve(second)

        assert [line["request_id"] for line in logged()] == [
            event["requestContext"]["requestId"] for event in (first, second)
        ]


class TestMetrics:
    @pytest.fixture(autouse=True)
    def empty_metrics(self) -> Iterator[None]:
        metrics.clear_metrics()
        yield
        metrics.clear_metrics()

    @pytest.mark.parametrize(
        ("handle", "client_errors", "server_errors"),
        [
            (say_hello, 0, 0),
            (failing(SlotUnavailable([])), 1, 0),
            (failing(RuntimeError()), 0, 1),
        ],
    )
    def test_a_request_is_counted_once(
        self,
        handle: EndpointFunction,
        client_errors: int,
        server_errors: int,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        serve(handle=handle)

        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        (counted,) = [line for line in lines if "Requests" in line]
        assert (counted["operation"], counted["Requests"]) == ("sayHello", [1])
        assert counted["ClientErrors"] == [client_errors]
        assert counted["ServerErrors"] == [server_errors]


class TestWebhook:
    """An endpoint on a function URL, signed over its raw body."""

    def handled_request(self, **sent: Any) -> Request[Any]:
        return handled_request(
            function_url_event(**sent), roles=PUBLIC, parameters=None, signed_by="stripe-signature"
        )

    def serve(self, **sent: Any) -> ServedResponse:
        return serve(
            function_url_event(**sent), roles=PUBLIC, parameters=None, signed_by="stripe-signature"
        )

    @pytest.mark.parametrize("body", [b'{"a":  1}\n', b"\xff\x00", b"", '{"a": 1}'])
    def test_a_webhook_gets_the_raw_bytes_and_the_signature(self, body: bytes | str) -> None:
        request = self.handled_request(body=body, headers={"Stripe-Signature": "t=1,v1=a"})

        assert request.raw == (body if isinstance(body, bytes) else body.encode())
        assert request.signature == "t=1,v1=a"
        assert request.caller.role is Role.ANONYMOUS

    def test_an_unsigned_webhook_has_no_signature(self) -> None:
        assert self.handled_request(body="{}").signature is None

    def test_another_endpoint_gets_no_raw_bytes_and_no_signature(self) -> None:
        event = gateway_event("POST", body="{}", headers={"Stripe-Signature": "t=1"})

        request = handled_request(event)

        assert (request.raw, request.signature) == (b"", None)

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", ""])
    def test_a_webhook_accepts_post_only(self, method: str) -> None:
        response = self.serve(method=method, body="{}")

        assert response.status == 405
        assert response.headers["Allow"] == "POST"

    def test_the_body_of_a_webhook_has_at_most_a_megabyte(self) -> None:
        assert self.serve(body=b"x" * 1_048_576).status == 200
        assert self.serve(body=b"x" * 1_048_577).code == "body_too_large"

    def test_the_parameters_of_a_webhook_are_ignored(self) -> None:
        assert self.serve(body="{}", path="/anything").status == 200

    def test_a_refused_webhook_is_a_problem_with_its_path(self) -> None:
        response = serve(
            function_url_event(body="{}", path="/hook"),
            failing(InvalidSignature()),
            roles=PUBLIC,
            parameters=None,
            signed_by="stripe-signature",
        )

        assert (response.status, response.code) == (400, "invalid_signature")
        assert response.body["instance"] == "/hook"


@pytest.mark.parametrize("error", [PaymentProviderUnavailable(), PaymentProviderFailed()])
def test_a_failure_of_the_payment_provider_is_logged(error: Exception, logged: LogLines) -> None:
    response = serve(handle=failing(error))

    assert response.status in {502, 503}
    assert "Retry-After" in response.headers
    assert [line["message"] for line in logged()] == ["unavailable", "answered"]
