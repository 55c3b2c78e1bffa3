"""`make admin EMAIL=aiko@example.com STAGE=prod`: make an account an admin's.

The person registers and confirms as every customer does; no endpoint gives an admin's rights.
Without STAGE the command changes the running local cloud. With STAGE it changes the stack in
samconfig.toml, with the AWS credentials of the environment.
"""

import sys
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError
from local.errors import CommandError

from operations.accounts import Accounts, read_arguments, require_address
from teppan.clock import sleep_until, utc_now
from teppan.domain.accounts.session import next_second
from teppan.domain.errors import StorageUnavailable
from teppan.identity.account import account_of
from teppan.store.accounts import sessions

GROUP: Final = "admin"
# The stage for which template.yaml sets ADMIN_MFA to required.
_STAGE_WITH_MFA: Final = "prod"


def main(arguments: list[str]) -> int:
    """Make the account an admin's and print what changes; return the exit status."""
    selection = read_arguments("admin", arguments)
    try:
        require_address("admin", selection)
        make_admin(
            selection.accounts(), selection.email, mfa_required=selection.stage == _STAGE_WITH_MFA
        )
    except (CommandError, BotoCoreError, ClientError, StorageUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f"{selection.email} is an admin from the next login on; every session has ended.\n"
    )
    return 0


def make_admin(accounts: Accounts, email: str, *, mfa_required: bool) -> None:
    """End every session of the account of `email`, then add it to the group of admins.

    The sessions end first, so that a refresh never turns a session without a second factor into an
    admin's. Returns when a new login starts a valid session. Raises CommandError and changes
    nothing when the account does not exist, is not confirmed, or lacks a required second factor.
    """
    cognito, pool_id = accounts.cognito, accounts.user_pool_id
    try:
        user = cognito.admin_get_user(UserPoolId=pool_id, Username=email.lower())
    except cognito.exceptions.UserNotFoundException as error:
        raise CommandError(f"There is no account of {email}: register it first.") from error
    if user["UserStatus"] != "CONFIRMED":
        raise CommandError(
            f"The account of {email} is not confirmed ({user['UserStatus']}): confirm it first."
        )
    account = account_of(user)
    if mfa_required and not account.mfa_enabled:
        raise CommandError(
            f"The account of {email} has no second factor: run `make second-factor` first."
        )
    cognito.admin_user_global_sign_out(UserPoolId=pool_id, Username=user["Username"])
    ended_at = next_second(utc_now())
    sessions.end_all(accounts.table, account.id, ended_at)
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=user["Username"], GroupName=GROUP)
    sleep_until(ended_at)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
