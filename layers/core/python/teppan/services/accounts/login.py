"""Log in, without telling whether an address has an account (`architecture.md §6`)."""

from contextlib import suppress

from teppan.domain.caller import Caller
from teppan.domain.errors import StorageUnavailable
from teppan.identity.cognito.user_pool import UserPool
from teppan.identity.tokens import Tokens
from teppan.services.accounts.lockout import LOGIN, count_attempt, forget_attempts, origin_of
from teppan.store.table import Table


def log_in(
    table: Table, pool: UserPool, email: str, password: str, mfa_code: str | None, caller: Caller
) -> Tokens:
    """Start a session.

    Every failure walks the same steps. Raises `InvalidCredentials`, with the right password
    `PasswordResetRequired`, `MfaRequired` and `InvalidMfaCode`, and always `TooManyAttempts`,
    `IdentityUnavailable` and `StorageUnavailable`.
    """
    origin = origin_of(email, caller)
    count_attempt(table, origin, LOGIN)
    tokens = pool.log_in(email, password, mfa_code)
    with suppress(StorageUnavailable):  # the session is there; only the next wait is longer
        forget_attempts(table, origin, LOGIN)
    return tokens
