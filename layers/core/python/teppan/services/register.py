"""Register an account, without telling whether the address has one (`architecture.md §6`)."""

from datetime import datetime

from teppan.domain.lockout import MAILS
from teppan.identity.password_proof import prove
from teppan.identity.pseudonym import pseudonym
from teppan.identity.refusals import AccountExistsError
from teppan.identity.user_pool import UserPool
from teppan.services.attempts import CONFIRMATION_MAILS, count_attempt
from teppan.store import registrations
from teppan.store.table import Table


def register(table: Table, pool: UserPool, email: str, password: str, at: datetime) -> None:
    """Make an unconfirmed account and have a code sent; one that there is gets another code.

    The password becomes the account's when it is confirmed; until then its proof lets a login say
    what to do. Raises `TooManyAttempts`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    person = pseudonym(email)
    count_attempt(table, person, CONFIRMATION_MAILS, MAILS, at)
    registrations.save(table, person, prove(password), at)
    try:
        pool.sign_up(email)
    except AccountExistsError:
        pool.send_confirmation_code(email)
