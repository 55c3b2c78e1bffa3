"""`Idempotency-Key`: identifies a request, so that a retry has no second effect (IETF draft)."""

import hashlib
import json
import re
from typing import Any

from teppan.domain.errors import InvalidInput, Violation
from teppan.http.errors import MissingParameter
from teppan.services.idempotency import IdempotencyKey

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(key: str | None, document: Any) -> IdempotencyKey:
    """Return the key with the fingerprint of the request's JSON `document`.

    Raises `MissingParameter` for no key or an empty one, and `InvalidInput` for a key that is not 1
    to 255 visible ASCII characters.
    """
    if not key:
        detail = "An Idempotency-Key header is required."
        raise MissingParameter(Violation("header", "/Idempotency-Key", detail))
    if not _KEY.fullmatch(key):
        detail = "must be 1 to 255 visible ASCII characters"
        raise InvalidInput([Violation("header", "/Idempotency-Key", detail)])
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return IdempotencyKey(key, hashlib.sha256(canonical.encode()).hexdigest())
