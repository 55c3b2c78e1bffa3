"""The keys of the table and their sort order (`architecture.md §4`)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from tests.builders import booking, confirmed, in_status, ledger_entry, slot

from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import EntryKind
from teppan.store import keys


def test_a_booking_its_events_and_its_ledger_share_a_partition() -> None:
    assert keys.booking("bkg_1") == ("BOOKING#bkg_1", "BOOKING")
    assert keys.event("bkg_1", 7) == ("BOOKING#bkg_1", "EVENT#0000000007")
    capture = ledger_entry(EntryKind.CAPTURED, reference="pi_1")
    assert keys.ledger_entry("bkg_1", capture) == ("BOOKING#bkg_1", "LEDGER#pi_1#captured")


def test_a_refund_has_an_entry_key_for_each_obligation_that_it_fulfils() -> None:
    sent = ledger_entry(EntryKind.REFUND_SENT, reference="re_1", refund="cancellation-2-1")
    own = ledger_entry(EntryKind.GOODWILL_OWED, reference="re_1", refund="re_1")

    assert keys.ledger_entry("bkg_1", sent)[1] == "LEDGER#re_1#refund_sent#cancellation-2-1"
    assert keys.ledger_entry("bkg_1", own)[1] == "LEDGER#re_1#goodwill_owed"


def test_event_keys_sort_by_version_and_share_a_prefix() -> None:
    sort_keys = [keys.event("bkg_1", version)[1] for version in (1, 2, 9, 10, 99, 100, 12_345)]

    assert sort_keys == sorted(sort_keys)
    assert all(key.startswith(keys.EVENT) for key in sort_keys)


def test_a_slot_key_has_the_partition_of_its_local_month() -> None:
    assert keys.slot(slot(date(2026, 12, 31), time(21))) == ("SLOTS#2026-12", "2026-12-31#21:00")


def test_slot_keys_of_a_month_sort_by_start() -> None:
    sort_keys = [
        keys.slot(slot(date(2027, 1, day), time(hour)))[1]
        for day in (1, 2, 10, 31)
        for hour in (12, 15, 18, 21)
    ]

    assert sort_keys == sorted(sort_keys)


def test_bookings_are_indexed_by_customer_and_by_local_month() -> None:
    assert keys.customer("sub") == "CUSTOMER#sub"
    # 21:00 on the last day of a month is in the next month in UTC.
    assert keys.booking_month(booking(date=date(2026, 12, 31)).slot.date) == "BOOKINGS#2026-12"


def test_booking_index_keys_sort_by_start_then_by_id() -> None:
    days = [date(2026, 12, 9), date(2026, 12, 10), date(2027, 1, 2)]
    starts = [
        keys.start(booking(booking_id, date=day))
        for day in days
        for booking_id in ("bkg_a", "bkg_b")
    ]

    assert starts == sorted(starts)
    assert starts[0] == "2026-12-10T02:00:00Z#bkg_a"


def test_indexes_are_named_as_in_the_template() -> None:
    indexes = (keys.BY_CUSTOMER, keys.BY_MONTH, keys.BY_DUE, keys.BY_WORK)

    assert indexes == ("GSI1", "GSI2", "GSI3", "GSI4")


def test_payment_attempt_keys_sort_by_type_and_number_and_share_a_prefix() -> None:
    sort_keys = [
        keys.payment_attempt("bkg_1", "deposit", number)[1] for number in (1, 2, 9, 10, 999)
    ]

    assert sort_keys == sorted(sort_keys)
    assert all(key.startswith(keys.PAYMENT) for key in sort_keys)
    assert keys.payment_attempt("bkg_1", "full", 7) == ("BOOKING#bkg_1", "PAYMENT#full#0007")


def test_a_booking_id_is_read_from_its_partition_key() -> None:
    entry = ledger_entry(EntryKind.CAPTURED)
    for pk, _ in (keys.booking("bkg_1"), keys.ledger_entry("bkg_1", entry)):
        assert keys.booking_id(pk) == "bkg_1"


def test_requests_webhook_events_and_jobs_have_partitions_of_their_own() -> None:
    assert keys.request("pay_mfrgg") == ("REQUEST#pay_mfrgg", "REQUEST")
    assert keys.webhook("stripe", "evt_1") == ("WEBHOOK#stripe#evt_1", "WEBHOOK")
    assert keys.job("reconcile_payments") == ("JOB#reconcile_payments", "JOB")


def test_webhook_events_are_indexed_by_month_in_utc() -> None:
    at = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)

    assert keys.webhook_month("stripe", at) == "WEBHOOKS#stripe#2026-12"
    assert keys.webhook_month("stripe", at + timedelta(seconds=1)) == "WEBHOOKS#stripe#2027-01"


class TestDue:
    def test_a_pending_booking_is_due_for_release_at_its_payment_deadline(self) -> None:
        assert keys.due_at(booking("bkg_1")) == ("DUE#release", "2026-11-24T18:00:00Z#bkg_1")

    def test_a_confirmed_booking_is_due_for_completion_six_hours_after_its_start(self) -> None:
        assert keys.due_at(confirmed(booking_id="bkg_1")) == (
            "DUE#complete",
            "2026-12-25T08:00:00Z#bkg_1",
        )

    @pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW])
    def test_a_booking_that_is_over_is_due_for_no_job(self, status: Status) -> None:
        assert keys.due_at(in_status(status)) is None

    def test_each_job_has_its_own_partition_of_due_bookings(self) -> None:
        assert keys.due(keys.RELEASE) != keys.due(keys.COMPLETE)


def test_ended_sessions_have_a_key_by_session_and_one_by_account() -> None:
    assert keys.session("origin-jti") == ("SESSION#origin-jti", "SESSION")
    assert keys.sessions("sub") == ("ACCOUNT#sub", "SESSIONS")


def test_attempts_and_allowances_have_keys_by_pseudonym() -> None:
    assert keys.attempts("mfrgg", "login", "ggnet") == ("ADDRESS#mfrgg", "ATTEMPTS#login#ggnet")
    assert keys.allowance("mfrgg", "login") == ("ADDRESS#mfrgg", "ALLOWANCE#login")


def test_attempts_at_different_operations_have_different_keys() -> None:
    assert keys.attempts("mfrgg", "login", "n") != keys.attempts("mfrgg", "register", "n")
    assert keys.allowance("mfrgg", "login") != keys.allowance("mfrgg", "register")
