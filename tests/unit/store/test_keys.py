"""Keys: what they are, and that they sort as what they stand for does (`architecture.md §4`)."""

from datetime import date, time

import pytest
from tests.builders import booking, slot

from teppan.store import keys


def test_a_booking_its_events_and_its_ledger_share_a_partition() -> None:
    assert keys.booking("bkg_1") == ("BOOKING#bkg_1", "BOOKING")
    assert keys.event("bkg_1", 7) == ("BOOKING#bkg_1", "EVENT#0000000007")
    assert keys.ledger_entry("bkg_1", "re_1", "refunded") == (
        "BOOKING#bkg_1",
        "LEDGER#re_1#refunded",
    )


def test_events_sort_by_version_and_begin_alike() -> None:
    sort_keys = [keys.event("bkg_1", version)[1] for version in (1, 2, 9, 10, 99, 100, 12_345)]

    assert sort_keys == sorted(sort_keys)
    assert all(key.startswith(keys.EVENT) for key in sort_keys)


def test_slots_share_the_partition_of_their_local_month() -> None:
    assert keys.slot(slot(date(2026, 12, 31), time(21))) == ("SLOTS#2026-12", "2026-12-31#21:00")


def test_slots_of_a_month_sort_by_start() -> None:
    sort_keys = [
        keys.slot(slot(date(2027, 1, day), time(hour)))[1]
        for day in (1, 2, 10, 31)
        for hour in (12, 15, 18, 21)
    ]

    assert sort_keys == sorted(sort_keys)


def test_bookings_are_indexed_by_customer_and_by_local_month() -> None:
    assert keys.customer("sub") == "CUSTOMER#sub"
    # Nine in the evening of the last day is another month in UTC.
    assert keys.booking_month(booking(date=date(2026, 12, 31)).slot.date) == "BOOKINGS#2026-12"


def test_an_index_sorts_by_instant_then_by_id() -> None:
    days = [date(2026, 12, 9), date(2026, 12, 10), date(2027, 1, 2)]
    starts = [
        keys.start(booking(booking_id, date=day))
        for day in days
        for booking_id in ("bkg_a", "bkg_b")
    ]

    assert starts == sorted(starts)
    assert starts[0] == "2026-12-10T02:00:00Z#bkg_a"


@pytest.mark.parametrize("index", [keys.BY_CUSTOMER, keys.BY_MONTH])
def test_indexes_are_named_as_in_the_template(index: str) -> None:
    assert index in {"GSI1", "GSI2"}


def test_an_account_and_a_session_remember_what_has_ended_them() -> None:
    assert keys.session("origin-jti") == ("SESSION#origin-jti", "SESSION")
    assert keys.sessions("sub") == ("ACCOUNT#sub", "SESSIONS")


def test_what_is_known_of_somebody_without_an_account_stands_under_a_pseudonym() -> None:
    assert keys.registration("mfrgg") == ("PERSON#mfrgg", "REGISTRATION")
    assert keys.attempts("mfrgg", "login") == ("PERSON#mfrgg", "ATTEMPTS#login")


def test_attempts_at_one_operation_are_none_at_another() -> None:
    assert keys.attempts("mfrgg", "login") != keys.attempts("mfrgg", "register")
