"""The endpoint decorator: everything that is the same for all operations, in one place.

It owns the request id, the log lines, trace and metrics, who may call, parameters, body, headers,
and how an error is answered; the handler is left with one service call and one answer.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from teppan import clock
from teppan.domain.caller import Caller, Role
from teppan.domain.errors import DomainError, Forbidden, Unauthorized, Unavailable
from teppan.http.headers import SECURITY, cors
from teppan.http.idempotency import idempotent_request
from teppan.http.parameters import Declared, read_parameters
from teppan.http.precondition import precondition
from teppan.http.problem import internal_error, problem
from teppan.http.request import Incoming, Request, incoming
from teppan.http.response import Response
from teppan.identity.principal import principal_of
from teppan.observability.log import failure_of, logger
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
"""Anybody: the operation asks for no account and looks at none."""

type Handle = Callable[[Request[Any]], Response]
type LambdaHandler = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What an operation declares of itself; see `endpoint`."""

    operation: str
    roles: frozenset[Role]
    body: "type[RequestBody] | None" = None
    body_optional: bool = False
    parameters: Declared = field(default_factory=lambda: MappingProxyType({}))
    idempotent: bool = False


def endpoint(
    operation: str,
    *,
    roles: frozenset[Role],
    body: "type[RequestBody] | None" = None,
    body_optional: bool = False,
    parameters: Declared = MappingProxyType({}),
    idempotent: bool = False,
) -> Callable[[Handle], LambdaHandler]:
    """Turn a handler into the Lambda handler of the contract's `operation`.

    `roles` may call it; `body` is the schema of its JSON body; an `idempotent` operation requires
    an `Idempotency-Key`. Reads the settings at once, so that a missing one stops the cold start.
    """
    settings()
    declared = Endpoint(
        operation=operation,
        roles=roles,
        body=body,
        body_optional=body_optional,
        parameters=parameters,
        idempotent=idempotent,
    )

    def decorate(handle: Handle) -> LambdaHandler:
        def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
            return _serve(declared, handle, incoming(event))

        observed = metrics.log_metrics(handler, capture_cold_start_metric=True)
        traced = tracer.capture_lambda_handler(observed, capture_response=False)
        return logger.inject_lambda_context(traced, clear_state=True)

    return decorate


def _serve(declared: Endpoint, handle: Handle, request: Incoming) -> dict[str, Any]:
    began = time.perf_counter()
    logger.append_keys(operation=declared.operation, request_id=request.request_id)
    tracer.put_annotation("operation", declared.operation)
    logger.debug("started")
    response = _answer(declared, handle, request)
    milliseconds = (time.perf_counter() - began) * 1000
    record_request(declared.operation, response.status, milliseconds)
    logger.info(
        "answered",
        status=response.status,
        code=(response.body or {}).get("code") if response.status >= 400 else None,
        duration_ms=round(milliseconds, 1),
    )
    return _proxy_result(response, request)


def _answer(declared: Endpoint, handle: Handle, request: Incoming) -> Response:
    try:
        return handle(_request(declared, request))
    except DomainError as error:
        if isinstance(error, Unavailable):
            logger.warning("unavailable", **failure_of(error))
        return problem(error, request.path, request.request_id)
    except Exception as error:  # noqa: BLE001 - the last resort: recorded, answered without detail
        logger.error("failed", **failure_of(error))
        return internal_error(request.path, request.request_id)


def _request(declared: Endpoint, request: Incoming) -> Request[Any]:
    caller = _caller(declared, request)
    parameters = read_parameters(request.event, declared.parameters)
    accepts = precondition(request.headers.get("if-match"))
    body, document = None, None
    if declared.body:
        # Imported here: a function without a body must not load pydantic.
        from teppan.http.body import read_body  # noqa: PLC0415

        body, document = read_body(request, declared.body, optional=declared.body_optional)
    return Request(
        operation=declared.operation,
        caller=caller,
        body=body,
        parameters=parameters,
        accepts=accepts,
        keyed=idempotent_request(request.headers.get("idempotency-key"), document)
        if declared.idempotent
        else None,
    )


def _caller(declared: Endpoint, request: Incoming) -> Caller:
    """Return who is calling; raises `Unauthorized` and `Forbidden` (`domain.md §8`)."""
    now = clock.utc_now()
    if declared.roles is PUBLIC:
        return Caller("anonymous", Role.ANONYMOUS, request.request_id, now)
    principal = principal_of(request.event)
    if principal is None:
        raise Unauthorized("Log in and send the access token.")
    if principal.role not in declared.roles:
        raise Forbidden("Your account may not do this.")
    return Caller(principal.id, principal.role, request.request_id, now)


def _proxy_result(response: Response, request: Incoming) -> dict[str, Any]:
    """Return the answer as API Gateway's proxy integration takes it."""
    headers: Mapping[str, str] = {
        **SECURITY,
        **cors(request.headers.get("origin"), settings().allowed_origins),
        "X-Request-Id": request.request_id,
        **({} if response.body is None else {"Content-Type": response.media_type}),
        **response.headers,
    }
    empty = response.body is None or request.method == "HEAD"
    return {
        "statusCode": response.status,
        "headers": headers,
        "body": "" if empty else json.dumps(response.body, ensure_ascii=False),
        "isBase64Encoded": False,
    }
