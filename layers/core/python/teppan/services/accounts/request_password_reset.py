"""Send a code to reset a password, without showing whether the address has an account."""

from teppan.domain.caller import Caller
from teppan.identity.cognito.directory import Directory
from teppan.identity.cognito.user_pool import UserPool
from teppan.services.accounts.lockout import RESET_MAILS, count_mail, origin_of
from teppan.store.table import Table


def request_password_reset(
    table: Table, pool: UserPool, accounts: Directory, email: str, caller: Caller
) -> None:
    """Send a code if the address has a confirmed account, or an account that staff created.

    Every request looks the account up, so the duration shows little about it. Raises
    `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    if not count_mail(table, origin_of(email, caller), RESET_MAILS):
        return
    account = accounts.find(email)
    if account and account.is_enabled and account.awaits_first_login:
        accounts.enable_password_reset(email)
    pool.send_reset_code(email)
