"""`docs/problems.md` has one section for each problem `code`; the `type` links to it."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest
from tests.builders import ROOT
from tests.contract.documents import (
    GATEWAY_RESPONSES,
    PROBLEM_JSON,
    SCHEMAS,
    Operation,
    gateway_problem,
    operations,
)
from tests.contract.markdown import anchors
from tests.contract.openapi.traits import (
    calls_stripe,
    changes_a_booking,
    is_about_an_account,
    is_for_staff_only,
    names_a_booking,
    names_a_payment,
    names_a_slot,
    takes,
    takes_body,
    takes_field,
    uses_the_database,
)

import teppan
from teppan.domain.errors import DomainError
from teppan.domain.payments.errors import EventNotOurs, InvalidSignature
from teppan.http.errors import MethodNotAllowed
from teppan.http.problem import TYPE, problem

PAGE: Final = ROOT / "docs" / "problems.md"
SECTION: Final = re.compile(r"^### `(\w+)`\n(\d{3})\. (.+?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
WIDESPREAD: Final = 12
"""The number of operations from which a section says "every operation"."""

GROUPS: Final[Mapping[str, Callable[[Operation], bool]]] = {
    "every operation about accounts": is_about_an_account,
    "every operation for staff only": is_for_staff_only,
    "every operation that calls Stripe": calls_stripe,
    "every operation that changes a booking": changes_a_booking,
    "every operation that names a booking": names_a_booking,
    "every operation that names a payment": names_a_payment,
    "every operation that names a slot": names_a_slot,
    "every operation that needs an account": lambda each: each.is_secured,
    "every operation that uses the database": (
        lambda each: each.method != "HEAD" and uses_the_database(each)
    ),
    "every operation with a body": takes_body,
    "every operation with a code in its body": lambda each: takes_field(each, "code"),
    "every operation with a cursor": lambda each: takes(each, "cursor"),
    "every operation with a date in its body": lambda each: takes_field(each, "date"),
    "every operation with an idempotency key": lambda each: takes(each, "Idempotency-Key"),
    "every operation with `If-Match`": lambda each: takes(each, "If-Match"),
}
"""The operations that a section means, by its phrase; named operations may follow the phrase."""

WEBHOOK_ERRORS: Final = (
    MethodNotAllowed(),
    InvalidSignature(),
    EventNotOurs(),
)
"""The codes that only the webhook returns; it is not an operation of the contract."""


def error_codes(kind: type[DomainError] = DomainError) -> Iterator[str]:
    """Yield the code of every imported error class."""
    for each in kind.__subclasses__():
        if hasattr(each, "code"):
            yield each.code
        yield from error_codes(each)


def import_errors() -> None:
    """Import every module of errors, so that all error classes exist."""
    for module in pkgutil.walk_packages(teppan.__path__, "teppan."):
        if module.name.endswith(".errors"):
            importlib.import_module(module.name)


def declared() -> Mapping[str, set[str]]:
    """Return the operations that declare each code in the contract."""
    found: dict[str, set[str]] = defaultdict(set)
    for operation in operations():
        for _, media_type, content in operation.contents:
            if media_type == PROBLEM_JSON:
                for code in content["examples"]:
                    found[code].add(operation.id)
    return found


def statuses() -> Iterator[tuple[str, str]]:
    """Yield code and status of every problem in the contract and of API Gateway's own."""
    for operation in operations():
        for status, media_type, content in operation.contents:
            if media_type == PROBLEM_JSON:
                yield from ((code, status) for code in content["examples"])
    for gateway_error, response in GATEWAY_RESPONSES.items():
        yield gateway_problem(gateway_error)["code"], str(response["statusCode"])
    for error in WEBHOOK_ERRORS:
        yield error.code, str(problem(error, "/", "request-1").status)


PROMISED: Final = declared()
WRITTEN: Final = {
    code: (status, text) for code, status, text in SECTION.findall(PAGE.read_text(encoding="utf-8"))
}


def test_the_problem_page_has_exactly_one_section_for_each_code() -> None:
    import_errors()
    known = {*SCHEMAS["ProblemCode"]["enum"], *error_codes()}

    assert set(WRITTEN) == known


def test_the_type_of_a_problem_links_to_its_section() -> None:
    assert TYPE == "/docs/problems#"
    assert set(WRITTEN) <= anchors(PAGE)


def test_a_section_of_the_problem_page_has_the_contracts_status() -> None:
    expected: dict[str, set[str]] = defaultdict(set)
    for code, status in statuses():
        expected[code].add(status)

    assert {code: {status} for code, (status, _) in WRITTEN.items()} == expected


@pytest.mark.parametrize("code", WRITTEN)
def test_a_section_of_the_problem_page_has_the_operations_and_a_remedy(code: str) -> None:
    _, text = WRITTEN[code]
    source = re.search(r"^- \*\*From:\*\* (.+?)\n- \*\*Do:\*\* \w", text, re.MULTILINE | re.DOTALL)

    assert source is not None
    phrase = re.match(r"every operation[^.,(]*", source[1])
    named = set(re.findall(r"`(\w+)`", source[1]))
    difference = f"docs/problems.md, `{code}`: From has other operations than the contract"
    if phrase is None:
        assert named == PROMISED.get(code, set()), difference
    elif phrase[0] == "every operation":
        assert not named
        assert len(PROMISED[code]) >= WIDESPREAD
    else:
        group = {each.id for each in operations() if GROUPS[phrase[0].strip()](each)}
        assert named | group == PROMISED[code], difference
