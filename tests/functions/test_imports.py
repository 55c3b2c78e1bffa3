"""What each function loads at its cold start: nothing that it has no use for."""

import os
import subprocess
import sys
from typing import Final

import pytest
from tests.builders import ROOT
from tests.contract.documents import FUNCTIONS
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

WITHOUT_STORE: Final = frozenset({"accounts/get_me", "accounts/customize_tokens"})
"""They ask Cognito alone; whether an admin's session has ended is looked up when an admin calls."""

LOADED: Final[dict[str, frozenset[str]]] = {
    "accounts/confirm_password_reset": AWS | BODY | EMAIL | COMMON,
    "accounts/confirm_registration": AWS | BODY | EMAIL | COMMON,
    "accounts/get_me": AWS,
    "accounts/login": AWS | BODY | EMAIL,
    "accounts/logout": AWS | BODY,
    "accounts/refresh": AWS | BODY,
    "accounts/register": AWS | BODY | EMAIL | COMMON,
    "accounts/request_password_reset": AWS | BODY | EMAIL,
    "accounts/customize_tokens": AWS,
    "accounts/resend_confirmation_code": AWS | BODY | EMAIL,
    "availability/search_availability": AWS,
    "availability/set_slot_capacity": AWS | BODY,
    "bookings/cancel_booking": AWS | BODY,
    "bookings/create_booking": AWS | BODY | EMAIL,
    "bookings/get_booking": AWS,
    "bookings/list_booking_events": AWS,
    "bookings/list_bookings": AWS,
    "bookings/quote_cancellation": AWS,
    "bookings/update_booking": AWS | BODY | EMAIL,
    "health/get_database_health": AWS,
    "jobs/complete_past_bookings": AWS,
    "jobs/reconcile_payments": AWS | STRIPE,
    "jobs/release_unpaid_bookings": AWS | STRIPE,
    "jobs/follow_up_payments": AWS | STRIPE,
    "payments/confirm_payment": AWS | BODY | STRIPE,
    "payments/create_payment_intent": AWS | BODY | STRIPE,
    "payments/list_payments": AWS,
    "payments/refund_payment": AWS | BODY,
    "payments/stripe_webhook": AWS | STRIPE,
    "webhooks/list_webhook_events": AWS,
    "health/get_health": frozenset(),
    "operations/preflight": frozenset(),
    "quotes/create_quote": BODY,
}
"""Which of the dear packages each function loads: storage, a body, Stripe, an address and a new
password need one each."""

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
        env=ours | {"LAMBDA_TASK_ROOT": "/x", "PYTHONPATH": layers_of(function)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(listed.stdout.split())


def layers_of(function: str) -> str:
    """Return where the function finds our packages: in the layers that the template gives it."""
    called = "".join(word.title() for word in function.rpartition("/")[-1].split("_"))
    layers = FUNCTIONS[f"{called}Function"]["Properties"].get("Layers", [])
    names = ["core", *(["payments"] if {"Ref": "PaymentsLayer"} in layers else [])]
    return os.pathsep.join(str(ROOT / "layers" / name / "python") for name in names)


def test_the_table_names_every_function() -> None:
    assert set(LOADED) == set(contract.FUNCTIONS.values())


@pytest.mark.parametrize("function", LOADED)
def test_a_function_loads_what_it_needs_and_no_more(function: str) -> None:
    modules = modules_of(function)

    assert modules & NOWHERE == set()
    assert modules & DEAR == LOADED[function]
    has_store = any(name.startswith("teppan.store") for name in modules)
    assert has_store == (LOADED[function] >= AWS and function not in WITHOUT_STORE)


def test_a_customers_create_loads_nothing_of_the_accounts() -> None:
    """Only staff name a customer, and only then Cognito is asked."""
    modules = modules_of("bookings/create_booking")

    assert "teppan.services.bookings.customers" in modules
    assert not modules & {"teppan.identity.cognito.directory", "teppan.identity.cognito.client"}
