"""Errors as problem documents (RFC 9457)."""

import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from teppan.domain import errors
from teppan.domain.bookings.errors import SlotUnavailable, TooManyBookingsInADay
from teppan.domain.errors import DomainError, InvalidInput, StorageUnavailable, Violation
from teppan.domain.payments.errors import (
    PaymentProviderErred,
    PaymentProviderFailed,
    PaymentProviderUnavailable,
)
from teppan.http.errors import MethodNotAllowed, MissingParameter
from teppan.http.problem import TYPE, internal_error, problem
from teppan.identity import errors as identity_errors
from teppan.identity.errors import IdentityUnavailable, SessionEnded, TooManyAttempts

VIOLATION = Violation("header", "/If-Match", "If-Match must be * or entity tags.")

STATUS = {
    "malformed_json": 400,
    "invalid_time": 400,
    "lead_time_too_short": 400,
    "too_far_ahead": 400,
    "venue_too_far": 400,
    "too_close_to_event": 400,
    "too_late_to_reduce": 400,
    "too_late_to_cancel": 400,
    "invalid_cursor": 400,
    "missing_parameter": 400,
    "invalid_code": 400,
    "invalid_signature": 400,
    "event_not_ours": 400,
    "unauthorized": 401,
    "invalid_credentials": 401,
    "mfa_required": 401,
    "invalid_mfa_code": 401,
    "invalid_refresh_token": 401,
    "forbidden": 403,
    "password_reset_required": 403,
    "login_unsupported": 403,
    "booking_not_found": 404,
    "payment_not_found": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "slot_unavailable": 409,
    "too_many_pending_bookings": 409,
    "booking_not_changeable": 409,
    "already_cancelled": 409,
    "already_completed": 409,
    "edit_conflict": 409,
    "slot_has_bookings": 409,
    "invalid_transition": 409,
    "booking_not_payable": 409,
    "payment_not_due": 409,
    "payment_overdue": 409,
    "payment_in_progress": 409,
    "too_many_payment_attempts": 409,
    "payment_refused_by_provider": 409,
    "refund_exceeds_captured": 409,
    "version_mismatch": 412,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "validation_failed": 422,
    "idempotency_key_reused": 422,
    "too_many_attempts": 429,
    "too_many_bookings_in_a_day": 429,
    "internal_error": 500,
    "payment_provider_failed": 502,
    "storage_unavailable": 503,
    "cache_unavailable": 503,
    "payment_provider_unavailable": 503,
    "identity_unavailable": 503,
}


