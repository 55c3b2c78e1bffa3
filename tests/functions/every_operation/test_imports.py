"""The modules that each function loads at its cold start: only those that it needs."""

import os
import subprocess
import sys
from typing import Any, Final

import pytest
from tests.builders import ROOT
from tests.contract.documents import walk
from tests.functions import contract

NOWHERE: Final = frozenset(
    {
        "aws_lambda_powertools.utilities.parameters",
        "aiohttp",
        "boto3",
        "dns",
        "httpx",
        "hypothesis",
        "moto",
        "pytest",
        "sentry_sdk",
        "tests",
        "valkey",  # loaded only where CACHE_URL is set
        "yaml",
    }
)
"""Never loaded by any function."""

AWS: Final = frozenset({"botocore.session"})  # Powertools loads the bare package, which is small
BODY: Final = frozenset({"pydantic"})
STRIPE: Final = frozenset({"requests", "stripe"})
EMAIL: Final = frozenset({"email_validator"})
PAGES: Final = frozenset({"anyio", "mangum", "starlette", "teppan_docs"})
COMMON: Final = frozenset({"teppan.identity.new_password"})  # the list of common passwords
DEAR: Final = AWS | BODY | STRIPE | EMAIL | PAGES | COMMON

STORE_ON_DEMAND: Final = frozenset({"accounts/get_me"})
"""They use only Cognito; they load the store when an admin calls, to check the session."""


def dear_packages_of(function: str) -> frozenset[str]:
    """Return the expensive packages that a function needs, by the template and the contract."""
    needed: set[str] = set()
    if contract.settings_of(function).keys() - {"CACHE_URL", "DOCS_ENABLED"}:
        needed |= AWS
    if "docs" in contract.layers_of(function):
        needed |= PAGES
    if "payments" in contract.layers_of(function):
        needed |= STRIPE
    for fields in bodies_of(function):
        needed |= BODY
        if any(field.get("format") == "email" for field in fields):
            needed |= EMAIL
        # The rules of a new password; a password that only has to match has no pattern.
        if any(field.get("format") == "password" and "pattern" in field for field in fields):
            needed |= COMMON
    return frozenset(needed)


def bodies_of(function: str) -> list[list[dict[str, Any]]]:
    """Return every schema in each body that the function takes."""
    served = [each for each in contract.OPERATIONS if contract.function_of(each) == function]
    schemas = [schema for each in served if (schema := contract.body_schema(each))]
    return [[node for _, node in walk(each) if isinstance(node, dict)] for each in schemas]


def needs_store(function: str) -> bool:
    """Return whether a function uses the table for every caller."""
    return "TABLE_NAME" in contract.settings_of(function) and function not in STORE_ON_DEMAND


_LIST_MODULES: Final = """
import runpy, sys
runpy.run_path("app.py")
print(*sorted(sys.modules), sep="\\n")
"""


def modules_of(function: str) -> set[str]:
    """Return the modules that a new process has loaded after it imported the function."""
    ours = {name: os.environ[name] for name in os.environ if not name.startswith("PYTHON")}
    listed = subprocess.run(
        [sys.executable, "-P", "-c", _LIST_MODULES],
        cwd=ROOT / "functions" / function,
        # As on Lambda; without it the X-Ray SDK creates its own client.
        env=ours | {"LAMBDA_TASK_ROOT": "/x", "PYTHONPATH": path_to_layers(function)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(listed.stdout.split())


def path_to_layers(function: str) -> str:
    """Return the path to our packages in the layers that the function uses."""
    layers = contract.layers_of(function)
    return os.pathsep.join(str(ROOT / "layers" / name / "python") for name in layers)


@pytest.mark.parametrize("function", contract.complete_functions())
def test_a_function_loads_only_the_packages_that_it_needs(function: str) -> None:
    modules = modules_of(function)

    assert modules & NOWHERE == set()
    assert modules & DEAR == dear_packages_of(function)
    has_store = any(name.startswith("teppan.store") for name in modules)
    assert has_store == needs_store(function)


def test_a_customers_create_booking_does_not_load_cognito() -> None:
    """Only a request by staff names a customer, and only then Cognito is called."""
    modules = modules_of("bookings/create_booking")

    assert "teppan.services.bookings.customers" in modules
    assert not modules & {"teppan.identity.cognito.directory", "teppan.identity.cognito.client"}
