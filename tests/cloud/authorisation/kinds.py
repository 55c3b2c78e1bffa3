"""The kinds of callers of the deployed API, and the tokens that its authorizer must refuse."""

import base64
import json
import time
import uuid
from enum import StrEnum
from typing import Any, Final

from botocore.client import BaseClient
from local.demo.users import create_user, log_in
from local.description import DemoUser
from tests.cloud.conftest import RunningCloud
from tests.functions.every_operation.access import CallerRelation


class Kind(StrEnum):
    """A kind of caller, named after its token."""

    NO_TOKEN = "no token"
    GARBAGE = "garbage"
    TAMPERED = "tampered"
    ALG_NONE = "alg: none"
    EXPIRED = "expired"
    WRONG_POOL = "wrong pool"
    WRONG_CLIENT = "wrong client"
    ID_TOKEN = "id token"
    CUSTOMER = "customer"
    ANOTHER_CUSTOMER = "another customer"
    ADMIN = "admin"
    REVOKED = "revoked"
    REVOKED_ADMIN = "revoked admin"


USERS: Final = {
    Kind.CUSTOMER: DemoUser(f"{uuid.uuid4()}@teppan.example", "a customer's passphrase"),
    Kind.ANOTHER_CUSTOMER: DemoUser(f"{uuid.uuid4()}@teppan.example", "another's passphrase"),
    Kind.ADMIN: DemoUser(f"{uuid.uuid4()}@teppan.example", "an admin's passphrase"),
}
LOGGED_OUT: Final = {Kind.REVOKED: Kind.CUSTOMER, Kind.REVOKED_ADMIN: Kind.ADMIN}
RELATIONS: Final = {
    Kind.CUSTOMER: CallerRelation.CUSTOMER,
    Kind.ANOTHER_CUSTOMER: CallerRelation.ANOTHER_CUSTOMER,
    Kind.ADMIN: CallerRelation.ADMIN,
}
"""The relation of each caller with a valid token to the customer's booking."""


def create_users(cloud: RunningCloud) -> None:
    """Create the users with valid tokens."""
    for kind, user in USERS.items():
        role = "admin" if kind is Kind.ADMIN else "customer"
        create_user(cloud.client("cognito-idp"), cloud.description.user_pool_id, user, role)


def bad_tokens(cloud: RunningCloud) -> dict[Kind, str | None]:
    """Return a token of each kind that the authorizer refuses; None means no token."""
    cognito, pool_id = cloud.client("cognito-idp"), cloud.description.user_pool_id
    good = log_in(cloud.api, USERS[Kind.CUSTOMER])
    return {
        Kind.NO_TOKEN: None,
        Kind.GARBAGE: "garbage",
        Kind.TAMPERED: _tampered(good.access),
        Kind.ALG_NONE: _unsigned(good.access),
        Kind.EXPIRED: _expired(cloud),
        Kind.WRONG_POOL: _of_another_pool(cognito, pool_id),
        Kind.WRONG_CLIENT: _of_another_client(cognito, pool_id),
        Kind.ID_TOKEN: good.id,
    }


def _tampered(token: str) -> str:
    """Return the token with an admin's claims and the old signature."""
    head, claims, signature = token.split(".")
    admin_claims = json.loads(base64.urlsafe_b64decode(claims + "==")) | {
        "cognito:groups": ["admin"]
    }
    return f"{head}.{_encoded(admin_claims)}.{signature}"


def _unsigned(token: str) -> str:
    """Return the token's claims as a token without a signature."""
    return f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def _expired(cloud: RunningCloud) -> str:
    """Return an expired token that the real client has issued for one second."""
    cognito, described = cloud.client("cognito-idp"), cloud.description
    client_ids = {"UserPoolId": described.user_pool_id, "ClientId": described.client_id}
    client = cognito.describe_user_pool_client(**client_ids)["UserPoolClient"]
    settings = {
        name: value
        for name, value in client.items()
        if name not in {"ClientSecret", "CreationDate", "LastModifiedDate"} and value != ""
    }
    units = settings["TokenValidityUnits"] | {"AccessToken": "seconds"}
    short = settings | {"AccessTokenValidity": 1, "TokenValidityUnits": units}
    try:
        cognito.update_user_pool_client(**short)
        token = log_in(cloud.api, USERS[Kind.CUSTOMER])
    finally:
        cognito.update_user_pool_client(**settings)
    time.sleep(max(0, token.claims["exp"] - time.time()))
    return token.access


def _of_another_pool(cognito: BaseClient, pool_id: str) -> str:
    """Return an admin's token of another pool with the same settings."""
    our_pool = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    another = cognito.create_user_pool(
        PoolName="another", UsernameAttributes=["email"], Policies=our_pool["Policies"]
    )["UserPool"]["Id"]
    cognito.create_group(UserPoolId=another, GroupName="admin")
    create_user(cognito, another, USERS[Kind.ADMIN], "admin")
    return _of_another_client(cognito, another)


def _of_another_client(cognito: BaseClient, pool_id: str) -> str:
    """Return an admin's token that another client of the pool has issued."""
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="another", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    user = USERS[Kind.ADMIN]
    answer = cognito.initiate_auth(
        ClientId=client["UserPoolClient"]["ClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user.email, "PASSWORD": user.password},
    )
    return str(answer["AuthenticationResult"]["AccessToken"])
