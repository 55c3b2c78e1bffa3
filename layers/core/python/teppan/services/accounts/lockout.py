"""Count attempts at guessing secrets and requests for mails (`domain.accounts.lockout`)."""

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
    """A limit, and the names of the operations it counts, by network and by address."""

    lockout: Lockout
    network_operation: str
    address_operation: str
    trusts_logins: bool = False
    """Whether a network with an earlier login is limited by its own attempts only."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The pseudonyms of an attempt's address and network, and its instant (UTC)."""

    address: str
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
"""A network has one limit for both. An address has two allowances: asking for another code for an
address that is not registered sends nothing, and must not use up the allowance to register."""


def origin_of(email: str, caller: Caller) -> Origin:
    """Return the origin of the caller's attempts at a lower-case address.

    The pseudonym of a network differs from address to address, so the table does not show who
    shares a network. Raises `StorageUnavailable`.
    """
    network = pseudonym(f"{email}\n{network_of(caller.source_ip)}")
    return Origin(pseudonym(email), network, caller.at)


def count_attempt(table: Table, origin: Origin, counter: Counter) -> None:
    """Count an attempt, before it is made.

    Raises `TooManyAttempts` while the caller has to wait, and for all but one of simultaneous
    attempts from one network.
    """
    if wait := _count(table, origin, counter):
        raise TooManyAttempts(wait)


def count_mail(table: Table, origin: Origin, counter: Counter) -> bool:
    """Count a mail, before it is sent, and return whether it may be sent.

    If other networks have used up the mails for the address, the caller does not learn it: a code
    is already in the mailbox. Raises `TooManyAttempts` if the caller's own network has to wait.
    """
    if _count(table, origin, counter):
        log_unsent("AddressAllowanceSpent")
        return False
    return True


def forget_attempts(table: Table, origin: Origin, counter: Counter) -> None:
    """Reset the network's attempts after one that succeeded."""
    lockout.forget(table, origin.address, origin.network, counter.network_operation, origin.at)


def _count(table: Table, origin: Origin, counter: Counter) -> int:
    """Count an attempt; return the seconds to wait because of other networks (0: none).

    A refused attempt is not counted. Exception: if other networks spend the allowance during the
    call, the attempt counts for its own network only. Raises `TooManyAttempts` if its own network
    has to wait.
    """
    address, network, at = origin.address, origin.network, origin.at
    own, shared = counter.lockout.by_network, counter.lockout.by_address
    trusted = _LOGIN if counter.trusts_logins else counter.network_operation
    attempts, logins, spent_until = lockout.find(
        table, address, network, counter.network_operation, trusted, counter.address_operation
    )
    if wait := own.wait(attempts, at):
        raise TooManyAttempts(wait)
    is_trusted = counter.trusts_logins and logins is not None and logins.is_trusted(at)
    if not is_trusted and (wait := shared.wait(spent_until, at)):
        return wait
    try:
        after = own.next(attempts, at)
        lockout.record(table, address, network, counter.network_operation, attempts, after)
        # Also from a trusted network: the calls must not show that somebody has logged in there.
        lockout.spend(table, address, counter.address_operation, shared, spent_until, at)
    except AttemptedMeanwhileError as error:
        raise TooManyAttempts(1) from error
    except AllowanceSpentError as error:
        return 0 if is_trusted else max(1, shared.wait(error.spent_until, at))
    return 0
