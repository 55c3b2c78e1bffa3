"""Cursors: the opaque, signed position of a list, valid for one caller and one list only."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from teppan import secret
from teppan.http.errors import InvalidCursor
from teppan.http.request import Request
from teppan.settings import required

_SIGNATURE_BYTES = 16
_PAGING = frozenset({"cursor", "limit"})


class Cursors:
    """Reads and issues the signed cursors of one function."""

    def __init__(self, secret_arn: str) -> None:
        """Sign with the secret at `secret_arn`, which is read at the first cursor."""
        self._arn = secret_arn

    @classmethod
    def connect(cls) -> "Cursors":
        """Return a `Cursors` that signs with the secret that `CURSOR_SECRET_ARN` names."""
        return cls(required("CURSOR_SECRET_ARN"))

    def read(self, request: Request[Any]) -> list[Any] | None:
        """Return the position in the request's cursor, or None for the first page.

        Raises `InvalidCursor` unless we issued the cursor to this caller for this list.
        """
        cursor = request.parameters["cursor"]
        if cursor is None:
            return None
        raw = _decode(cursor)
        signature, position = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not any(
            hmac.compare_digest(signature, _sign(key, request, position))
            for key in secret.valid(self._arn)
        ):
            raise _invalid()
        return list(json.loads(position))

    def issue(self, request: Request[Any], position: Sequence[Any] | None) -> dict[str, str]:
        """Return the `next_cursor` member of a page; empty on the last page, without `position`."""
        if position is None:
            return {}
        raw = json.dumps(position, separators=(",", ":")).encode()
        signed = _sign(secret.current(self._arn), request, raw) + raw
        return {"next_cursor": _encode(signed)}


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(cursor: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except binascii.Error as error:
        raise _invalid() from error
    if _encode(raw) != cursor:  # base64 lets several texts stand for the same bytes
        raise _invalid()
    return raw


def _sign(key: str, request: Request[Any], position: bytes) -> bytes:
    """Sign a position together with its operation, caller and filters."""
    filters = {
        name: str(value) for name, value in request.parameters.items() if name not in _PAGING
    }
    bound = json.dumps([request.operation, request.caller.id, filters], sort_keys=True).encode()
    return hmac.digest(key.encode(), bound + b"\n" + position, hashlib.sha256)[:_SIGNATURE_BYTES]


def _invalid() -> InvalidCursor:
    return InvalidCursor("Use `next_cursor` of the previous page, with the same filters.")
