"""The people, the booking and the times in the events: one booking of the contract's examples.

`tests/contract/test_event_files.py` compares these values with the contract.
"""

from datetime import UTC, datetime
from typing import Final

CUSTOMER: Final = "58b1f3c0-7011-70a3-9f2e-3c1d5b7a9e24"
ADMIN: Final = "78c1a3e0-20b1-70c5-1d2f-6a4b8c0d2e46"
BOOKING: Final = "bkg_b4gg6epwdtboy5sioumoturgwl"
"""Derived from the customer and the `Idempotency-Key` of createBooking."""

PAYMENT: Final = "pi_3RzT8Kq2eZvKYlo2C1mXw7aBd"

BOOKED_AT: Final = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
PAID_AT: Final = datetime(2026, 11, 20, 17, 34, 4, tzinfo=UTC)
CANCELLED_AT: Final = datetime(2026, 12, 1, 18, tzinfo=UTC)

REGION: Final = "us-west-2"
ACCOUNT: Final = "123456789012"
USER_POOL: Final = "us-west-2_Qm7rT2xKd"
CLIENT: Final = "4f2k8s1v7b3n9c6d5e0g1h2j3m"
SOURCE_IP: Final = "203.0.113.24"


def instant(at: datetime) -> str:
    """Return `at` in RFC 3339, the format of our items and of AWS's events."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
