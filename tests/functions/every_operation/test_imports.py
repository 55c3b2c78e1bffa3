"""What each function loads at its cold start: nothing that it has no use for."""

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
        "anyio",
        "boto3",
        "dns",
        "httpx",
        "hypothesis",
        "moto",
        "pytest",
        "sentry_sdk",
        "starlette",
        "tests",
        "yaml",
    }
)
"""Never loaded by any function."""

AWS: Final = frozenset({"botocore.session"})  # Powertools loads the bare package, which is light
BODY: Final = frozenset({"pydantic"})
STRIPE: Final = frozenset({"requests", "stripe"})
EMAIL: Final = frozenset({"email_validator"})
COMMON: Final = frozenset({"teppan.identity.new_password"})  # the list of common passwords
DEAR: Final = AWS | BODY | STRIPE | EMAIL | COMMON

STORE_ON_DEMAND: Final = frozenset({"accounts/get_me"})
"""They ask Cognito alone; whether an admin's session has ended is looked up when an admin calls."""


def dear_packages_of(function: str) -> frozenset[str]:
    """Return which of the dear packages a function needs, by the template and the contract."""
    needed: set[str] = set()
    if contract.settings_of(function):
        needed |= AWS
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
    """Return whether a function uses the table whoever calls it."""
    return "TABLE_NAME" in contract.settings_of(function) and function not in STORE_ON_DEMAND


_LIST_MODULES: Final = """
import runpy, sys
runpy.run_path("app.py")
print(*sorted(sys.modules), sep="\\n")
"""


def modules_of(function: str) -> set[str]:
    """Return the modules that are loaded once a new process has imported the function."""
    ours = {name: os.environ[name] for name in os.environ if not name.startswith("PYTHON")}
    listed = subprocess.run(
        [sys.executable, "-P", "-c", _LIST_MODULES],
        cwd=ROOT / "functions" / function,
        # As on Lambda; without it the X-Ray SDK makes a client of its own.
        env=ours | {"LAMBDA_TASK_ROOT": "/x", "PYTHONPATH": path_to_layers(function)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(listed.stdout.split())


def path_to_layers(function: str) -> str:
    """Return where the function finds our packages: in the layers that the template gives it."""
    layers = contract.layers_of(function)
    return os.pathsep.join(str(ROOT / "layers" / name / "python") for name in layers)


@pytest.mark.parametrize("function", contract.complete_functions())
def test_a_function_loads_what_it_needs_and_no_more(function: str) -> None:
    modules = modules_of(function)

    assert modules & NOWHERE == set()
    assert modules & DEAR == dear_packages_of(function)
    has_store = any(name.startswith("teppan.store") for name in modules)
    assert has_store == needs_store(function)


def test_a_customers_create_loads_nothing_of_the_accounts() -> None:
    """Only staff name a customer, and only then Cognito is asked."""
    modules = modules_of("bookings/create_booking")

    assert "teppan.services.bookings.customers" in modules
    assert not modules & {"teppan.identity.cognito.directory", "teppan.identity.cognito.client"}
