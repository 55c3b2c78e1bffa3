"""The `Stripe-Signature` header: scheme v1, HMAC-SHA256 of the time and the raw body."""

import hashlib
import hmac
from collections.abc import Iterable


def signature_header(body: bytes, secrets: Iterable[str], at: int) -> str:
    """Return the header of a body sent at unix second `at`: one `v1` for each secret."""
    signed = str(at).encode() + b"." + body
    signatures = (
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets
    )
    return ",".join([f"t={at}", *(f"v1={signature}" for signature in signatures)])
