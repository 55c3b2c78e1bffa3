"""Who may call an operation, and what the handler gets to know of the caller."""

from typing import Any

import pytest
from tests.builders import ADMIN, HOME, NOW, REQUEST_ID, gateway_event
from tests.unit.http.endpoint.serving import Order, handled_request, serve

from teppan.domain.caller import Caller, Role
from teppan.http.endpoint import EVERYONE, PUBLIC, STAFF


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
