"""Whose token may carry the group `admin` (`architecture.md §6`)."""

from collections.abc import Sequence

from teppan.domain.caller import Role
from teppan.identity.directory import Directory


def groups_of_token(
    accounts: Directory, user_name: str, groups: Sequence[str], *, mfa_demanded: bool
) -> list[str]:
    """Return the groups that a token of the user carries.

    Where a second factor is demanded of admins, one without it gets a customer's token: enough to
    set it up. Raises `IdentityUnavailable` and `TooManyAttempts`.
    """
    if not mfa_demanded or Role.ADMIN not in groups:
        return list(groups)
    account = accounts.find(user_name)
    if account and account.mfa_enabled:
        return list(groups)
    return [group for group in groups if group != Role.ADMIN] or [Role.CUSTOMER.value]
