"""Idempotency keys: a caller and a key identify the result of the caller's first request."""

import base64
import hashlib
from dataclasses import dataclass

from teppan.domain.caller import Caller
from teppan.domain.errors import IdempotencyKeyReused


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The caller's idempotency key and the hash of the request body."""

    key: str
    fingerprint: str


def derived_id(prefix: str, caller: Caller, idempotency: IdempotencyKey) -> str:
    """Return the id of the result of this request: the same for the same caller and key."""
    digest = hashlib.sha256(f"{prefix}\n{caller.id}\n{idempotency.key}".encode()).digest()
    return f"{prefix}_{base64.b32encode(digest).decode().lower()[:26]}"


def check_same(fingerprint: str, idempotency: IdempotencyKey) -> None:
    """Raise `IdempotencyKeyReused` if the first request with this key had another body."""
    if fingerprint != idempotency.fingerprint:
        raise IdempotencyKeyReused("This Idempotency-Key was sent before with another body.")
