"""Log in, without telling whether an address has an account (`architecture.md §6`)."""

from contextlib import suppress
from datetime import datetime

from teppan.domain.errors import StorageUnavailable
from teppan.domain.lockout import PASSWORDS
from teppan.identity.errors import AccountNotConfirmed, InvalidCredentials
from teppan.identity.password_proof import proves
from teppan.identity.pseudonym import pseudonym
from teppan.identity.refusals import UnconfirmedError
from teppan.identity.tokens import Tokens
from teppan.identity.user_pool import UserPool
from teppan.services.attempts import LOGIN, count_attempt
from teppan.store import attempts, registrations
from teppan.store.table import Table


def log_in(
    table: Table, pool: UserPool, email: str, password: str, mfa_code: str | None, at: datetime
) -> Tokens:
    """Start a session.

    Every failure walks the same steps. Raises `InvalidCredentials`, with the right password
    `AccountNotConfirmed`, `PasswordResetRequired`, `MfaRequired` and `InvalidMfaCode`, and always
    `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    person = pseudonym(email)
    count_attempt(table, person, LOGIN, PASSWORDS, at)
    try:
        tokens = pool.log_in(email, password, mfa_code)
    except (InvalidCredentials, UnconfirmedError) as refusal:
        is_right = proves(registrations.find(table, person, at), password)
        if is_right and isinstance(refusal, UnconfirmedError):
            raise AccountNotConfirmed from refusal
        raise InvalidCredentials from refusal
    with suppress(StorageUnavailable):  # the session is there; only the next wait is longer
        attempts.forget(table, person, LOGIN)
    return tokens
