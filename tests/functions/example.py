"""The declaration of an operation for the suites that run over every operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.builders import ROOT
from tests.functions import contract
from tests.functions.provocations import Provocation
from tests.functions.requests import Given, Request, declaration_of

__all__ = ["Example", "Given", "Request", "declared", "example_of"]


@dataclass(frozen=True, slots=True)
class Example:
    """The request of an operation, and facts that are neither in the contract nor in the template.

    Access, statuses of refusals and permitted imports follow from the contract and the
    template; `every_operation.standard_problems` has the usual provocations.
    """

    request: Callable[[Given], Request]
    """A request that succeeds for every caller with the right to send it."""

    succeeds: int = 200
    """The status of that answer."""

    provocations: Mapping[str, Provocation] = field(default_factory=dict)
    """A provocation for each problem of the operation's own rules, and for each problem code whose
    standard provocation does not suit it."""

    reads: Mapping[str, str] = field(default_factory=dict)
    """The fields of its answers that every caller may read, by schema (`domain.md §8`)."""

    optional: Mapping[str, str] = field(default_factory=dict)
    """The fields that its answers may lack, by schema."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """The texts in its request about the party or its payment, by schema: the customer reads them
    even if staff wrote them."""

    event_problem: str | None = None
    """The problem code of its event in `events/` while the account or code does not exist."""


def example_of(operation: str) -> Example:
    """Return the declaration of an operation. Raises LookupError with the lines to write."""
    found = declaration_of(operation)
    if isinstance(found, Example):
        return found
    raise LookupError(lines_to_write(operation))


def declared() -> list[str]:
    """Return the operations with a declaration; `test_access` fails for the others."""
    return [each for each in contract.OPERATIONS if declaration_of(each) is not None]


def lines_to_write(operation: str) -> str:
    """Return the lines that declare an operation, and the file to write them into."""
    file = contract.own_test_file(operation).relative_to(ROOT)
    return f"""\
{operation} declares no example. Write into {file}:

from tests.functions.example import Example, Request

OPERATION = Example(
    request=lambda given: Request(path={{"booking_id": given.booking.id}}),
)
"""
