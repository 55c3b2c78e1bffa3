"""The demo users: created with Cognito's own calls, logged in through the API."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.client import BaseClient

from local.api import Api
from local.description import DemoUser, Description
from local.errors import CommandError

# Public: of use to whoever reaches the API, that is to programs and web pages of this machine.
DEMO_USERS: Final = {
    "customer": DemoUser("customer@teppan.example", "Demo-customer-2026"),
    "admin": DemoUser("admin@teppan.example", "Demo-admin-2026"),
}


@dataclass(frozen=True, slots=True)
class DemoTokens:
    """The tokens of one session."""

    access: str = field(repr=False)
    id: str = field(repr=False)
    refresh: str = field(repr=False)

    @property
    def claims(self) -> dict[str, Any]:
        """The claims of the access token, without a check of its signature."""
        claims: dict[str, Any] = json.loads(
            base64.urlsafe_b64decode(self.access.split(".")[1] + "==")
        )
        return claims


def create_users(cognito: BaseClient, user_pool_id: str) -> None:
    """Create each demo user, confirmed and in the group of the role, unless the user exists."""
    for role, user in DEMO_USERS.items():
        create_user(cognito, user_pool_id, user, role)


def create_user(cognito: BaseClient, user_pool_id: str, user: DemoUser, role: str) -> None:
    """Create a confirmed user in the group `role` unless the user exists."""
    try:
        cognito.admin_create_user(
            UserPoolId=user_pool_id,
            Username=user.email,
            UserAttributes=[
                {"Name": "email", "Value": user.email},
                {"Name": "email_verified", "Value": "true"},
            ],
            MessageAction="SUPPRESS",
        )
    except cognito.exceptions.UsernameExistsException:
        return
    cognito.admin_set_user_password(
        UserPoolId=user_pool_id, Username=user.email, Password=user.password, Permanent=True
    )
    cognito.admin_add_user_to_group(UserPoolId=user_pool_id, Username=user.email, GroupName=role)


def log_in(api: Api, user: DemoUser) -> DemoTokens:
    """Log a user in and return the tokens. Raises CommandError when the API refuses."""
    body = {"email": user.email, "password": user.password}
    answer = api.request("POST", "/api/v1/auth/login", body=body)
    answer.require(200, "login")
    tokens = answer.json()
    return DemoTokens(tokens["access_token"], tokens["id_token"], tokens["refresh_token"])


def tokens_of(description: Description, role: str) -> DemoTokens:
    """Log in a demo user of a running cloud. Raises CommandError for an unknown role."""
    if role not in description.users:
        roles = " or ".join(description.users)
        raise CommandError(f"There is no demo user {role!r}: choose {roles}.")
    return log_in(Api(description.api_url), description.users[role])


def token_of(description: Description, role: str) -> str:
    """Return a demo user's access token. Raises CommandError for an unknown role."""
    return tokens_of(description, role).access
