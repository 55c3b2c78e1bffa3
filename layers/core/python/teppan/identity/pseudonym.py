"""A name for a person in keys of the table, that does not tell who it is."""

import base64
import hashlib
import hmac

from teppan import secret
from teppan.settings import required


def pseudonym(email: str) -> str:
    """Return the keyed hash of a lower-case address; raises `StorageUnavailable`."""
    key = secret.current(required("PSEUDONYM_SECRET_ARN")).encode()
    digest = hmac.digest(key, email.encode(), hashlib.sha256)
    return base64.b32encode(digest[:20]).decode().lower()
