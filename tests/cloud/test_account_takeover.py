"""Attacks on accounts that bypass our API: only our functions may call Cognito for users.

A stranger knows the ids of the pool and the client from any token, and can call Cognito.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Final

import boto3
import pytest
from botocore import UNSIGNED, xform_name
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from local.api import Api
from local.demo.mails import newest_code
from local.errors import CommandError
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Person, enrol
from tests.sizes import SIZES

PARALLEL_TRIALS: Final = 2
STRANGERS_PASSWORD: Final = "a passphrase of a stranger"


@pytest.fixture(scope="module")
def cognito(cloud: RunningCloud) -> BaseClient:
    """Return a client of Cognito without credentials and without parameter validation."""
    return boto3.client(
        "cognito-idp",
        endpoint_url=cloud.description.aws_endpoint_url,
        region_name=cloud.description.region,
        config=Config(
            signature_version=UNSIGNED,
            parameter_validation=False,
            max_pool_connections=PARALLEL_TRIALS,
        ),
    )


@pytest.fixture
def member(cloud: RunningCloud) -> Person:
    """Return a person with a confirmed account."""
    return new_member(cloud)


@pytest.fixture(scope="module")
def members_token(cloud: RunningCloud) -> str:
    """Return an access token of ours, for calls that must all be refused."""
    return str(new_member(cloud).tokens()["access_token"])


def new_member(cloud: RunningCloud) -> Person:
    person = Person(cloud.description)
    person.register()
    assert person.confirm().status == 204
    return person


def error_code(call: Any, **parameters: Any) -> str | None:
    """Return the error code of a call of Cognito, or None if the call succeeds."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def test_a_stranger_who_polls_during_a_confirmation_never_gets_into_the_account(
    cloud: RunningCloud, cognito: BaseClient
) -> None:
    # Given a stranger who signs up a victim's address with his own password, and polls in the time
    # between Cognito's confirmation and our setting of the password
    def is_won(_: int) -> bool:
        victim, over = Person(cloud.description), Event()
        stranger = Stranger(cloud, cognito, victim.email)
        stranger.sign_up()
        with ThreadPoolExecutor(1) as poller:
            polling = poller.submit(stranger.poll, over)
            # When the victim registers and confirms
            try:
                assert victim.register().status == 202
                assert victim.confirm().status == 204
            finally:
                over.set()
            won = polling.result()
        # Then the victim can log in
        assert victim.log_in().status == 200
        return won

    with ThreadPoolExecutor(PARALLEL_TRIALS) as trials:
        won = sum(trials.map(is_won, range(SIZES.takeovers)))

    # And the stranger never could; with a public client he could in 4 of 6 trials
    assert won == 0


class Stranger:
    """An attacker on the account of `email`, who calls Cognito and our API."""

    def __init__(self, cloud: RunningCloud, cognito: BaseClient, email: str) -> None:
        self._api, self._cognito = Api(cloud.description.api_url), cognito
        self._client_id, self._email = cloud.description.client_id, email

    def sign_up(self) -> None:
        """Sign up the address at Cognito and register it with us, both with one password."""
        error_code(
            self._cognito.sign_up,
            ClientId=self._client_id,
            Username=self._email,
            Password=STRANGERS_PASSWORD,
            UserAttributes=[{"Name": "email", "Value": self._email}],
        )
        body = {"email": self._email, "password": STRANGERS_PASSWORD}
        assert self._api.request("POST", "/api/v1/auth/register", body=body).status == 202

    def poll(self, over: Event) -> bool:
        """Return whether Cognito accepts a login before `over` or directly after it."""
        while True:
            is_last = over.is_set()
            refused = error_code(
                self._cognito.initiate_auth,
                ClientId=self._client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": self._email, "PASSWORD": STRANGERS_PASSWORD},
            )
            if refused is None or is_last:
                return refused is None


