"""A gateway event as a request: what a handler may know of it."""

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
from teppan.services.idempotency import IdempotentRequest
from teppan.services.precondition import Precondition

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Incoming:
    """The parts of an event that every endpoint reads, whatever comes of the rest.

    The event is API Gateway's (payload 1.0), or that of a function URL (2.0). `headers` holds the
    values of each header by its name in lower case. `request_id` is the caller's id where there is
    one, `gateway_request_id` the one that the gateway or the URL made.
    """

    method: str
    path: str
    headers: Mapping[str, Sequence[str]]
    request_id: str
    gateway_request_id: str
    event: Mapping[str, Any]
    source_ip: str = field(default="", repr=False)

    def header(self, name: str) -> str | None:
        """Return the value of a header that has one value; repeated, it must say the same.

        Raises `InvalidInput` for two values. A function URL has already joined them by a comma.
        """
        values = set(self.headers.get(name.lower(), ()))
        if len(values) > 1:
            raise InvalidInput([Violation("header", f"/{name}", "must be sent once")])
        return next(iter(values), None)

    def header_list(self, name: str) -> str | None:
        """Return the value of a header that is a list; repetitions are one list (RFC 9110 §5.3)."""
        values = self.headers.get(name.lower())
        return ", ".join(values) if values else None

    def harmless_header(self, name: str) -> str | None:
        """Return the value of a header that changes nothing; two values are as none."""
        values = set(self.headers.get(name.lower(), ()))
        return values.pop() if len(values) == 1 else None

    def body(self, largest: int) -> bytes:
        """Return the body as it was sent; raises `TooLarge` and `MalformedJson`."""
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
    """A request that is known to be well-formed, authenticated and allowed.

    `parameters` holds the declared ones by name; `if_match` is the header as it was sent.
    Operations that are idempotent by key have `idempotent`; those that are not public have
    `logged_in`. Webhooks have the body's bytes in `raw` and the header that signs them in
    `signature`.
    """

    operation: str
    caller: Caller
    body: Body
    parameters: Mapping[str, Any]
    if_match: str | None
    idempotent: IdempotentRequest | None
    logged_in: Session | None = None
    raw: bytes = field(default=b"", repr=False)
    signature: str | None = field(default=None, repr=False)

    @property
    def session(self) -> Session:
        """The session of the access token; only where the endpoint is not public."""
        if self.logged_in is None:
            raise LookupError(f"{self.operation} is open to anybody")
        return self.logged_in

    @property
    def precondition(self) -> Precondition:
        """The precondition that `If-Match` is; raises `InvalidInput` when it is none."""
        return precondition(self.if_match)

    @property
    def idempotency(self) -> IdempotentRequest:
        """The idempotency key with its fingerprint; only where the endpoint is `idempotent`."""
        if self.idempotent is None:
            raise LookupError(f"{self.operation} does not declare itself idempotent")
        return self.idempotent


def incoming(event: Mapping[str, Any]) -> Incoming:
    """Read the common parts; a caller's `X-Request-Id` counts when it is a UUID."""
    context = event.get("requestContext") or {}
    http = context.get("http") or {}
    made = context.get("requestId", "")
    request = Incoming(
        method=event.get("httpMethod") or http.get("method", ""),
        path=event.get("path") or http.get("path", ""),
        headers=_headers(event),
        request_id=made,
        gateway_request_id=made,
        event=event,
        source_ip=(context.get("identity") or {}).get("sourceIp") or "",
    )
    sent = request.harmless_header("X-Request-Id") or ""
    return replace(request, request_id=sent) if _UUID.fullmatch(sent) else request


def _headers(event: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Return every value of every header; API Gateway repeats in `headers` only the last one."""
    single = {name: [text] for name, text in (event.get("headers") or {}).items()}
    headers: dict[str, list[str]] = {}
    for name, values in (event.get("multiValueHeaders") or single).items():
        headers.setdefault(name.lower(), []).extend(values)
    return headers
