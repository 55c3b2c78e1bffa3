"""Send another confirmation code, without telling whether there is an account to confirm."""

from datetime import datetime

from teppan.domain.lockout import MAILS
from teppan.identity.pseudonym import pseudonym
from teppan.identity.user_pool import UserPool
from teppan.services.attempts import CONFIRMATION_MAILS, count_attempt
from teppan.store import registrations
from teppan.store.table import Table


def resend_confirmation_code(table: Table, pool: UserPool, email: str, at: datetime) -> None:
    """Have a code sent if the account waits for one.

    Raises `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    person = pseudonym(email)
    count_attempt(table, person, CONFIRMATION_MAILS, MAILS, at)
    registrations.prolong(table, person, at)
    pool.send_confirmation_code(email)
