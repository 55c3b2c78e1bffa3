"""Nobody but our functions signs anybody up, in or over: attacks on accounts past our API.

A stranger knows the ids of pool and client, for every token names them, and may call Cognito.
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
from local.commands.mailed_code import newest_code
from local.errors import LocalCloudError
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Person, enrol
from tests.sizes import SIZES

AT_ONCE: Final = 2
STRANGERS_PASSWORD: Final = "a passphrase of a stranger"


@pytest.fixture(scope="module")
def cognito(cloud: RunningCloud) -> BaseClient:
    """Cognito, for whoever has no credentials; it sends what it is given."""
    return boto3.client(
        "cognito-idp",
        endpoint_url=cloud.description.aws_endpoint_url,
        region_name=cloud.description.region,
        config=Config(
            signature_version=UNSIGNED, parameter_validation=False, max_pool_connections=AT_ONCE
        ),
    )


@pytest.fixture
def member(cloud: RunningCloud) -> Person:
    """Somebody who has registered and confirmed."""
    person = Person(cloud.description)
    person.register()
    assert person.confirm().status == 204
    return person


def refusal_entry(call: Any, **parameters: Any) -> str | None:
    """Return the code of the error that a call of Cognito meets; None if it takes place."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def test_a_stranger_who_polls_while_a_victim_confirms_is_never_let_in(
    cloud: RunningCloud, cognito: BaseClient
) -> None:
    # Given a stranger who signs a victim up with a password of his own, and polls for the moment
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
        # Then the victim is in
        assert victim.log_in().status == 200
        return won

    with ThreadPoolExecutor(AT_ONCE) as trials:
        won = sum(trials.map(is_won, range(SIZES.takeovers)))

    # And the stranger was not once: with a public client he won 4 times in 6
    assert won == 0


class Stranger:
    """Somebody who wants the account of `email`, and calls Cognito and our API for it."""

    def __init__(self, cloud: RunningCloud, cognito: BaseClient, email: str) -> None:
        self._api, self._cognito = Api(cloud.description.api_url), cognito
        self._client_id, self._email = cloud.description.client_id, email

    def sign_up(self) -> None:
        """Sign the address up at Cognito, and register it with us, both with his password."""
        refusal_entry(
            self._cognito.sign_up,
            ClientId=self._client_id,
            Username=self._email,
            Password=STRANGERS_PASSWORD,
            UserAttributes=[{"Name": "email", "Value": self._email}],
        )
        body = {"email": self._email, "password": STRANGERS_PASSWORD}
        assert self._api.request("POST", "/api/v1/auth/register", body=body).status == 202

    def poll(self, over: Event) -> bool:
        """Return whether Cognito let him in before `over`, or right after it."""
        while True:
            is_last = over.is_set()
            refused = refusal_entry(
                self._cognito.initiate_auth,
                ClientId=self._client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": self._email, "PASSWORD": STRANGERS_PASSWORD},
            )
            if refused is None or is_last:
                return refused is None


def test_cognito_refuses_every_call_that_does_not_prove_to_be_ours(
    cloud: RunningCloud, cognito: BaseClient, member: Person
) -> None:
    whose = {"ClientId": cloud.description.client_id}
    about = whose | {"Username": member.email}
    new = {"Username": f"new-{member.email}", "Password": STRANGERS_PASSWORD}
    credentials = {"USERNAME": member.email, "PASSWORD": member.password}
    token = member.tokens()["refresh_token"]
    calls: dict[str, dict[str, Any]] = {
        "sign_up": whose | new,
        "confirm_sign_up": about | {"ConfirmationCode": "123456"},
        "resend_confirmation_code": about,
        "forgot_password": about,
        "confirm_forgot_password": about
        | {"ConfirmationCode": "654321", "Password": STRANGERS_PASSWORD},
        "initiate_auth": whose | {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": credentials},
        "get_tokens_from_refresh_token": whose | {"RefreshToken": token},
        "revoke_token": whose | {"Token": token},
    }

    refusals = {name: refusal_entry(getattr(cognito, name), **sent) for name, sent in calls.items()}

    assert refusals == dict.fromkeys(calls, "NotAuthorizedException")
    # No mail went out, and all is as it was.
    with pytest.raises(LocalCloudError):
        newest_code(cloud.description, new["Username"])
    assert member.log_in().status == 200
    assert member.refresh({"refresh_token": token}).status == 200


@pytest.mark.parametrize("flow", ["USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "USER_AUTH"])
def test_the_operators_client_lets_nobody_in_without_aws_credentials(
    cloud: RunningCloud, cognito: BaseClient, member: Person, flow: str
) -> None:
    listed = cloud.client("cognito-idp").list_user_pool_clients(
        UserPoolId=cloud.description.user_pool_id
    )["UserPoolClients"]
    (theirs,) = (each for each in listed if each["ClientName"].endswith("-second-factor"))
    credentials = {"USERNAME": member.email, "PASSWORD": member.password}

    refused = refusal_entry(
        cognito.initiate_auth,
        ClientId=theirs["ClientId"],
        AuthFlow=flow,
        AuthParameters=credentials,
    )

    assert refused == "NotAuthorizedException"


def self_service(client: BaseClient) -> list[str]:
    """Return the operations of Cognito that are authorised by an access token."""
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
"""Those that the emulator knows; the others it refuses whatever the token."""

UNKNOWN: Final = {"InvalidAction", "MissingAuthenticationTokenException"}


@pytest.mark.parametrize("operation", SELF_SERVICE)
def test_an_access_token_of_ours_opens_none_of_cognitos_own_calls(
    cognito: BaseClient, member: Person, operation: str
) -> None:
    token = member.tokens()["access_token"]

    refused = refusal_entry(getattr(cognito, xform_name(operation)), AccessToken=token)

    assert refused in ({"NotAuthorizedException"} if operation in EMULATED else UNKNOWN)


def test_the_self_service_calls_are_still_called_so() -> None:
    assert set(SELF_SERVICE) >= EMULATED


def test_who_sets_up_a_second_factor_changes_nothing_with_the_wrong_password(
    cloud: RunningCloud, member: Person
) -> None:
    intruder = Person(cloud.description, email=member.email, password=STRANGERS_PASSWORD)

    with pytest.raises(LocalCloudError, match="No confirmed account"):
        enrol(cloud.accounts, intruder)

    assert member.log_in().status == 200
