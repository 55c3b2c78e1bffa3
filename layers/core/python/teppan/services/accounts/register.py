"""Register an account, without showing whether the address has one (`architecture.md §6`)."""

from teppan.domain.caller import Caller
from teppan.identity.cognito.refusals import AccountExistsError
from teppan.identity.cognito.user_pool import UserPool
from teppan.services.accounts.lockout import REGISTRATION_MAILS, count_mail, origin_of
from teppan.store.table import Table


def register(table: Table, pool: UserPool, email: str, caller: Caller) -> None:
    """Create an unconfirmed account and send a code; an existing account gets another code.

    The password is set with the confirmation. Raises `TooManyAttempts`, `IdentityUnavailable` and
    `StorageUnavailable`.
    """
    if not count_mail(table, origin_of(email, caller), REGISTRATION_MAILS):
        return
    try:
        pool.sign_up(email)
    except AccountExistsError:
        pool.send_confirmation_code(email)