def test_cognito_refuses_every_call_without_the_clients_secret(
    cloud: RunningCloud, cognito: BaseClient, member: Person
) -> None:
    client_id = {"ClientId": cloud.description.client_id}
    account = client_id | {"Username": member.email}
    new_user = {"Username": f"new-{member.email}", "Password": STRANGERS_PASSWORD}
    credentials = {"USERNAME": member.email, "PASSWORD": member.password}
    token = member.tokens()["refresh_token"]
    calls: dict[str, dict[str, Any]] = {
        "sign_up": client_id | new_user,
        "confirm_sign_up": account | {"ConfirmationCode": "123456"},
        "resend_confirmation_code": account,
        "forgot_password": account,
        "confirm_forgot_password": account
        | {"ConfirmationCode": "654321", "Password": STRANGERS_PASSWORD},
        "initiate_auth": client_id
        | {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": credentials},
        "get_tokens_from_refresh_token": client_id | {"RefreshToken": token},
        "revoke_token": client_id | {"Token": token},
    }

    refusals = {
        name: error_code(getattr(cognito, name), **parameters) for name, parameters in calls.items()
    }

    assert refusals == dict.fromkeys(calls, "NotAuthorizedException")
    # No mail was sent, and the account has not changed.
    with pytest.raises(CommandError):
        newest_code(cloud.description, new_user["Username"])
    assert member.log_in().status == 200
    assert member.refresh({"refresh_token": token}).status == 200


@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_AUTH"])
def test_the_operators_app_client_needs_aws_credentials(
    cloud: RunningCloud, cognito: BaseClient, member: Person, flow: str
) -> None:
    listed = cloud.client("cognito-idp").list_user_pool_clients(
        UserPoolId=cloud.description.user_pool_id
    )["UserPoolClients"]
    (operators_client,) = (each for each in listed if each["ClientName"].endswith("-second-factor"))
    credentials = {"USERNAME": member.email, "PASSWORD": member.password}

    refused = error_code(
        cognito.initiate_auth,
        ClientId=operators_client["ClientId"],
        AuthFlow=flow,
        AuthParameters=credentials,
    )

    assert refused == "NotAuthorizedException"


def self_service(client: BaseClient) -> list[str]:
    """Return Cognito's operations that an access token authorises."""
    model = client.meta.service_model
    inputs = {name: model.operation_model(name).input_shape for name in model.operation_names}
    return [name for name, shape in inputs.items() if shape and "AccessToken" in shape.members]


SELF_SERVICE: Final = self_service(boto3.client("cognito-idp", region_name="us-west-2"))

EMULATED: Final = {
    "AssociateSoftwareToken",
    "ChangePassword",
    "DeleteUser",
    "GetUser",
    "GlobalSignOut",
    "SetUserMFAPreference",
    "UpdateUserAttributes",
    "VerifySoftwareToken",
}
"""The operations that the emulator has; it refuses all others for any token."""

UNKNOWN: Final = {"InvalidAction", "MissingAuthenticationTokenException"}


@pytest.mark.parametrize("operation", SELF_SERVICE)
def test_our_access_token_is_refused_by_cognitos_own_operations(
    cognito: BaseClient, members_token: str, operation: str
) -> None:
    refused = error_code(getattr(cognito, xform_name(operation)), AccessToken=members_token)

    assert refused in ({"NotAuthorizedException"} if operation in EMULATED else UNKNOWN)


def test_the_emulated_self_service_operations_exist_in_cognito() -> None:
    assert set(SELF_SERVICE) >= EMULATED


def test_make_second_factor_with_a_wrong_password_changes_nothing(
    cloud: RunningCloud, member: Person
) -> None:
    intruder = Person(cloud.description, email=member.email, password=STRANGERS_PASSWORD)

    with pytest.raises(CommandError, match="No confirmed account"):
        enrol(cloud.accounts, intruder)

    assert member.log_in().status == 200
