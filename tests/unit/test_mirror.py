"""The unit tests mirror the source tree one to one."""

from pathlib import Path

import pytest
from tests.builders import ROOT
from tests.unit.sources import PACKAGE, PAYMENTS, modules

UNIT = ROOT / "tests" / "unit"

ON_DYNAMODB = {
    "services/apply_payment",
    "services/attempts",
    "services/cancel_booking",
    "services/compare",
    "services/complete_past",
    "services/confirm_password_reset",
    "services/confirm_registration",
    "services/confirm_payment",
    "services/create_booking",
    "services/create_payment_intent",
    "services/job_queue",
    "services/list_booking_events",
    "services/list_payments",
    "services/end_sessions",
    "services/list_webhook_events",
    "services/live_session",
    "services/login",
    "services/logout",
    "services/open_payments",
    "services/receive_event",
    "services/reconcile",
    "services/reconciliation",
    "services/refresh",
    "services/refund_payment",
    "services/register",
    "services/release_unpaid",
    "services/request_password_reset",
    "services/resend_confirmation_code",
    "services/revision",
    "services/settle_refunds",
    "services/update_booking",
    "store/alarms",
    "store/attempts",
    "store/bookings",
    "store/inbox",
    "store/inbox_list",
    "store/jobs",
    "store/payments",
    "store/quotas",
    "store/requests",
    "store/sessions",
    "store/slots",
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
