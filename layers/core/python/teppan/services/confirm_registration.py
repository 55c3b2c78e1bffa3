"""Confirm an account by the code from its mailbox and the password it was registered with."""

from contextlib import suppress
from datetime import datetime

from teppan.domain.lockout import GUESSES
from teppan.identity.errors import InvalidCode
from teppan.identity.password_proof import proves
from teppan.identity.pseudonym import pseudonym
from teppan.identity.refusals import AlreadyConfirmedError
from teppan.identity.user_pool import UserPool
from teppan.services.attempts import count_attempt
from teppan.store import attempts, registrations
from teppan.store.table import Table

_OPERATION = "confirm_registration"


def confirm_registration(
    table: Table, pool: UserPool, email: str, code: str, password: str, at: datetime
) -> None:
    """Confirm the account; a second time changes nothing.

    Without the password, the owner of the mailbox could be made to confirm an account that somebody
    else has registered on their address. Raises `InvalidCode`, `TooManyAttempts`,
    `IdentityUnavailable` and `StorageUnavailable`.
    """
    person = pseudonym(email)
    count_attempt(table, person, _OPERATION, GUESSES, at)
    if not proves(registrations.find(table, person, at), password):
        raise InvalidCode
    with suppress(AlreadyConfirmedError):
        pool.confirm(email, code)
    attempts.forget(table, person, _OPERATION)
