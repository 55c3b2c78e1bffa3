"""Which requests check that the session has not ended."""

import sys
from typing import Any

import pytest
from tests.builders import CUSTOMER, NOW, SESSION, SESSION_BEGAN, gateway_event
from tests.unit.conftest import LogLines
from tests.unit.http.endpoint.conftest import SessionCheck
from tests.unit.http.endpoint.serving import Order, handled_request, must_not_run, serve

from teppan.domain.accounts.session import Session
from teppan.domain.caller import Role
from teppan.domain.errors import StorageUnavailable
from teppan.http.endpoint import EVERYONE, PUBLIC, STAFF
from teppan.identity.errors import SessionEnded
from teppan.services.accounts import live_session


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

        response = serve(gateway_event("POST"), must_not_run)

        assert (response.status, response.code) == (503, "storage_unavailable")
        assert [line["message"] for line in logged()] == ["unavailable", "answered"]

    def test_a_public_operation_has_no_session(self) -> None:
        with pytest.raises(LookupError, match="sayHello"):
            _ = handled_request(gateway_event("POST"), roles=PUBLIC).session
