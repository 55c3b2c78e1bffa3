"""The tokens of a session, and the session that their claims name."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from teppan.domain.accounts.session import Session


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a session; access and id token are valid for `expires_in` seconds."""

    access: str = field(repr=False)
    id: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int

    @property
    def session(self) -> Session:
        """The session that the access token belongs to.

        The signature is not checked, because the token comes directly from Cognito.
        """
        payload = self.access.split(".")[1]
        claims: Mapping[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
        return session_of(claims)


def session_of(claims: Mapping[str, Any]) -> Session:
    """Return the session that the claims name; raises `KeyError` or `ValueError` for none."""
    began_at = datetime.fromtimestamp(int(claims["auth_time"]), UTC)
    return Session(claims["origin_jti"], claims["sub"], began_at)
