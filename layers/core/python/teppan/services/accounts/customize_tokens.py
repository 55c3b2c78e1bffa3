"""What a token may open: its groups and its scopes (`architecture.md §6`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from teppan.domain.caller import Role
from teppan.identity.cognito.directory import Directory
from teppan.identity.scopes import API, SELF_SERVICE


@dataclass(frozen=True, slots=True)
class ScopeChanges:
    """The scopes that an access token gets and loses."""

    add: tuple[str, ...] = ()
    suppress: tuple[str, ...] = ()


OUR_API_ONLY: Final = ScopeChanges(add=(API,), suppress=(SELF_SERVICE,))
"""For every login: a token that is stolen changes nothing of the account at Cognito."""

SELF_SERVICE_ONLY: Final = ScopeChanges()
"""For `make second-factor`: Cognito's own calls, and none of ours."""


def groups_of_token(
    accounts: Directory, user_name: str, groups: Sequence[str], *, mfa_demanded: bool
) -> list[str]:
    """Return the groups that a token of the user carries.

    Where a second factor is demanded of admins, one without it gets a customer's token. Raises
    `IdentityUnavailable` and `TooManyAttempts`.
    """
    if not mfa_demanded or Role.ADMIN not in groups:
        return list(groups)
    account = accounts.find(user_name)
    if account and account.mfa_enabled:
        return list(groups)
    return [group for group in groups if group != Role.ADMIN] or [Role.CUSTOMER.value]


def scopes_of_token(*, sets_up_second_factor: bool) -> ScopeChanges:
    """Return how the scopes of an access token differ from what Cognito gives it."""
    return SELF_SERVICE_ONLY if sets_up_second_factor else OUR_API_ONLY
