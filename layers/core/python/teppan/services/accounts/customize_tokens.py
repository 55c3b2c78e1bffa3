"""The groups and scopes of a token (`architecture.md §6`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from teppan.domain.caller import Role
from teppan.identity.cognito.directory import Directory
from teppan.identity.scopes import API, SELF_SERVICE


@dataclass(frozen=True, slots=True)
class ScopeChanges:
    """The scopes that are added to an access token, and those that are removed."""

    add: tuple[str, ...] = ()
    suppress: tuple[str, ...] = ()


OUR_API_ONLY: Final = ScopeChanges(add=(API,), suppress=(SELF_SERVICE,))
"""For every login: a stolen token cannot change the account at Cognito."""

SELF_SERVICE_ONLY: Final = ScopeChanges()
"""For `make second-factor`: the token opens Cognito's own calls, and none of ours."""


def groups_of_token(
    accounts: Directory, user_name: str, groups: Sequence[str], *, mfa_demanded: bool
) -> list[str]:
    """Return the groups for the user's token.

    If admins need a second factor, an admin without one gets a customer's token. Raises
    `IdentityUnavailable` and `TooManyAttempts`.
    """
    if not mfa_demanded or Role.ADMIN not in groups:
        return list(groups)
    account = accounts.find(user_name)
    if account and account.mfa_enabled:
        return list(groups)
    return [group for group in groups if group != Role.ADMIN] or [Role.CUSTOMER.value]


def scopes_of_token(*, sets_up_second_factor: bool) -> ScopeChanges:
    """Return the changes to the scopes that Cognito gives an access token."""
    return SELF_SERVICE_ONLY if sets_up_second_factor else OUR_API_ONLY
