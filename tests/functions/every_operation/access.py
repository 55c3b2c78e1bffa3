"""Access rights, derived from the contract: `security`, `x-teppan-roles`, method and path.

The tests of the handlers and of the deployed cloud share these rules (`domain.md §8`).
"""

from enum import StrEnum
from typing import Final

from tests.functions import contract

LIVE_SESSION_READS: Final = frozenset({"getMe"})
"""Reads that need a live session: Cognito does not find the account of an ended one."""


class CallerRelation(StrEnum):
    """The relation of a caller to an operation and to the booking of its request."""

    STRANGER = "not logged in"
    CUSTOMER = "the customer whose booking it is"
    ANOTHER_CUSTOMER = "another customer"
    ADMIN = "an admin"


_OF_A_CUSTOMER: Final = {
    "booking_id": "booking_not_found",
    "payment_intent_id": "payment_not_found",
}
"""The fields that name a booking or payment, and the problem that other customers get."""


def expected_answer(operation: str, relation: CallerRelation) -> tuple[int, str | None]:
    """Return the status and problem that a good request gets (`domain.md §8`)."""
    declared = contract.OPERATIONS[operation]
    role = "admin" if relation is CallerRelation.ADMIN else "customer"
    if not declared.is_secured:
        return contract.success_of(operation), None
    if relation is CallerRelation.STRANGER:
        return 401, "unauthorized"
    if role not in declared.roles:
        return 403, "forbidden"
    if relation is CallerRelation.ANOTHER_CUSTOMER and names_thing_of_a_customer(operation):
        return not_found(operation)
    return contract.success_of(operation), None


def not_found(operation: str) -> tuple[int, str | None]:
    """Return the status and code for a booking or payment that is unknown or another customer's."""
    return 404, _OF_A_CUSTOMER[names_thing_of_a_customer(operation) or ""]


def names_thing_of_a_customer(operation: str) -> str | None:
    """Return the field of the path or body that names a customer's booking or payment."""
    required = (contract.body_schema(operation) or {}).get("required", [])
    named = {*contract.parameters(operation, "path"), *required}
    return next((each for each in _OF_A_CUSTOMER if each in named), None)


def changes_something(operation: str) -> bool:
    """Return whether this operation needs a login and can change something."""
    declared = contract.OPERATIONS[operation]
    return declared.is_secured and declared.method not in {"GET", "HEAD"}
