"""The check of a webhook's signature, which Stripe makes over the raw bytes (`domain.md §7`)."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import stripe

from teppan.domain.payments.errors import InvalidSignature
from teppan.observability.metrics import count

TOLERANCE_SECONDS: Final = 300
"""The maximum difference between the time in a signature and ours, past or future."""


def check_signature(raw: bytes, header: str | None, secrets: Iterable[str], now: datetime) -> None:
    """Check that one of `secrets` has signed `raw` recently; raises `InvalidSignature`."""
    if (
        not header
        or abs(_signed_at(header) - now.timestamp()) > TOLERANCE_SECONDS
        or not any(_is_signed_with(raw, header, secret) for secret in secrets)
    ):
        count("WebhooksRefused")
        raise InvalidSignature


def _signed_at(header: str) -> float:
    """Return the first time in the header, as Stripe's check does, or minus infinity for none."""
    for part in header.split(","):
        name, _, text = part.partition("=")
        if name == "t" and text.isascii() and text.isdecimal() and len(text) < 12:
            return int(text)
        if name == "t":
            break
    return -math.inf


def _is_signed_with(raw: bytes, header: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(raw, header, secret))
    except (stripe.SignatureVerificationError, UnicodeError, TypeError):
        return False
