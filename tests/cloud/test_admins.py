"""Admins over HTTP: what `make admin` changes, and the second factor that they need in prod."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local.aws.stack import STACK
from local.errors import CommandError
from local.live_events.live_event import event_paths
from operations.admin import make_admin
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Person, enrol, problem_of, totp

from teppan.store.table import Table


class TestAdmins:
    def test_make_admin_gives_an_account_the_admin_role(
        self, cloud: RunningCloud, member: Person
    ) -> None:
        _make_admin(cloud, member)
        token = member.tokens()["access_token"]
        assert _me(cloud, token)["role"] == "admin"

    def test_make_admin_ends_the_accounts_earlier_sessions(
        self, cloud: RunningCloud, member: Person
    ) -> None:
        # Given two earlier sessions, one of which has just begun
        before = [member.tokens(), member.tokens()]
        # When the account becomes an admin's
        _make_admin(cloud, member)
        # Then they have ended at Cognito too, and the next session is valid
        cognito, client = cloud.client("cognito-idp"), cloud.app_client
        for tokens in before:
            with pytest.raises(cognito.exceptions.NotAuthorizedException):
                cognito.get_tokens_from_refresh_token(
                    ClientId=client.id,
                    ClientSecret=client.secret,
                    RefreshToken=tokens["refresh_token"],
                )
            assert problem_of(member.refresh(tokens)) == (401, "invalid_refresh_token")
            assert problem_of(member.log_out(tokens)) == (401, "unauthorized")
        assert member.log_out(member.tokens()).status == 204

    def test_make_admin_gives_no_rights_when_it_cannot_end_the_sessions(
        self, cloud: RunningCloud, member: Person
    ) -> None:
        # Given a table that cannot record the end of the sessions
        accounts = cloud.accounts
        broken = replace(accounts, table=Table(cloud.client("dynamodb"), "another-table"))
        with pytest.raises(ClientError):
            make_admin(broken, member.email, mfa_required=False)
        # Then
        assert _me(cloud, member.tokens()["access_token"])["role"] == "customer"

    def test_a_logged_out_admin_cannot_read(self, cloud: RunningCloud, member: Person) -> None:
        _make_admin(cloud, member)
        tokens = member.tokens()
        admin = Customer(cloud.api, tokens["access_token"])
        assert admin("GET", "/bookings").status == 200
        assert member.log_out(tokens).status == 204
        assert problem_of(admin("GET", "/bookings")) == (401, "unauthorized")


@pytest.fixture(scope="class")
def mfa_required_of_admins(cloud: RunningCloud) -> Iterator[None]:
    """Give the pool's trigger its environment of prod during a class of tests."""
    functions, name = cloud.client("lambda"), f"{STACK}-customize_tokens"
    recorded = json.loads(event_paths()["customize_tokens"].read_bytes())
    event = json.dumps(recorded | {"userPoolId": cloud.description.user_pool_id})
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def configure(variables: dict[str, str]) -> None:
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )
        # Start the function once, because Cognito waits only some seconds for a cold start.
        assert "FunctionError" not in functions.invoke(FunctionName=name, Payload=event)

    configure(before | {"ADMIN_MFA": "required"})
    yield
    configure(before)


@pytest.mark.usefixtures("mfa_required_of_admins")
class TestRequiredSecondFactor:
    def test_an_admin_needs_a_second_factor_before_the_role(
        self, cloud: RunningCloud, member: Person, day: str
    ) -> None:
        capacity = f"/availability/{day}/18:00"

        # Given an account without a second factor, which make admin refuses and does not change
        tokens = member.tokens()
        with pytest.raises(CommandError, match=r"no second factor: run `make second-factor`"):
            _make_admin(cloud, member, mfa_required=True)
        refreshed = member.refresh(tokens)
        assert refreshed.status == 200
        without = refreshed.json()
        assert Customer(cloud.api, without["access_token"])("GET", "/bookings").status == 200

        # When it gets a second factor by `make second-factor`
        secret = enrol(cloud.accounts, member)

        # Then a login needs the app's code
        assert problem_of(member.log_in()) == (401, "mfa_required")
        wrong = member.log_in(mfa_code=_wrong_code(totp(secret)))
        assert problem_of(wrong) == (401, "invalid_mfa_code")

        # When it becomes an admin's
        _make_admin(cloud, member, mfa_required=True)

        # Then the session that started without the second factor has no admin's rights
        assert problem_of(member.refresh(without)) == (401, "invalid_refresh_token")
        refused = Customer(cloud.api, without["access_token"])("PUT", capacity, {"capacity": 2})
        assert problem_of(refused) == (403, "forbidden")

        # And the next session has them
        token = member.tokens(mfa_code=totp(secret))["access_token"]
        assert _me(cloud, token) == _me(cloud, token) | {"role": "admin", "mfa_enabled": True}
        assert Customer(cloud.api, token)("PUT", capacity, {"capacity": 2}).status == 200

    def test_an_admin_without_the_second_factor_has_a_customers_rights(
        self, cloud: RunningCloud, member: Person, day: str
    ) -> None:
        # Given an admin with a second factor
        secret = enrol(cloud.accounts, member)
        _make_admin(cloud, member, mfa_required=True)
        tokens = member.tokens(mfa_code=totp(secret))
        # When an operator disables it, because the phone is lost
        cloud.client("cognito-idp").admin_set_user_mfa_preference(
            UserPoolId=cloud.description.user_pool_id,
            Username=member.email,
            SoftwareTokenMfaSettings={"Enabled": False},
        )
        # Then a refresh and a login give a customer's rights only
        for later in (member.refresh(tokens).json(), member.tokens()):
            assert _me(cloud, later["access_token"])["role"] == "customer"
            customer = Customer(cloud.api, later["access_token"])
            refused = customer("PUT", f"/availability/{day}/18:00", {"capacity": 2})
            assert problem_of(refused) == (403, "forbidden")


def _make_admin(cloud: RunningCloud, person: Person, *, mfa_required: bool = False) -> None:
    make_admin(cloud.accounts, person.email, mfa_required=mfa_required)


def _me(cloud: RunningCloud, token: str) -> dict[str, Any]:
    answer = cloud.api.request("GET", "/api/v1/auth/me", token=token)
    assert answer.status == 200
    me: dict[str, Any] = answer.json()
    return me


def _wrong_code(code: str) -> str:
    return code[::-1] if code != code[::-1] else "123456"
