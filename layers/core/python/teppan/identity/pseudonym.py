"""A name for a person or a network in keys of the table, that does not tell which it is."""

import base64
import hashlib
import hmac

from teppan import secret
from teppan.settings import required


def pseudonym(text: str) -> str:
    """Return the keyed hash of a lower-case address; raises `StorageUnavailable`."""
    key = secret.current(required("PSEUDONYM_SECRET_ARN")).encode()
    digest = hmac.digest(key, text.encode(), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode().lower()
