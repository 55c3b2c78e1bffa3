"""Pseudonyms of e-mail addresses and networks, for keys of the table."""

import base64
import hashlib
import hmac

from teppan import secret
from teppan.settings import required


def pseudonym(text: str) -> str:
    """Return the keyed hash of a lower-case e-mail address or a network.

    Raises `StorageUnavailable` if the key cannot be read.
    """
    key = secret.current(required("PSEUDONYM_SECRET_ARN")).encode()
    digest = hmac.digest(key, text.encode(), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode().lower()
