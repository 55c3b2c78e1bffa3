"""The principal, from the claims that the gateway has verified (`domain.md §8`)."""

from typing import Any

import pytest
from tests.builders import CUSTOMER, SESSION, SESSION_BEGAN, gateway_event

from teppan.domain.accounts.session import Session
from teppan.domain.caller import Role
from teppan.identity.principal import Principal, principal_of
from teppan.settings import MissingSettingError


def principal(role: Role) -> Principal:
    """Return the account and session of the tests' requests."""
    return Principal(CUSTOMER, role, Session(SESSION, CUSTOMER, SESSION_BEGAN))


def event(**claims: Any) -> dict[str, Any]:
    """Return a request whose access token has these claims in place of the usual ones."""
    return gateway_event(token=claims)


@pytest.mark.parametrize("groups", ["admin", "admin,customer", "[customer admin]", ["admin"]])
def test_an_account_in_the_admin_group_is_an_admin(groups: str | list[str]) -> None:
    assert principal_of(gateway_event(groups=groups)) == principal(Role.ADMIN)


@pytest.mark.parametrize(
    "groups", ["", "customer", "administrators", "not-admin", "admin2", "ADMIN", []]
)
def test_an_account_in_other_groups_is_a_customer(groups: str | list[str]) -> None:
    assert principal_of(gateway_event(groups=groups)) == principal(Role.CUSTOMER)


def test_an_account_without_groups_is_a_customer() -> None:
    assert principal_of(event(**{"cognito:groups": None})) == principal(Role.CUSTOMER)


def test_the_session_of_a_refreshed_token_is_that_of_the_login() -> None:
    refreshed = principal_of(event(origin_jti="first", jti="last", auth_time="1", iat="2"))

    assert refreshed is not None
    assert refreshed.session.id == "first"
    assert refreshed.session.began_at.timestamp() == 1
    assert refreshed.session.account_id == refreshed.id


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"requestContext": {}},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {}}},
        {"requestContext": {"authorizer": {"claims": None}}},
        gateway_event(account=None),
    ],
)
def test_a_request_without_claims_has_no_principal(event: dict[str, Any]) -> None:
    assert principal_of(event) is None


@pytest.mark.parametrize(
    "claims", [{"sub": ""}, {"sub": None}, {"token_use": "id"}, {"token_use": None}]
)
def test_a_request_without_an_access_token_has_no_principal(claims: dict[str, Any]) -> None:
    assert principal_of(event(**claims)) is None


@pytest.mark.parametrize("client", ["another-client", "", None, ["4f2k8s1v7b3n9c6d5e0g1h2j3m"]])
def test_a_token_of_another_client_has_no_principal(client: object) -> None:
    """The gateway's authorizer accepts any client of the pool."""
    assert principal_of(event(client_id=client)) is None


def test_the_accepted_client_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER_POOL_CLIENT_ID", "another-client")

    assert principal_of(event(client_id="another-client")) == principal(Role.CUSTOMER)


def test_a_missing_client_setting_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    request = event()
    monkeypatch.delenv("USER_POOL_CLIENT_ID")

    with pytest.raises(MissingSettingError, match="USER_POOL_CLIENT_ID"):
        principal_of(request)


@pytest.mark.parametrize(
    "claims",
    [{"origin_jti": None}, {"auth_time": None}, {"auth_time": ""}, {"auth_time": "yesterday"}],
)
def test_a_token_without_a_session_has_no_principal(claims: dict[str, Any]) -> None:
    """Its session could not be ended."""
    assert principal_of(event(**claims)) is None
