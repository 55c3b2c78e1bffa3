"""Set a new password by the code from the mailbox; that ends every session of the account."""

from datetime import datetime

from teppan import clock
from teppan.domain.errors import InvalidInput
from teppan.domain.lockout import GUESSES
from teppan.identity.directory import Directory
from teppan.identity.errors import InvalidCode, TooManyAttempts
from teppan.identity.pseudonym import pseudonym
from teppan.identity.user_pool import UserPool
from teppan.services.attempts import count_attempt
from teppan.store import attempts, sessions
from teppan.store.table import Table

_OPERATION = "confirm_password_reset"


def confirm_password_reset(
    table: Table,
    pool: UserPool,
    accounts: Directory,
    email: str,
    code: str,
    password: str,
    at: datetime,
) -> None:
    """Change the password, then end all sessions.

    A note of the change is made before it and taken back only when Cognito has refused it: if it
    stops anywhere in between, the sessions count as ended. Raises `InvalidCode`, `InvalidInput`,
    `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    person = pseudonym(email)
    count_attempt(table, person, _OPERATION, GUESSES, at)
    account = accounts.find(email)
    if account is None:
        # The same call as for an account, to be refused for the code.
        pool.reset_password(email, code, password)
        raise InvalidCode
    sessions.begin_reset(table, account.id, at)
    try:
        pool.reset_password(email, code, password)
    except (InvalidCode, InvalidInput, TooManyAttempts):
        sessions.abandon_reset(table, account.id, at)
        raise
    sessions.end_all(table, account.id, clock.utc_now())
    accounts.end_sessions(account.id)
    attempts.forget(table, person, _OPERATION)
