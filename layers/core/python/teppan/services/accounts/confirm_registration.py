"""Confirm an account with the code from the e-mail, and set its password."""

from contextlib import suppress

from teppan import clock
from teppan.domain.caller import Caller
from teppan.domain.errors import StorageUnavailable
from teppan.identity.cognito.directory import Directory
from teppan.identity.cognito.user_pool import UserPool
from teppan.services.accounts.end_sessions import end_sessions
from teppan.services.accounts.lockout import (
    CONFIRMATION,
    count_attempt,
    forget_attempts,
    origin_of,
)
from teppan.store.table import Table


def confirm_registration(
    table: Table,
    pool: UserPool,
    accounts: Directory,
    email: str,
    code: str,
    password: str,
    caller: Caller,
) -> None:
    """Confirm the account, set the password and end every session.

    Only the owner of the mailbox has the code, also if another person registered the address. If
    the function stops between the steps, a password reset completes the registration.
    Raises `InvalidCode`, `InvalidInput`, `TooManyAttempts`, `IdentityUnavailable` and
    `StorageUnavailable`.
    """
    origin = origin_of(email, caller)
    count_attempt(table, origin, CONFIRMATION)
    pool.confirm(email, code)
    accounts.set_password(email, password)
    account = accounts.find(email)
    ended_at = end_sessions(table, accounts, email, account.id) if account else caller.at
    with suppress(StorageUnavailable):  # the account is confirmed; the attempts expire anyway
        forget_attempts(table, origin, CONFIRMATION)
    clock.sleep_until(ended_at)
