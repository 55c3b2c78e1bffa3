"""Who may call what, derived from the contract: `security`, `x-teppan-roles`, method and path.

One rule for the matrix of the handlers and the matrix of the deployed cloud (`domain.md §8`).
"""

from enum import StrEnum
from typing import Final

from tests.functions import contract

LIVE_SESSION_READS: Final = frozenset({"getMe"})
"""Reads that the token of an ended session does not open: the account is no longer known."""


class PaymentTiming(StrEnum):
    """What a caller is to an operation, and to the booking that its request names."""

    STRANGER = "not logged in"
    CUSTOMER = "the customer whose booking it is"
    ANOTHER_CUSTOMER = "another customer"
    ADMIN = "an admin"


_OF_A_CUSTOMER: Final = {
    "booking_id": "booking_not_found",
    "payment_intent_id": "payment_not_found",
}
"""The fields that name a customer's own thing, and the problem of whoever else asks for it."""


def expected_answer(operation: str, standing: PaymentTiming) -> tuple[int, str | None]:
    """Return the status and problem that a good request gets (`domain.md §8`)."""
    declared = contract.OPERATIONS[operation]
    role = "admin" if standing is PaymentTiming.ADMIN else "customer"
    if not declared.is_secured:
        return contract.success_of(operation), None
    if standing is PaymentTiming.STRANGER:
        return 401, "unauthorized"
    if role not in declared.roles:
        return 403, "forbidden"
    if standing is PaymentTiming.ANOTHER_CUSTOMER and names_thing_of_a_customer(operation):
        return not_found(operation)
    return contract.success_of(operation), None


def not_found(operation: str) -> tuple[int, str | None]:
    """Return the answer to a request for a thing that does not exist, or is not the caller's."""
    return 404, _OF_A_CUSTOMER[names_thing_of_a_customer(operation) or ""]


def names_thing_of_a_customer(operation: str) -> str | None:
    """Return the field of the path or body that names a customer's booking or payment."""
    required = (contract.body_schema(operation) or {}).get("required", [])
    named = {*contract.parameters(operation, "path"), *required}
    return next((each for each in _OF_A_CUSTOMER if each in named), None)


def changes_something(operation: str) -> bool:
    """Return whether a caller who is logged in may change something by this operation."""
    declared = contract.OPERATIONS[operation]
    return declared.is_secured and declared.method not in {"GET", "HEAD"}