def descendants(kind: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        yield each
        yield from descendants(each)


ERRORS = sorted(descendants(), key=lambda kind: kind.__name__)
ERRORS_WITH_CODE = [kind for kind in ERRORS if hasattr(kind, "code")]
"""The errors that a caller may see; the others are their base classes."""


def example(kind: type[DomainError]) -> DomainError:
    if kind is MissingParameter:
        return MissingParameter(VIOLATION)
    if kind is InvalidInput:
        return InvalidInput([VIOLATION])
    if kind is SlotUnavailable:
        return SlotUnavailable(["12:00"])
    if kind is TooManyAttempts:
        return TooManyAttempts(900)
    if kind is TooManyBookingsInADay:
        return TooManyBookingsInADay("Because.", retry_after=900)
    return kind("Because.")


@pytest.mark.parametrize("kind", ERRORS_WITH_CODE)
def test_every_error_has_a_stable_code_title_and_status(kind: type[DomainError]) -> None:
    response = problem(example(kind), "/api/v1/bookings", "request-1")

    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", kind.code)
    assert response.status == STATUS[kind.code]
    assert response.media_type == "application/problem+json"
    assert response.body is not None
    assert response.body["type"] == TYPE + kind.code
    assert response.body["title"] == kind.title != ""


def test_the_error_codes_are_the_documented_ones_each_declared_once() -> None:
    assert sorted(
        vars(kind)["code"] for kind in ERRORS_WITH_CODE if "code" in vars(kind)
    ) == sorted(STATUS)


def test_every_error_without_a_code_has_subclasses_with_one() -> None:
    for kind in set(ERRORS) - set(ERRORS_WITH_CODE):
        assert [each for each in ERRORS_WITH_CODE if issubclass(each, kind)]


@pytest.mark.parametrize("module", [errors, identity_errors], ids=["domain", "identity"])
def test_every_error_of_a_module_is_checked(module: ModuleType) -> None:
    declared = {each for each in vars(module).values() if isinstance(each, type)}

    assert {each for each in declared if issubclass(each, DomainError)} <= {DomainError, *ERRORS}


def test_a_problem_has_exactly_the_documented_members() -> None:
    response = problem(errors.Forbidden("Not you."), "/api/v1/bookings", "request-1")

    assert response.body == {
        "type": "/docs/problems#forbidden",
        "title": "Not allowed",
        "status": 403,
        "detail": "Not you.",
        "instance": "/api/v1/bookings",
        "code": "forbidden",
        "request_id": "request-1",
    }


@pytest.mark.parametrize("error", [InvalidInput([VIOLATION]), MissingParameter(VIOLATION)])
def test_a_violation_has_place_pointer_and_detail(error: DomainError) -> None:
    response = problem(error, "/", "request-1")

    assert response.body is not None
    assert response.body["errors"] == [
        {"in": "header", "pointer": "/If-Match", "detail": VIOLATION.detail}
    ]


def test_slot_unavailable_has_available_times_even_if_empty() -> None:
    response = problem(SlotUnavailable([]), "/", "request-1")

    assert response.body is not None
    assert response.body["available_times"] == []


def test_an_ended_session_is_unauthorized_with_its_own_detail() -> None:
    response = problem(SessionEnded(), "/", "request-1")

    assert response.body is not None
    assert (response.body["code"], response.body["title"]) == (
        "unauthorized",
        "Authentication is required",
    )
    assert response.body["detail"] == "Your session has ended. Log in again."


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (StorageUnavailable(), "1"),
        (PaymentProviderUnavailable(), "5"),
        (PaymentProviderErred(), "5"),
        (PaymentProviderFailed(), "30"),
        (IdentityUnavailable(), "1"),
        (TooManyAttempts(2), "2"),
        (TooManyAttempts(900), "900"),
        (TooManyBookingsInADay("Because.", retry_after=86_400), "86400"),
    ],
)
def test_a_temporary_error_has_retry_after(error: DomainError, seconds: str) -> None:
    assert problem(error, "/", "request-1").headers == {"Retry-After": seconds}


@pytest.mark.parametrize(
    "kind", [kind for kind in ERRORS_WITH_CODE if issubclass(kind, errors.Unauthorized)]
)
def test_an_unauthorized_error_has_www_authenticate(kind: type[DomainError]) -> None:
    response = problem(kind(), "/", "request-1")

    assert response.headers == {"WWW-Authenticate": "Bearer"}


@pytest.mark.parametrize(
    "kind",
    [kind for kind in ERRORS_WITH_CODE if STATUS[kind.code] not in {401, 405, 429, 502, 503}],
)
def test_other_problems_have_no_extra_headers(kind: type[DomainError]) -> None:
    assert problem(example(kind), "/", "request-1").headers == {}


def test_method_not_allowed_has_the_allow_header() -> None:
    """RFC 9110 §15.5.6: a 405 lists the allowed methods."""
    assert problem(MethodNotAllowed(), "/", "request-1").headers == {"Allow": "POST"}


def test_provider_erred_has_the_same_problem_as_provider_unavailable() -> None:
    """Only our own code needs the difference."""
    busy, erred = PaymentProviderUnavailable(), PaymentProviderErred()

    assert problem(erred, "/", "request-1") == problem(busy, "/", "request-1")


def test_an_internal_error_reveals_nothing() -> None:
    response = internal_error("/api/v1/bookings", "request-1")

    assert response.body is not None
    assert (response.status, response.body["code"]) == (500, "internal_error")
    assert response.body["detail"] == "Something went wrong on our side. It has been recorded."
    assert response.body["request_id"] == "request-1"
