"""Confirm an account by the code from its mailbox; whoever does sets its password."""

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
    """Confirm the account, set the password and end every session there may be.

    Whoever registered the address beforehand gains nothing: the mailbox decides. Stopped between
    the steps, nobody knows the password, and resetting it goes on from there. Raises
    `InvalidCode`, `InvalidInput`, `TooManyAttempts`, `IdentityUnavailable`, `StorageUnavailable`.
    """
    origin = origin_of(email, caller)
    count_attempt(table, origin, CONFIRMATION)
    pool.confirm(email, code)
    accounts.set_password(email, password)
    account = accounts.find(email)
    ended_at = end_sessions(table, accounts, email, account.id) if account else caller.at
    with suppress(StorageUnavailable):  # the account is there; what stays runs out by itself
        forget_attempts(table, origin, CONFIRMATION)
    clock.sleep_until(ended_at)
