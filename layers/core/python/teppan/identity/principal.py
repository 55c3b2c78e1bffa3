"""The authenticated account of a request, from the access token's claims (`domain.md §8`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from teppan.domain.accounts.session import Session
from teppan.domain.caller import Role
from teppan.identity.scopes import API
from teppan.identity.tokens import session_of
from teppan.settings import required


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated account with its role and session."""

    id: str
    role: Role
    session: Session


def principal_of(event: Mapping[str, Any]) -> Principal | None:
    """Return the account that made a gateway request, or None without a valid access token.

    The gateway has checked the token's signature, age and pool, but accepts any client of the pool.
    An account that is not in the admin group is a customer.
    """
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    if claims.get("token_use") != "access" or not claims.get("sub"):
        return None
    if claims.get("client_id") != required("USER_POOL_CLIENT_ID"):
        return None
    if API not in claims.get("scope", "").split():
        return None
    try:
        session = session_of(claims)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    is_admin = Role.ADMIN in _groups(claims.get("cognito:groups", ""))
    return Principal(claims["sub"], Role.ADMIN if is_admin else Role.CUSTOMER, session)


def _groups(claim: str | list[str]) -> frozenset[str]:
    """Return the groups from API Gateway's text (`admin,customer`), a printed list or a list."""
    text = claim if isinstance(claim, str) else ",".join(claim)
    return frozenset(re.findall(r"[^\s,\[\]\"']+", text))
