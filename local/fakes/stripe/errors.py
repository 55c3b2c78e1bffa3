"""Stripe's errors: an HTTP status and an `error` object."""

from typing import Any

from local.fakes.stripe.objects import Json, deep_copy


class StripeError(Exception):
    """An error with Stripe's text. `error` is the object in the answer's body."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: Json = {}
        if code is not None:
            self.error |= {"code": code, "doc_url": doc_url(code)}
        self.error["message"] = message
        if param is not None:
            self.error["param"] = param
        self.error |= more
        self.error["type"] = kind


def doc_url(code: str) -> str:
    """Return the URL of the page that explains an error code."""
    return f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}"


def no_such(what: str, identifier: str, *, param: str, status: int = 404) -> StripeError:
    """Return the error for an unknown id: 404 in a path, 400 in a parameter."""
    return StripeError(
        f"No such {what}: '{identifier}'", status=status, code="resource_missing", param=param
    )


def unexpected_state(intent: Json, message: str) -> StripeError:
    """Return the error for a step that the payment intent's status does not allow."""
    return StripeError(
        message, code="payment_intent_unexpected_state", payment_intent=deep_copy(intent)
    )
