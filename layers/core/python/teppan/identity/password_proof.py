"""A proof of a password that does not hold it (scrypt), for accounts that wait for confirmation.

Cognito does not check the password of an unconfirmed account, so we must: whoever is told at a
login that it wants confirming has to know the password that it was registered with.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final

COST: Final[Mapping[str, int]] = {"n": 2**14, "r": 8, "p": 5}
"""As OWASP recommends for 16 MiB of memory."""

_SALT_BYTES: Final = 16
_NOBODYS: Final = base64.b64encode(bytes(_SALT_BYTES + 32)).decode()


def prove(password: str) -> str:
    """Return a salted proof of `password`."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return base64.b64encode(salt + _digest(password, salt)).decode()


def proves(proof: str | None, password: str) -> bool:
    """Return whether `proof` is one of `password`; it takes as long when there is none."""
    raw = base64.b64decode(proof or _NOBODYS)
    salt, digest = raw[:_SALT_BYTES], raw[_SALT_BYTES:]
    return hmac.compare_digest(_digest(password, salt), digest) and proof is not None


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **COST, dklen=32)
