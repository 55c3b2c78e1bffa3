"""Requests, read from the events of API Gateway and of a function URL."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from teppan.domain.accounts.session import Session
from teppan.domain.caller import Caller
from teppan.domain.errors import InvalidInput, MalformedJson, Violation
from teppan.http.errors import TooLarge
from teppan.http.precondition import precondition
from teppan.services.idempotency import IdempotencyKey
from teppan.services.precondition import Precondition

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class RawRequest:
    """The parts of an event that every endpoint reads before any check.

    The event is API Gateway's (payload 1.0) or a function URL's (2.0). `headers` holds the values
    of each header by its name in lower case. `request_id` is the caller's id if it sent one, and
    `gateway_request_id` is always the id that the gateway or the function URL made.
    """

    method: str
    path: str
    headers: Mapping[str, Sequence[str]]
    request_id: str
    gateway_request_id: str
    event: Mapping[str, Any]
    source_ip: str = field(default="", repr=False)

    def header(self, name: str) -> str | None:
        """Return the value of a header that has one value, or None.

        The header may be repeated with the same value; raises `InvalidInput` for different values.
        A function URL joins repeated headers by a comma, so they arrive as one value.
        """
        values = set(self.headers.get(name.lower(), ()))
        if len(values) > 1:
            raise InvalidInput([Violation("header", f"/{name}", "must be sent once")])
        return next(iter(values), None)

    def header_list(self, name: str) -> str | None:
        """Return the value of a list header; repetitions are joined to one list (RFC 9110 §5.3)."""
        values = self.headers.get(name.lower())
        return ", ".join(values) if values else None

    def optional_header(self, name: str) -> str | None:
        """Return the value of a header that may be ignored: None for two different values."""
        values = set(self.headers.get(name.lower(), ()))
        return values.pop() if len(values) == 1 else None

    def body(self, largest: int) -> bytes:
        """Return the body's bytes, at most `largest`; raises `TooLarge` and `MalformedJson`."""
        text = self.event.get("body") or ""
        try:
            encoded = self.event.get("isBase64Encoded")
            raw = base64.b64decode(text, validate=True) if encoded else text.encode()
        except ValueError as error:
            raise MalformedJson("The body is not text in UTF-8.") from error
        if len(raw) > largest:
            raise TooLarge(f"A body has at most {largest} bytes.")
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Request[Body]:
    """A well-formed, authenticated and permitted request.

    `path` is the path without the stage. `parameters` holds the declared parameters by name.
    `if_match` is the header as sent.
    `idempotency_or_none` is set for operations with an idempotency key, `session_or_none` for
    operations that are not public. `has_authorization` says that the request has the header
    `Authorization`; a public operation does not verify it. A webhook has the body's bytes in `raw`,
    and the header with their signature in `signature`. `event` is the request as the gateway
    passed it on.
    """

    operation: str
    path: str
    caller: Caller
    body: Body
    parameters: Mapping[str, Any]
    if_match: str | None
    idempotency_or_none: IdempotencyKey | None
    session_or_none: Session | None = None
    has_authorization: bool = False
    raw: bytes = field(default=b"", repr=False)
    signature: str | None = field(default=None, repr=False)
    event: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def session(self) -> Session:
        """The session of the access token; raises `LookupError` if the operation is public."""
        if self.session_or_none is None:
            raise LookupError(f"{self.operation} is open to anybody")
        return self.session_or_none

    @property
    def precondition(self) -> Precondition:
        """The precondition in `If-Match`; raises `InvalidInput` for a malformed header."""
        return precondition(self.if_match)

    @property
    def idempotency(self) -> IdempotencyKey:
        """The key and fingerprint; raises `LookupError` unless the operation is `idempotent`."""
        if self.idempotency_or_none is None:
            raise LookupError(f"{self.operation} does not declare itself idempotent")
        return self.idempotency_or_none


def read_request(event: Mapping[str, Any]) -> RawRequest:
    """Return the common parts of an event; a caller's `X-Request-Id` is used if it is a UUID."""
    context = event.get("requestContext") or {}
    http = context.get("http") or {}
    gateway_request_id = context.get("requestId", "")
    request = RawRequest(
        method=event.get("httpMethod") or http.get("method", ""),
        path=event.get("path") or http.get("path", ""),
        headers=_headers(event),
        request_id=gateway_request_id,
        gateway_request_id=gateway_request_id,
        event=event,
        source_ip=(context.get("identity") or {}).get("sourceIp") or "",
    )
    caller_id = request.optional_header("X-Request-Id") or ""
    return replace(request, request_id=caller_id) if _UUID.fullmatch(caller_id) else request


def unread_request(event: Mapping[str, Any], invocation_id: str) -> RawRequest:
    """Return a request without method, path and headers, for the answer to an unreadable event.

    Lambda's id of the invocation is its `request_id`; the log line of the failure has that id too.
    """
    return RawRequest(
        method="", path="", headers={}, request_id=invocation_id, gateway_request_id="", event=event
    )


def _headers(event: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Return all values of each header, by its name in lower case.

    API Gateway has only the last value in `headers`, so `multiValueHeaders` comes first.
    """
    single = {name: [text] for name, text in (event.get("headers") or {}).items()}
    headers: dict[str, list[str]] = {}
    for name, values in (event.get("multiValueHeaders") or single).items():
        headers.setdefault(name.lower(), []).extend(values)
    return headers
