"""Entries of a job's queue."""

from teppan.store.queue import Queued


def test_a_queued_booking_is_logged_by_its_id() -> None:
    assert str(Queued("bkg_1", "2026-12-25T02:00:00Z#bkg_1")) == "bkg_1"
