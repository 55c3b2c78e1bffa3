"""API keys, secret or publishable, in a Bearer or Basic header."""

import base64
import binascii
from collections.abc import Collection

from local.fakes.stripe.errors import StripeError


def is_publishable(authorization: str, secret_keys: Collection[str], publishable: str) -> bool:
    """Return whether the header has the publishable key, not a secret one.

    Raises StripeError (401) when it has neither.
    """
    key = _key(authorization)
    if not key:
        raise StripeError(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
            "https://stripe.com/docs/api#authentication for details, or we can help at "
            "https://support.stripe.com/.",
            status=401,
        )
    if key in secret_keys:
        return False
    if key == publishable:
        return True
    hidden = (
        f"{key[:8]}{'*' * max(0, len(key) - 12)}{key[-4:]}" if len(key) > 12 else "*" * len(key)
    )
    raise StripeError(f"Invalid API Key provided: {hidden}", status=401)


def secret_key_required() -> StripeError:
    """Return the error for a publishable key where a secret one is required."""
    return StripeError(
        "This API call cannot be made with a publishable API key. Please use a secret API key. "
        "You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.",
        status=403,
        code="secret_key_required",
    )


def _key(authorization: str) -> str:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
