"""Send another confirmation code, without showing whether there is an account to confirm."""

from teppan.domain.caller import Caller
from teppan.identity.cognito.user_pool import UserPool
from teppan.services.accounts.lockout import RESENT_MAILS, count_mail, origin_of
from teppan.store.table import Table


def resend_confirmation_code(table: Table, pool: UserPool, email: str, caller: Caller) -> None:
    """Send a code if the account is not confirmed yet.

    Raises `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    if count_mail(table, origin_of(email, caller), RESENT_MAILS):
        pool.send_confirmation_code(email)
