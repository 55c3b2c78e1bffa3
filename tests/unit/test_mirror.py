"""The unit tests mirror the source tree one to one."""

from pathlib import Path

import pytest
from tests.builders import ROOT
from tests.unit.sources import PACKAGE, PAYMENTS, modules

UNIT = ROOT / "tests" / "unit"

ON_DYNAMODB = {
    "services/payments/apply_payment",
    "services/accounts/lockout",
    "services/bookings/access",
    "services/bookings/cancel_booking",
    "services/payments/ledger_differences",
    "services/bookings/complete_past",
    "services/accounts/confirm_password_reset",
    "services/accounts/confirm_registration",
    "services/payments/confirm_payment",
    "services/bookings/create_booking",
    "services/payments/create_payment_intent",
    "services/job_queue",
    "services/bookings/list_booking_events",
    "services/payments/list_payments",
    "services/accounts/end_sessions",
    "services/webhooks/list_webhook_events",
    "services/accounts/live_session",
    "services/accounts/login",
    "services/accounts/logout",
    "services/payments/open_payments",
    "services/payments/receive_event",
    "services/payments/missed_events",
    "services/payments/reconciliation",
    "services/accounts/refresh",
    "services/payments/refund_payment",
    "services/accounts/register",
    "services/payments/release_unpaid",
    "services/accounts/request_password_reset",
    "services/accounts/resend_confirmation_code",
    "services/bookings/revision",
    "services/payments/send_refunds",
    "services/bookings/update_booking",
    "store/alarms",
    "store/accounts/lockout",
    "store/bookings/bookings",
    "store/inbox",
    "store/webhooks/listing",
    "store/jobs",
    "store/payments/payments",
    "store/bookings/quotas",
    "store/payments/requests",
    "store/accounts/sessions",
    "store/bookings/closing_marks",
    "store/bookings/slots",
    "store/table",
}
"""Modules that do nothing without the table: `tests/functions` and `tests/store` prove them on
AWS's own engine, for there is no fake of our storage."""

OF_THE_SUITE = {"test_conftest", "test_imports", "test_mirror", "test_source"}
"""Tests of the code as a whole."""


def has_code(module: Path) -> bool:
    """Tell a module from a package that only has a docstring."""
    return len(module.read_text(encoding="utf-8").splitlines()) > 1


def place(module: Path) -> str:
    """Return where a module is, the one package at the top and the other as a folder in it."""
    top = PACKAGE if module.is_relative_to(PACKAGE) else PAYMENTS.parent
    file = module.parent if module.stem == "__init__" else module.with_suffix("")
    return file.relative_to(top).as_posix()


SOURCES = {place(path) for path in modules().values() if has_code(path)}
TESTS = {
    path.relative_to(UNIT).with_suffix("").as_posix()
    for path in UNIT.rglob("test_*.py")
    if path.stem not in OF_THE_SUITE
}


def place_of_test(source: str) -> str:
    folder, _, name = source.rpartition("/")
    return f"{folder}/test_{name}" if folder else f"test_{name}"


@pytest.mark.parametrize("source", sorted(SOURCES - ON_DYNAMODB))
def test_a_module_has_its_test(source: str) -> None:
    assert place_of_test(source) in TESTS


@pytest.mark.parametrize("test", sorted(TESTS))
def test_a_test_has_its_module(test: str) -> None:
    assert test in {place_of_test(source) for source in SOURCES}


def test_what_needs_the_table_is_still_there_and_not_tested_twice() -> None:
    assert ON_DYNAMODB <= SOURCES
    assert not {place_of_test(source) for source in ON_DYNAMODB} & TESTS
