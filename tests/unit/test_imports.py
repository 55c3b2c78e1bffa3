"""Imports of third parties and the Stripe layer; `import-linter` checks floors and wings."""

import sys
from pathlib import Path

import pytest
from tests.unit.sources import (
    PACKAGE,
    PAYMENTS,
    handler_files,
    imports,
    module_name,
    modules,
    package_files,
    shown,
)

PURE = {
    "collections",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "itertools",
    "math",
    "re",
    "types",
    "typing",
    "unicodedata",
    "zoneinfo",
}
"""The only parts of the standard library that the domain uses: no I/O, no clock, no environment."""

PAYMENTS_PACKAGE = "teppan_payments"
DOCS_PACKAGE = "teppan_docs"

MAY_WRAP: dict[str, set[str]] = {
    # floor: the third parties that only this floor imports
    "observability": {"aws_lambda_powertools"},
    "aws": {"botocore"},
    "secret": {"botocore"},
    "shared_store": {"valkey"},
    "identity": {"botocore"},
    "store": {"botocore"},
    "http": {"pydantic", "pydantic_core", "email_validator"},
    PAYMENTS_PACKAGE: {"stripe"},
    DOCS_PACKAGE: {"mangum", "starlette"},
}

FUNCTIONS_MAY_IMPORT = {
    "batch",
    "cache",
    "domain",
    "identity",
    "services",
    "store",
    "http",
    "trigger",
    "observability",
    "settings",
    "clock",
    "secret",
    PAYMENTS_PACKAGE,
    DOCS_PACKAGE,
}

FUNCTIONS_WITH_PAYMENTS = {
    "confirm_payment",
    "create_payment_intent",
    "reconcile_payments",
    "release_unpaid_bookings",
    "follow_up_payments",
    "stripe_webhook",
}
"""The functions that include the Stripe layer; it has several megabytes."""


def layer_of(module: str) -> str:
    """Return the floor of one of our modules, or the name of a third party's package."""
    first, *rest = module.split(".")
    return rest[0] if first == "teppan" and rest else first


def foreign(file: Path) -> set[str]:
    """Return the floors and third parties that a file imports, without the standard library."""
    return {layer_of(module) for module in imports(file)} - sys.stdlib_module_names


@pytest.mark.parametrize("file", package_files(), ids=shown)
def test_a_floor_imports_only_the_third_parties_that_it_wraps(file: Path) -> None:
    third_parties = foreign(file) - {layer_of(module) for module in modules()} - {"teppan"}

    assert third_parties <= MAY_WRAP.get(layer_of(module_name(file)), set())


@pytest.mark.parametrize("file", handler_files(), ids=shown)
def test_a_function_imports_nothing_but_our_package(file: Path) -> None:
    assert foreign(file) <= FUNCTIONS_MAY_IMPORT
    ours = ("teppan.", f"{PAYMENTS_PACKAGE}.", f"{DOCS_PACKAGE}.")
    assert all(module.startswith(ours) for module in imports(file))


def test_only_functions_that_call_stripe_import_its_layer() -> None:
    users = {file.parent.name for file in handler_files() if PAYMENTS_PACKAGE in foreign(file)}

    assert users == FUNCTIONS_WITH_PAYMENTS


def test_only_the_documentation_imports_its_layer() -> None:
    users = {file.parent.name for file in handler_files() if DOCS_PACKAGE in foreign(file)}

    assert users == {"get_docs"}


def test_the_stripe_layer_imports_only_the_providers_protocol_of_the_services() -> None:
    ours = {module for file in PAYMENTS.glob("*.py") for module in imports(file)}

    assert {module for module in ours if module.startswith("teppan.services")} == {
        "teppan.services.payments.provider"
    }


@pytest.mark.parametrize(
    "file", [file for file in package_files() if file.is_relative_to(PACKAGE / "domain")], ids=shown
)
def test_the_domain_imports_only_the_pure_standard_library(file: Path) -> None:
    standard = {module.split(".")[0] for module in imports(file)} & sys.stdlib_module_names

    assert standard <= PURE


@pytest.mark.parametrize("file", [*package_files(), *handler_files()], ids=shown)
def test_imports_are_absolute(file: Path) -> None:
    assert not [module for module in imports(file) if module.startswith(".")]


def test_only_modules_for_bodies_import_pydantic() -> None:
    """Pydantic takes 80 ms of a cold start, which reads do not need."""
    users = {name for name, file in modules().items() if "pydantic" in foreign(file)}

    assert {name for name in users if not name.startswith("teppan.http.schemas.")} == {
        "teppan.http.body",
        "teppan.http.violation_texts",
    }
