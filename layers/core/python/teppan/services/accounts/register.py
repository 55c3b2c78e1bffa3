"""Register an account, without telling whether the address has one (`architecture.md §6`)."""

from teppan.domain.caller import Caller
from teppan.identity.cognito.refusals import AccountExistsError
from teppan.identity.cognito.user_pool import UserPool
from teppan.services.accounts.lockout import REGISTRATION_MAILS, count_mail, origin_of
from teppan.store.table import Table


def register(table: Table, pool: UserPool, email: str, caller: Caller) -> None:
    """Make an unconfirmed account and have a code sent; one that there is gets another code.

    Its password is set when it is confirmed. Raises `TooManyAttempts`, `IdentityUnavailable` and
    `StorageUnavailable`.
    """
    if not count_mail(table, origin_of(email, caller), REGISTRATION_MAILS):
        return
    try:
        pool.sign_up(email)
    except AccountExistsError:
        pool.send_confirmation_code(email)
