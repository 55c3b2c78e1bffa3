"""Whether it was Stripe that sent a webhook: its signature over the raw bytes (`§7`)."""

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import stripe

from teppan.domain.payments.errors import InvalidSignature
from teppan.observability.metrics import count

TOLERANCE_SECONDS: Final = 300
"""How far the time in a signature may lie from ours, into the past and the future."""


def check_signature(raw: bytes, header: str | None, secrets: Iterable[str], now: datetime) -> None:
    """Return when one of `secrets` has signed `raw` just now; raises `InvalidSignature`."""
    if (
        not header
        or abs(_signed_at(header) - now.timestamp()) > TOLERANCE_SECONDS
        or not any(_fits(raw, header, secret) for secret in secrets)
    ):
        count("WebhooksRefused")
        raise InvalidSignature


def _signed_at(header: str) -> float:
    """Return the time in the header: the first one, which Stripe's check takes; else never."""
    for part in header.split(","):
        name, _, text = part.partition("=")
        if name == "t" and text.isascii() and text.isdecimal() and len(text) < 12:
            return int(text)
        if name == "t":
            break
    return -math.inf


def _fits(raw: bytes, header: str, secret: str) -> bool:
    try:
        return bool(stripe.WebhookSignature.verify_header(raw, header, secret))
    except (stripe.SignatureVerificationError, UnicodeError, TypeError):
        return False
