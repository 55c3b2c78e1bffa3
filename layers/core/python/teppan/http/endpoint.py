"""The endpoint decorator: the code that all operations share.

It handles the request id, log, trace and metrics, access, parameters, body, headers and errors. A
handler makes one service call and returns one response.
"""

import time
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from teppan import clock
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import (
    DomainError,
    Forbidden,
    ProviderFailed,
    Unauthorized,
    Unavailable,
)
from teppan.http.errors import MethodNotAllowed
from teppan.http.headers import all_headers
from teppan.http.idempotency import idempotency_key
from teppan.http.parameters import Declared, read_parameters
from teppan.http.problem import internal_error, problem
from teppan.http.request import RawRequest, Request, read_request, unread_request
from teppan.http.response import Response
from teppan.identity.principal import Principal, principal_of
from teppan.observability.log import account_pseudonym, error_fields, logger
from teppan.observability.metrics import metrics, record_request
from teppan.observability.trace import tracer
from teppan.settings import settings

if TYPE_CHECKING:
    from teppan.http.body import RequestBody

EVERYONE = frozenset({Role.CUSTOMER, Role.ADMIN})
"""Every account."""

STAFF = frozenset({Role.ADMIN})
"""Admins only."""

PUBLIC = frozenset({Role.ANONYMOUS})
"""Anybody: the operation requires no account and ignores one that is sent."""

MAX_WEBHOOK_BYTES = 1024 * 1024
"""The maximum size of a webhook's body, in bytes; a dispute may hold 150,000 characters."""

READS = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""

type EndpointFunction = Callable[[Request[Any]], Response]
type ApiHandler = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class endpoint:  # noqa: N801 - it reads as the decorator that it is
    """Turns a handler into the Lambda handler of the contract's `operation`.

    `roles`: the roles that may call it. `body`: the schema of its JSON body. `parameters`: the
    declared parameters; None ignores all parameters. `idempotent`: it requires an
    `Idempotency-Key`. `live_session`: a read that refuses an ended session, as every change does.
    `signed_by`: the header with the signature of a webhook's raw body.

    The settings are read at once, so that a missing one stops the cold start.
    """

    operation: str
    _: KW_ONLY
    roles: frozenset[Role]
    body: "type[RequestBody] | None" = None
    body_optional: bool = False
    parameters: Declared | None = field(default_factory=dict)
    idempotent: bool = False
    live_session: bool = False
    signed_by: str | None = None

    def __post_init__(self) -> None:
        settings()

    def __call__(self, handle: EndpointFunction) -> ApiHandler:
        """Return the Lambda handler around `handle`."""

        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            return self._serve(handle, event, context.aws_request_id)

        observed = metrics.log_metrics(handler, capture_cold_start_metric=True)
        traced = tracer.capture_lambda_handler(observed, capture_response=False)
        return logger.inject_lambda_context(traced, clear_state=True, log_event=False)

    def _serve(
        self, handle: EndpointFunction, event: dict[str, Any], invocation_id: str
    ) -> dict[str, Any]:
        started_at = time.perf_counter()
        logger.append_keys(operation=self.operation, request_id=invocation_id)
        tracer.put_annotation("operation", self.operation)
        request, response, text = self._answer(handle, event, invocation_id)
        milliseconds = (time.perf_counter() - started_at) * 1000
        record_request(self.operation, response.status, milliseconds)
        logger.info(
            "answered",
            status=response.status,
            code=(response.body or {}).get("code") if response.status >= 400 else None,
            duration_ms=round(milliseconds, 1),
        )
        return {
            "statusCode": response.status,
            "headers": all_headers(response, request),
            "body": "" if request.method == "HEAD" else text,
            "isBase64Encoded": False,
        }

    def _answer(
        self, handle: EndpointFunction, event: dict[str, Any], invocation_id: str
    ) -> tuple[RawRequest, Response, str]:
        """Return the request, the response and its body as text; an error becomes a problem."""
        request = unread_request(event, invocation_id)
        try:
            request = read_request(event)
            logger.append_keys(
                request_id=request.request_id, gateway_request_id=request.gateway_request_id
            )
            logger.debug("started")
            response = handle(self._request(request))
            return request, response, response.text()
        except DomainError as error:
            if isinstance(error, Unavailable | ProviderFailed):
                logger.warning("unavailable", **error_fields(error))
            response = problem(error, request.path, request.request_id)
        except Exception as error:  # noqa: BLE001 - logged here; the caller gets a generic error
            logger.error("failed", **error_fields(error))
            response = internal_error(request.path, request.request_id)
        return request, response, response.text()

    def _request(self, request: RawRequest) -> Request[Any]:
        now = clock.utc_now()
        principal = self._principal(request, now)
        declared = self.parameters
        parameters = {} if declared is None else read_parameters(request.event, declared)
        body, document = None, None
        if self.body:
            # Imported here: a function without a body must not load pydantic.
            from teppan.http.body import read_body  # noqa: PLC0415

            body, document = read_body(request, self.body, optional=self.body_optional)
        raw = self._webhook(request) if self.signed_by else b""
        return Request(
            operation=self.operation,
            path=request.path,
            caller=_caller(principal, request, now),
            body=body,
            parameters=parameters,
            if_match=request.header_list("If-Match"),
            idempotency_or_none=idempotency_key(request.header("Idempotency-Key"), document)
            if self.idempotent
            else None,
            session_or_none=principal.session if principal else None,
            has_authorization="authorization" in request.headers,
            raw=raw,
            signature=request.header(self.signed_by) if self.signed_by else None,
            event=request.event,
        )

    def _webhook(self, request: RawRequest) -> bytes:
        if request.method != "POST":
            raise MethodNotAllowed
        return request.body(MAX_WEBHOOK_BYTES)

    def _principal(self, request: RawRequest, now: datetime) -> Principal | None:
        """Return the account that calls, or None for a public operation (`domain.md §8`).

        Raises `Unauthorized` and `Forbidden`. An ended session is refused at once for every change,
        for `live_session` and for staff; other reads accept its token until it expires.
        """
        if self.roles == PUBLIC:
            return None
        principal = principal_of(request.event)
        if principal is None:
            raise Unauthorized("Log in and send the access token.")
        account = account_pseudonym(principal.id, settings().stage)
        logger.append_keys(account=account, role=principal.role)
        if principal.role not in self.roles:
            raise Forbidden("Your account may not do this.")
        is_sensitive = self.live_session or request.method not in READS
        if is_sensitive or principal.role is Role.ADMIN:
            # Imported here: a function that does not check sessions must not load the store.
            from teppan.services.accounts.live_session import check_live  # noqa: PLC0415
            from teppan.store import table  # noqa: PLC0415

            check_live(table.connect(), principal.session, now)
        return principal


def _caller(principal: Principal | None, request: RawRequest, now: datetime) -> Caller:
    return Caller(
        id=principal.id if principal else "anonymous",
        role=principal.role if principal else Role.ANONYMOUS,
        request_id=request.request_id,
        at=now,
        gateway_request_id=request.gateway_request_id,
        source_ip=request.source_ip,
    )
