"""`docs/problems.md` has one section for each problem `code`; the `type` links to it."""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from tests.builders import ROOT
from tests.contract.documents import (
    GATEWAY_RESPONSES,
    JSON,
    PROBLEM_JSON,
    SCHEMAS,
    Operation,
    gateway_problem,
    operations,
    resolved,
)
from tests.contract.markdown import anchors

import teppan
from teppan.domain.errors import DomainError
from teppan.domain.payments.errors import EventNotOurs, InvalidSignature
from teppan.http.errors import MethodNotAllowed
from teppan.http.problem import TYPE, problem

PAGE: Final = ROOT / "docs" / "problems.md"
SECTION: Final = re.compile(r"^### `(\w+)`\n(\d{3})\. (.+?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
WIDESPREAD: Final = 12
"""The number of operations from which a section says "every operation"."""

OF_A_BOOKING: Final = "every operation that names a booking."

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


def names_a_booking(operation: Operation) -> bool:
    """Return whether a request of the operation has the id of a booking, in its path or body."""
    body = operation.spec.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    named = {*resolved(body).get("properties", {})} if body else set()
    return "booking_id" in named | {each["name"] for each in operation.parameters}


PROMISED: Final = declared()
WRITTEN: Final = {
    code: (status, text) for code, status, text in SECTION.findall(PAGE.read_text(encoding="utf-8"))
}


def test_the_problem_page_has_exactly_one_section_for_each_code() -> None:
    import_errors()
    known = {*SCHEMAS["Problem"]["properties"]["code"]["enum"], *error_codes()}

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
    operations_named = set(re.findall(r"`(\w+)`", source[1]))
    expected = f"docs/problems.md, `{code}`: From names other operations than the contract"
    if source[1] == OF_A_BOOKING:
        of_a_booking = {each.id for each in operations() if names_a_booking(each)}
        assert PROMISED[code] == of_a_booking, expected
    elif source[1].startswith("every operation"):
        assert not operations_named
        assert len(PROMISED[code]) >= WIDESPREAD
    else:
        assert operations_named == PROMISED.get(code, set()), expected
