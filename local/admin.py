"""`make admin EMAIL=aiko@example.com STAGE=prod`: make an account an admin's.

The person registers and confirms like everybody; no endpoint gives these rights. Without STAGE on
the running local cloud; with it on the stack of samconfig.toml, with the AWS credentials at hand.
"""

import argparse
import sys
from dataclasses import dataclass
from typing import Final

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from local.description import running_cloud
from local.emulator import Aws
from local.errors import LocalCloudError
from local.processes import port_number
from local.stages import deployed
from teppan.clock import sleep_until, utc_now
from teppan.domain.errors import StorageUnavailable
from teppan.domain.session import next_second
from teppan.identity.account import account_of
from teppan.store import sessions
from teppan.store.table import Table

GROUP: Final = "admin"
# Where template.yaml sets ADMIN_MFA to required.
_WITH_MFA: Final = "prod"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Where the accounts and the ends of their sessions are kept."""

    cognito: BaseClient
    user_pool_id: str
    table: Table


def main(arguments: list[str]) -> int:
    """Make the account an admin's and say what follows; return the exit status."""
    parser = argparse.ArgumentParser(prog="make admin")
    parser.add_argument("email", nargs="?", default="", help="of the account")
    parser.add_argument("--stage", help="of the deployed stack; the local cloud when left out")
    parser.add_argument(
        "--port", type=port_number, help="of the local cloud; the one started last when left out"
    )
    options = parser.parse_args(arguments)
    try:
        if not options.email:
            raise LocalCloudError("Whose account? make admin EMAIL=aiko@example.com")
        accounts = _deployed(options.stage) if options.stage else _local(options.port)
        make_admin(accounts, options.email, mfa_required=options.stage == _WITH_MFA)
    except (LocalCloudError, BotoCoreError, ClientError, StorageUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f"{options.email} is an admin from the next login on; every session has ended.\n"
    )
    return 0


def make_admin(accounts: Accounts, email: str, *, mfa_required: bool) -> None:
    """End every session of the account of `email`, then add it to the group of admins.

    In this order: a session that began without a second factor must not become an admin's by a
    refresh. Returns when the next login is a session that lives. Raises LocalCloudError, and has
    changed nothing, when there is no such account, or one that is not confirmed, or without the
    second factor that is required.
    """
    cognito, pool_id = accounts.cognito, accounts.user_pool_id
    try:
        user = cognito.admin_get_user(UserPoolId=pool_id, Username=email.lower())
    except cognito.exceptions.UserNotFoundException as error:
        raise LocalCloudError(f"There is no account of {email}: register it first.") from error
    if user["UserStatus"] != "CONFIRMED":
        raise LocalCloudError(
            f"The account of {email} is not confirmed ({user['UserStatus']}): confirm it first."
        )
    account = account_of(user)
    if mfa_required and not account.mfa_enabled:
        raise LocalCloudError(
            f"The account of {email} has no second factor: run `make second-factor` first."
        )
    cognito.admin_user_global_sign_out(UserPoolId=pool_id, Username=user["Username"])
    ended_at = next_second(utc_now())
    sessions.end_all(accounts.table, account.id, ended_at)
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=user["Username"], GroupName=GROUP)
    sleep_until(ended_at)


def _local(port: int | None) -> Accounts:
    cloud = running_cloud(port)
    aws = Aws(cloud.aws_endpoint_url, cloud.region)
    table = Table(aws.client("dynamodb"), cloud.table)
    return Accounts(aws.client("cognito-idp"), cloud.user_pool_id, table)


def _deployed(stage: str) -> Accounts:
    stack = deployed(stage)
    table = Table(stack.client("dynamodb"), stack.outputs["TableName"])
    return Accounts(stack.client("cognito-idp"), stack.outputs["UserPoolId"], table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
