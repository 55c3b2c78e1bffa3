"""The demo users: made and signed in by Cognito's own calls."""

from typing import Final

from botocore.client import BaseClient

from local.description import DemoUser, Description
from local.emulator import Aws
from local.errors import LocalCloudError

# Worth nothing outside this machine: they open an emulator that listens on the loopback alone.
DEMO_USERS: Final = {
    "customer": DemoUser("customer@teppan.example", "Demo-customer-2026"),
    "admin": DemoUser("admin@teppan.example", "Demo-admin-2026"),
}


def create_users(cognito: BaseClient, user_pool_id: str) -> None:
    """Make each demo user, confirmed and in the group of the role; leave an existing one alone."""
    for role, user in DEMO_USERS.items():
        create_user(cognito, user_pool_id, user, role)


def create_user(cognito: BaseClient, user_pool_id: str, user: DemoUser, role: str) -> None:
    """Make a confirmed user in the group `role`; leave an existing one alone."""
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


def access_token(cognito: BaseClient, client_id: str, user: DemoUser) -> str:
    """Sign in as a frontend does; return the access token."""
    answer = cognito.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user.email, "PASSWORD": user.password},
    )
    token: str = answer["AuthenticationResult"]["AccessToken"]
    return token


def token_of(description: Description, role: str) -> str:
    """Sign a demo user of a running cloud in. Raises LocalCloudError for an unknown role."""
    if role not in description.users:
        roles = " or ".join(description.users)
        raise LocalCloudError(f"There is no demo user {role!r}: choose {roles}.")
    aws = Aws(description.aws_endpoint_url, description.region)
    return access_token(aws.client("cognito-idp"), description.client_id, description.users[role])
