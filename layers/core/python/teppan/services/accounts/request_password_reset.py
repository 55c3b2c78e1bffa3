"""Send a code to reset a password, without telling whether there is an account."""

from teppan.domain.caller import Caller
from teppan.identity.cognito.directory import Directory
from teppan.identity.cognito.user_pool import UserPool
from teppan.services.accounts.lockout import RESET_MAILS, count_mail, origin_of
from teppan.store.table import Table


def request_password_reset(
    table: Table, pool: UserPool, accounts: Directory, email: str, caller: Caller
) -> None:
    """Have a code sent if the address has a confirmed account, or one that staff have made.

    Every request looks the account up, so that the steps tell little of it. Raises
    `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    if not count_mail(table, origin_of(email, caller), RESET_MAILS):
        return
    account = accounts.find(email)
    if account and account.is_enabled and account.awaits_first_login:
        accounts.admit(email)
    pool.send_reset_code(email)
