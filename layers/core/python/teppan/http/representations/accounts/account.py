"""Accounts and tokens as JSON."""

from typing import Any, Final

from teppan.domain.caller import Role
from teppan.identity.account import Account
from teppan.identity.tokens import Tokens

ACCEPTED: Final = {
    "status": "accepted",
    "detail": "If a code can be sent to this address, it has been sent.",
}
"""The body of every response to a request for a code, whether one was sent or not."""


def tokens(tokens: Tokens) -> dict[str, Any]:
    """Return the tokens of a login or a refresh."""
    return {
        "access_token": tokens.access,
        "id_token": tokens.id,
        "refresh_token": tokens.refresh,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
    }


def account(account: Account, role: Role) -> dict[str, Any]:
    """Return the account as its owner sees it, with the role of the access token."""
    return {
        "user_id": account.id,
        "email": account.email,
        "email_verified": account.email_verified,
        "role": role.value,
        "mfa_enabled": account.mfa_enabled,
    }
