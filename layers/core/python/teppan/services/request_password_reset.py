"""Send a code to reset a password, without telling whether there is an account."""

from datetime import datetime

from teppan.domain.lockout import MAILS
from teppan.identity.directory import Directory
from teppan.identity.pseudonym import pseudonym
from teppan.identity.user_pool import UserPool
from teppan.services.attempts import count_attempt
from teppan.store.table import Table


def request_password_reset(
    table: Table, pool: UserPool, accounts: Directory, email: str, at: datetime
) -> None:
    """Have a code sent if the address has a confirmed account, or one that staff have made.

    Every request looks the account up, so that the steps tell little of it. Raises
    `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    count_attempt(table, pseudonym(email), "request_password_reset", MAILS, at)
    account = accounts.find(email)
    if account and account.awaits_first_login:
        accounts.admit(email)
    pool.send_reset_code(email)
