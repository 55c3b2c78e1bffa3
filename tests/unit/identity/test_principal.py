"""Who is calling, from the claims that the gateway has verified (§8)."""

from typing import Any

import pytest
from tests.builders import CUSTOMER, gateway_event

from teppan.domain.caller import Role
from teppan.identity.principal import Principal, principal_of


def event(**claims: Any) -> dict[str, Any]:
    usual = {"sub": CUSTOMER, "token_use": "access"}
    return {"requestContext": {"authorizer": {"claims": usual | claims}}}


@pytest.mark.parametrize("groups", ["admin", "admin,customer", "[customer admin]", ["admin"]])
def test_whoever_is_in_the_admin_group_is_staff(groups: str | list[str]) -> None:
    assert principal_of(event(**{"cognito:groups": groups})) == Principal(CUSTOMER, Role.ADMIN)


@pytest.mark.parametrize(
    "groups", ["", "customer", "administrators", "not-admin", "admin2", "ADMIN", []]
)
def test_everybody_else_is_a_customer(groups: str | list[str]) -> None:
    assert principal_of(event(**{"cognito:groups": groups})) == Principal(CUSTOMER, Role.CUSTOMER)


def test_also_without_any_group() -> None:
    assert principal_of(event()) == Principal(CUSTOMER, Role.CUSTOMER)


@pytest.mark.parametrize(
    "nobody",
    [
        {},
        {"requestContext": {}},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {}}},
        {"requestContext": {"authorizer": {"claims": None}}},
        event(sub=""),
        event(sub=None),
        event(token_use="id"),
        event(token_use=None),
        gateway_event(account=None),
    ],
)
def test_without_the_claims_of_an_access_token_it_is_nobody(nobody: dict[str, Any]) -> None:
    assert principal_of(nobody) is None
