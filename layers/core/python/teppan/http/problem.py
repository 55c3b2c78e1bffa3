"""Problem documents (RFC 9457): the response to an error."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from teppan.domain.errors import (
    BadRequest,
    Conflict,
    DomainError,
    Forbidden,
    InternalFault,
    NotFound,
    PreconditionFailed,
    ProviderFailed,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    Unprocessable,
    Violation,
)
from teppan.http.errors import MethodNotAllowed, TooLarge, UnsupportedMediaType
from teppan.http.response import Response

TYPE: Final = "/docs/problems#"
"""The prefix of every problem's `type`; the code follows. The result is a relative reference with a
full path (RFC 9457 §3.1.1) to the code's section of `docs/problems.md`.
"""

_STATUS: Mapping[type[DomainError], int] = {
    BadRequest: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    MethodNotAllowed: 405,
    PreconditionFailed: 412,
    TooLarge: 413,
    UnsupportedMediaType: 415,
    Unprocessable: 422,
    TooManyRequests: 429,
    InternalFault: 500,
    ProviderFailed: 502,
    Unavailable: 503,
}


def problem(error: DomainError, instance: str, request_id: str) -> Response:
    """Return the response to `error`; `instance` is the path of the request."""
    status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    extensions = {
        name: [_violation(each) if isinstance(each, Violation) else each for each in value]
        for name, value in error.extensions.items()
    }
    response = _document(
        status, error.code, error.title, error.detail, instance, request_id, extensions
    )
    return replace(response, headers=_headers(error))


def internal_error(instance: str, request_id: str) -> Response:
    """Return the response to an unexpected error, without any detail of it."""
    return problem(InternalFault(), instance, request_id)


def _document(
    status: int,
    code: str,
    title: str,
    detail: str,
    instance: str,
    request_id: str,
    extensions: Mapping[str, Any],
) -> Response:
    body = {
        "type": TYPE + code,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        "code": code,
        "request_id": request_id,
        **extensions,
    }
    return Response(status, body, media_type="application/problem+json")


def _headers(error: DomainError) -> dict[str, str]:
    challenge = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthorized) else {}
    retry_after = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    allow = {"Allow": "POST"} if isinstance(error, MethodNotAllowed) else {}
    return challenge | retry_after | allow


def _violation(violation: Violation) -> dict[str, str]:
    return {
        "in": violation.where,
        "pointer": violation.pointer,
        "detail": violation.detail,
    }
