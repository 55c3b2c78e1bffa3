"""An idempotency key belongs to its caller and names what the first request with it made."""

import base64
import hashlib
from dataclasses import dataclass

from teppan.domain.caller import Caller
from teppan.domain.errors import IdempotencyKeyReused


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """The caller's key and the hash of the request body that came with it."""

    key: str
    fingerprint: str


def derived_id(prefix: str, caller: Caller, request: IdempotentRequest) -> str:
    """Return the id of what this caller's request with this key makes: the same every time."""
    digest = hashlib.sha256(f"{prefix}\n{caller.id}\n{request.key}".encode()).digest()
    return f"{prefix}_{base64.b32encode(digest).decode().lower()[:26]}"


def check_same(fingerprint: str, request: IdempotentRequest) -> None:
    """Raise `IdempotencyKeyReused` when the key came with another body the first time."""
    if fingerprint != request.fingerprint:
        raise IdempotencyKeyReused("This Idempotency-Key was sent before with another body.")
