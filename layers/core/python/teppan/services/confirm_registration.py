"""Confirm an account by the code from its mailbox; whoever does sets its password."""

from contextlib import suppress
from datetime import datetime

from teppan import clock
from teppan.domain.errors import StorageUnavailable
from teppan.domain.lockout import CODES
from teppan.identity.directory import Directory
from teppan.identity.pseudonym import pseudonym
from teppan.identity.user_pool import UserPool
from teppan.services.attempts import count_attempt
from teppan.services.end_sessions import end_sessions
from teppan.store import attempts, registrations
from teppan.store.table import Table

_OPERATION = "confirm_registration"


def confirm_registration(
    table: Table,
    pool: UserPool,
    accounts: Directory,
    email: str,
    code: str,
    password: str,
    at: datetime,
) -> None:
    """Confirm the account, set the password and end every session there may be.

    Whoever registered the address beforehand gains nothing: the mailbox decides. Stopped between
    the steps, nobody knows the password, and resetting it goes on from there. Raises
    `InvalidCode`, `InvalidInput`, `TooManyAttempts`, `IdentityUnavailable`, `StorageUnavailable`.
    """
    person = pseudonym(email)
    count_attempt(table, person, _OPERATION, CODES, at)
    pool.confirm(email, code)
    accounts.set_password(email, password)
    account = accounts.find(email)
    ended_at = end_sessions(table, accounts, email, account.id) if account else at
    with suppress(StorageUnavailable):  # the account is there; what stays runs out by itself
        registrations.forget(table, person, at)
        attempts.forget(table, person, _OPERATION)
    clock.sleep_until(ended_at)
