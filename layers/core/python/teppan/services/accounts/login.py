"""Log in, without showing whether an address has an account (`architecture.md §6`)."""

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

    Every failure makes the same calls. Raises `InvalidCredentials`, `TooManyAttempts`,
    `IdentityUnavailable`, `StorageUnavailable`, and only if the password is right
    `PasswordResetRequired`, `MfaRequired` and `InvalidMfaCode`.
    """
    origin = origin_of(email, caller)
    count_attempt(table, origin, LOGIN)
    tokens = pool.log_in(email, password, mfa_code)
    with suppress(StorageUnavailable):  # the session has begun; a failure only makes waits longer
        forget_attempts(table, origin, LOGIN)
    return tokens
