"""Count attempts at what could be guessed or would flood a mailbox (`domain.accounts.lockout`)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from teppan.domain.accounts.lockout import CODES, MAILS, PASSWORDS, Lockout
from teppan.domain.caller import Caller
from teppan.identity.errors import TooManyAttempts
from teppan.identity.network import network_of
from teppan.identity.pseudonym import pseudonym
from teppan.identity.unsent import log_unsent
from teppan.store.accounts import lockout
from teppan.store.accounts.lockout import AllowanceSpentError, AttemptedMeanwhileError
from teppan.store.table import Table


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted together, by network and by address, and how much of it is allowed."""

    lockout: Lockout
    by_network: str
    by_address: str
    trusts_logins: bool = False
    """Whether a network that the account has logged in from is held by its own attempts alone."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose address an attempt is at, from which network, both as pseudonyms, and when (UTC)."""

    person: str
    network: str
    at: datetime


_LOGIN: Final = "login"
LOGIN: Final = Counter(PASSWORDS, _LOGIN, _LOGIN, trusts_logins=True)
CONFIRMATION: Final = Counter(CODES, "confirm_registration", "confirm_registration")
RESET: Final = Counter(
    CODES, "confirm_password_reset", "confirm_password_reset", trusts_logins=True
)
RESET_MAILS: Final = Counter(MAILS, "request_password_reset", "request_password_reset")

REGISTRATION_MAILS: Final = Counter(MAILS, "confirmation_mails", "register")
RESENT_MAILS: Final = Counter(MAILS, "confirmation_mails", "resend_confirmation_code")
"""One network asks for both together. Their allowances are two: asking again for an address that
has not been registered sends nothing, and must not use up what the registration needs."""


def origin_of(email: str, caller: Caller) -> Origin:
    """Return where the caller's attempts at a lower-case address are counted.

    The network's pseudonym is another one at each address, so that the table does not tell who
    shares a network. Raises `StorageUnavailable`.
    """
    network = pseudonym(f"{email}\n{network_of(caller.source_ip)}")
    return Origin(pseudonym(email), network, caller.at)


def count_attempt(table: Table, origin: Origin, counter: Counter) -> None:
    """Count one more attempt, before it is made.

    Raises `TooManyAttempts` while there is a wait, and for all but one of simultaneous attempts
    from one network.
    """
    if wait := _count(table, origin, counter):
        raise TooManyAttempts(wait)


def count_mail(table: Table, origin: Origin, counter: Counter) -> bool:
    """Count one more mail, before it is sent, and return whether it may be.

    When others have had all the mails sent that the address is allowed, nobody is told so: a code
    is in the mailbox. Raises `TooManyAttempts` as `count_attempt` does for one's own network.
    """
    if _count(table, origin, counter):
        log_unsent("AddressAllowanceSpent")
        return False
    return True


def forget_attempts(table: Table, origin: Origin, counter: Counter) -> None:
    """Start counting the network's attempts anew: one has succeeded."""
    lockout.forget(table, origin.person, origin.network, counter.by_network, origin.at)


def _count(table: Table, origin: Origin, counter: Counter) -> int:
    """Count, and return the seconds to wait because of others (0: go ahead).

    An attempt that is seen to have to wait is not counted; one whose turn others take meanwhile
    counts for its network. Raises `TooManyAttempts` when the network itself has to wait.
    """
    person, network, at = origin.person, origin.network, origin.at
    own, shared = counter.lockout.by_network, counter.lockout.by_address
    trusted = _LOGIN if counter.trusts_logins else counter.by_network
    seen, logins, spent_until = lockout.find(
        table, person, network, counter.by_network, trusted, counter.by_address
    )
    if wait := own.wait(seen, at):
        raise TooManyAttempts(wait)
    is_trusted = counter.trusts_logins and logins is not None and logins.is_trusted(at)
    if not is_trusted and (wait := shared.wait(spent_until, at)):
        return wait
    try:
        lockout.record(table, person, network, counter.by_network, seen, own.next(seen, at))
        # From a trusted network too: the steps must not tell that somebody has logged in there.
        lockout.spend(table, person, counter.by_address, shared, spent_until, at)
    except AttemptedMeanwhileError as error:
        raise TooManyAttempts(1) from error
    except AllowanceSpentError as error:
        return 0 if is_trusted else max(1, shared.wait(error.spent_until, at))
    return 0
