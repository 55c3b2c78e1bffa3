"""The rights of tokens: our API only, and no admin rights without a second factor.

See `docs/accounts.md`.
"""

import json
from typing import Any

import pytest
from tests.builders import ROOT, lambda_context, load_function
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import emulated, stubbed
from tests.functions.conftest import Output
from tests.functions.people import Person, account_of, confirmed, with_second_factor
from tests.store.faults import Fault, lost_request, refused

from teppan.identity.cognito.second_factor import forget_clients
from teppan.trigger import TriggerFailedError

EVENT = ROOT / "events" / "accounts" / "customize_tokens.json"
FUNCTION = "accounts/customize_tokens"

pytestmark = pytest.mark.usefixtures("connected")


def event_of(person: Person, groups: list[str] | None) -> dict[str, Any]:
    """Return the event that Cognito sends before it issues the person's tokens."""
    event: dict[str, Any] = json.loads(EVENT.read_text(encoding="utf-8"))
    account = account_of(person.email) or {"Username": "nobody"}
    event["userPoolId"], event["userName"] = emulated().pool_id, account["Username"]
    event["callerContext"]["clientId"] = emulated().client_id
    event["request"]["groupConfiguration"]["groupsToOverride"] = groups
    return event


def trigger(person: Person, groups: list[str] | None) -> Any:
    return load_function(FUNCTION).handler(event_of(person, groups), lambda_context())


def groups_of(answer: dict[str, Any]) -> list[str]:
    """Return the groups that the answer puts into a token."""
    details = answer["response"]["claimsAndScopeOverrideDetails"]
    groups: list[str] = details["groupOverrideDetails"]["groupsToOverride"]
    return groups


def scopes_of(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Return the scopes that the answer adds to an access token and removes from it."""
    details = answer["response"]["claimsAndScopeOverrideDetails"]
    scopes: dict[str, list[str]] = details["accessTokenGeneration"]
    return scopes


@pytest.fixture
def second_factor_optional(connected: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the second factor of admins optional, as on some stages."""
    monkeypatch.setattr(load_function(FUNCTION), "mfa_demanded", False)


class TestSecondFactorRequired:
    @pytest.mark.parametrize("groups", [["admin"], ["admin", "customer"], ["customer", "admin"]])
    def test_an_admin_with_a_second_factor_keeps_the_admin_group(self, groups: list[str]) -> None:
        person, _ = with_second_factor()

        assert groups_of(trigger(person, groups)) == groups

    @pytest.mark.parametrize(
        ("groups", "expected"),
        [
            (["admin"], ["customer"]),
            (["admin", "customer"], ["customer"]),
            (["a", "admin", "b"], ["a", "b"]),
        ],
    )
    def test_an_admin_without_a_second_factor_becomes_a_customer(
        self, groups: list[str], expected: list[str]
    ) -> None:
        assert groups_of(trigger(confirmed(), groups)) == expected

    @pytest.mark.parametrize("groups", [["customer"], [], None, ["administrators"], ["Admin"]])
    def test_the_second_factor_of_a_customer_is_not_looked_up(
        self, tap: Tap, groups: list[str] | None
    ) -> None:
        person = confirmed()

        with tap() as wire:
            answer = trigger(person, groups)

        assert groups_of(answer) == (groups or [])
        assert "AdminGetUser" not in wire.calls

    def test_the_second_factor_of_an_admin_is_looked_up_once(self, tap: Tap) -> None:
        person = confirmed()

        with tap() as wire:
            trigger(person, ["admin"])

        assert wire.calls.count("AdminGetUser") == 1

    def test_a_deleted_account_gets_no_admin_group(self) -> None:
        assert groups_of(trigger(Person(), ["admin"])) == ["customer"]


@pytest.mark.usefixtures("second_factor_optional")
class TestSecondFactorOptional:
    def test_an_admin_keeps_the_admin_group_where_the_second_factor_is_optional(
        self, tap: Tap
    ) -> None:
        person = confirmed()

        with tap() as wire:
            answer = trigger(person, ["admin", "customer"])

        assert groups_of(answer) == ["admin", "customer"]
        assert "AdminGetUser" not in wire.calls


def test_the_rest_of_the_event_is_returned_unchanged() -> None:
    person = confirmed()

    answer = trigger(person, ["customer"])

    assert answer | {"response": None} == event_of(person, ["customer"]) | {"response": None}
    assert set(answer["response"]["claimsAndScopeOverrideDetails"]) == {
        "groupOverrideDetails",
        "accessTokenGeneration",
    }


class TestScopes:
    @pytest.mark.parametrize("groups", [["admin"], ["customer"], [], None])
    def test_a_login_gets_the_scope_of_our_api_and_none_of_cognitos(
        self, groups: list[str] | None
    ) -> None:
        assert scopes_of(trigger(confirmed(), groups)) == {
            "scopesToAdd": ["teppan/api"],
            "scopesToSuppress": ["aws.cognito.signin.user.admin"],
        }

    def test_an_unknown_client_gets_no_scope_of_cognito(self) -> None:
        event = event_of(confirmed(), ["customer"])
        event["callerContext"]["clientId"] = "never-heard-of"

        answer = load_function(FUNCTION).handler(event, lambda_context())

        assert scopes_of(answer)["scopesToSuppress"] == ["aws.cognito.signin.user.admin"]

    def test_the_client_for_second_factors_gets_no_scope_of_our_api(self) -> None:
        event = event_of(confirmed(), ["admin"])
        event["callerContext"]["clientId"] = emulated().second_factor_client_id

        answer = load_function(FUNCTION).handler(event, lambda_context())

        assert scopes_of(answer) == {"scopesToAdd": [], "scopesToSuppress": []}

    def test_the_client_for_second_factors_is_looked_up_once(self, tap: Tap) -> None:
        forget_clients()

        with tap() as wire:
            for _ in range(3):
                trigger(confirmed(), ["customer"])

        assert wire.calls == ["ListUserPoolClients"]

    @pytest.mark.parametrize("fault", [refused("TooManyRequestsException"), lost_request])
    def test_logins_succeed_while_the_client_for_second_factors_is_unknown(
        self, fault: Fault
    ) -> None:
        # The quota of this call is small, and many functions may start at once.
        person = confirmed()
        forget_clients()

        with stubbed("ListUserPoolClients", fault):
            answer = trigger(person, ["customer"])

        assert scopes_of(answer)["scopesToSuppress"] == ["aws.cognito.signin.user.admin"]


@pytest.mark.parametrize(
    "fault",
    [
        refused("InternalErrorException", 500, message="mallory@example.com"),
        refused("TooManyRequestsException", message="mallory@example.com"),
        refused("AccessDeniedException", message="mallory@example.com"),
        lost_request,
    ],
)
def test_a_failure_of_cognito_fails_the_login_without_details(output: Output, fault: Fault) -> None:
    # Stubbed: the emulator does not fail.
    person = confirmed()

    with stubbed("AdminGetUser", fault), pytest.raises(TriggerFailedError) as failure:
        load_function(FUNCTION).handler(event_of(person, ["admin"]), lambda_context())

    assert str(failure.value) == "customizeTokens"
    assert failure.value.__cause__ is None and failure.value.__suppress_context__
    logged = output()
    assert '"operation":"customizeTokens"' in logged and '"message":"failed"' in logged
    assert person.email not in logged and "mallory" not in logged


def test_a_malformed_event_fails_the_trigger() -> None:
    with pytest.raises(TriggerFailedError):
        load_function(FUNCTION).handler({"version": "2"}, lambda_context())
