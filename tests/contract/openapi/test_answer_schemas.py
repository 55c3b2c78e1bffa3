"""The schemas of answers: required properties, enumerations and lengths of texts."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

import pytest
from tests.contract.documents import SCHEMAS, TEMPLATE, operations
from tests.contract.openapi.test_schemas import requested
from tests.contract.places import complete
from tests.functions.example import declared, example_of

from teppan.domain.bookings.audit import EventType
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.bookings.slot import UnavailabilityReason
from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import EntryKind, RefundReason, RefusalReason
from teppan.domain.payment_status import PaymentStatus
from teppan.domain.payments.attempt import IntentStatus
from teppan.domain.payments.refund import RefundStatus
from teppan.domain.webhook_event import EventSource, EventState

_IN_REQUESTS: Final = {
    name for each in operations() for name in requested(each.spec.get("requestBody", {}))
}
_IN_ANSWERS: Final = {
    name
    for each in complete()
    for status, _, content in each.contents
    if status
    for name in requested(content["schema"])
}
ANSWERED: Final = sorted(
    name for name in _IN_ANSWERS - _IN_REQUESTS if SCHEMAS[name].get("type") == "object"
)

OPTIONAL_OF_PROBLEM: Final = {"errors", "available_times"}


def declared_optional(name: str) -> set[str]:
    """Return the properties of a schema that answers may lack, as the operations declare."""
    if name == "Problem":
        return OPTIONAL_OF_PROBLEM
    return {
        field for each in declared() for field in example_of(each).optional.get(name, "").split()
    }


MAX_ID_LENGTH: Final[Mapping[str, int]] = {
    "special_requests": 500,
    "reason": 500,
    "event_id": 255,
    "type": 255,
    "error": 100,
}
"""The longest text of an answer's property in characters; the others have no limit."""


@pytest.mark.parametrize("name", ANSWERED)
def test_an_answers_schema_requires_every_property_but_the_optional_ones(name: str) -> None:
    optional = SCHEMAS[name]["properties"].keys() - set(SCHEMAS[name].get("required", []))
    assert optional == declared_optional(name), (
        f"{name} has other optional properties than the operations declare: make them required in "
        f'openapi.yaml, or write optional={{"{name}": "{" ".join(sorted(optional))}"}} into the '
        "declaration of the operation that answers it."
    )


@pytest.mark.parametrize(
    ("name", "field", "schema"),
    [
        (name, field, schema)
        for name in ANSWERED
        for field, schema in SCHEMAS[name]["properties"].items()
        if schema.get("type") == "string" and "enum" not in schema
    ],
)
def test_a_text_of_an_answer_has_the_length_limit_of_the_request(
    name: str, field: str, schema: dict[str, Any]
) -> None:
    unlimited = name == "Problem" or (name, field) == ("Violation", "pointer")
    assert schema.get("maxLength") == (None if unlimited else MAX_ID_LENGTH.get(field))


@pytest.mark.parametrize(
    ("schema", "field", "words"),
    [
        ("BookingStatus", None, Status),
        ("PaymentStatus", None, PaymentStatus),
        ("PaymentType", None, PaymentType),
        ("IntentStatus", None, IntentStatus),
        ("EntryKind", None, EntryKind),
        ("LedgerEntry", "reason", [*RefundReason, *RefusalReason]),
        ("BookingEvent", "type", EventType),
        ("Refund", "refund_status", RefundStatus),
        ("SlotAvailability", "reason", UnavailabilityReason),
        ("WebhookEvent", "source", EventSource),
        ("WebhookEvent", "status", EventState),
    ],
)
def test_the_enumerations_of_the_contract_are_those_of_the_domain(
    schema: str, field: str | None, words: Iterable[StrEnum]
) -> None:
    listed = (SCHEMAS[schema]["properties"][field] if field else SCHEMAS[schema])["enum"]
    assert set(listed) == {each.value for each in words}
    assert len(listed) == len(set(listed))


def test_the_stages_of_the_contract_are_those_of_the_template() -> None:
    stages = SCHEMAS["Health"]["properties"]["stage"]["enum"]
    assert stages == TEMPLATE["Parameters"]["Stage"]["AllowedValues"]
