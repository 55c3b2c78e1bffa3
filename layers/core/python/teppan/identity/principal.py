"""The person behind a request, from the access token's claims (`domain.md §8`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from teppan.domain.caller import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated account; whoever is not in the admin group is a customer."""

    id: str
    role: Role


def principal_of(event: Mapping[str, Any]) -> Principal | None:
    """Return who made a gateway request, or None without the claims of an access token."""
    authorizer = event.get("requestContext", {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    subject = claims.get("sub")
    if not subject or claims.get("token_use") != "access":
        return None
    is_admin = Role.ADMIN in _groups(claims.get("cognito:groups", ""))
    return Principal(subject, Role.ADMIN if is_admin else Role.CUSTOMER)


def _groups(claim: str | list[str]) -> frozenset[str]:
    """Read the groups as API Gateway hands them on (`admin,customer`) or as a list prints."""
    text = claim if isinstance(claim, str) else ",".join(claim)
    return frozenset(re.findall(r"[^\s,\[\]\"']+", text))
