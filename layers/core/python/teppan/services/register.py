"""Register an account, without telling whether the address has one (`architecture.md §6`)."""

from contextlib import suppress
from datetime import datetime

from teppan.domain.lockout import MAILS
from teppan.identity.directory import Directory
from teppan.identity.password_proof import prove, proves
from teppan.identity.pseudonym import pseudonym
from teppan.identity.refusals import AccountExistsError
from teppan.identity.user_pool import UserPool
from teppan.services.attempts import count_attempt
from teppan.store import registrations
from teppan.store.table import Table


def register(
    table: Table, pool: UserPool, accounts: Directory, email: str, password: str, at: datetime
) -> None:
    """Make an unconfirmed account and have a code sent; the newest registration counts.

    A confirmed account stays as it is, silently. The same registration again sends another code.
    Whatever step it stops after, registering again completes it. Raises `TooManyAttempts`,
    `InvalidInput`, `IdentityUnavailable` and `StorageUnavailable`.
    """
    person = pseudonym(email)
    count_attempt(table, person, "register", MAILS, at)
    proof = prove(password)
    account = accounts.find(email)
    if account and account.is_confirmed:
        return
    if account and proves(registrations.find(table, person, at), password):
        registrations.prolong(table, person, at)
        pool.send_confirmation_code(email)
        return
    # No account may ever stand beside the proof of another password.
    registrations.forget(table, person)
    if account:
        accounts.delete(account.id)
    with suppress(AccountExistsError):
        pool.sign_up(email, password)
        registrations.save(table, person, proof, at)
