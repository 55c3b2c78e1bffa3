"""The payment status: each row of the decision table, and its copy in the documents."""

from pathlib import Path

import pytest

from teppan.domain.ledger_balance import Balance
from teppan.domain.payment_status import RULES, PaymentPosition, PaymentStatus, payment_status

TOTAL, DEPOSIT = 71_445, 10_000
DOCUMENT = Path(__file__).parents[3] / "docs" / "payments.md"


def position(balance: Balance, *, total: int = TOTAL, cancelled: bool = False) -> PaymentPosition:
    """Return the amounts of a booking that costs `total` and is confirmed by a deposit."""
    unpaid = max(0, total - balance.credited)
    deposit_due = max(0, min(DEPOSIT, total) - balance.credited)
    return PaymentPosition(
        balance=balance,
        deposit_due=0 if cancelled else deposit_due,
        balance_due=0 if cancelled else unpaid - deposit_due,
        unpaid=unpaid,
    )


@pytest.mark.parametrize(
    ("balance", "status"),
    [
        (Balance(), PaymentStatus.AWAITING_PAYMENT),
        (Balance(captured=1), PaymentStatus.AWAITING_PAYMENT),
        (Balance(captured=9_999), PaymentStatus.AWAITING_PAYMENT),
        (Balance(captured=10_000), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=71_444), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=71_445), PaymentStatus.PAID),
        (Balance(captured=71_446), PaymentStatus.PAID),
        (Balance(captured=71_445, refund_owed=1), PaymentStatus.REFUND_PENDING),
        (Balance(captured=71_445, refund_owed=1, refunded=1), PaymentStatus.REFUND_PENDING),
        (Balance(captured=71_445, refund_sent=1), PaymentStatus.REFUND_PENDING),
        (Balance(captured=71_445, refunded=1), PaymentStatus.PARTIALLY_REFUNDED),
        (Balance(captured=71_445, refunded=71_445), PaymentStatus.REFUNDED),
        (Balance(captured=71_445, refunded=1, uncredited=1), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=80_000, refunded=8_555, uncredited=8_555), PaymentStatus.PAID),
        (
            Balance(captured=80_000, refunded=8_556, uncredited=8_555),
            PaymentStatus.PARTIALLY_REFUNDED,
        ),
        (Balance(captured=10_000, refunded=4_000), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=10_000, refunded=10_000), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=10_000, lost=10_000), PaymentStatus.AWAITING_PAYMENT),
        (Balance(captured=71_445, lost=61_445), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=71_445, refunded=10_000, lost=61_445), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=10_000, disputed=1), PaymentStatus.DISPUTED),
        (Balance(captured=10_000, contested=1), PaymentStatus.DISPUTED),
        (Balance(captured=10_000, refund_owed=1, disputed=1), PaymentStatus.DISPUTED),
    ],
)
def test_the_payment_status_of_a_live_booking_follows_the_table(
    balance: Balance, status: PaymentStatus
) -> None:
    assert payment_status(position(balance)) is status


@pytest.mark.parametrize(
    ("balance", "status"),
    [
        (Balance(), PaymentStatus.AWAITING_PAYMENT),
        (Balance(captured=10_000), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=71_445), PaymentStatus.PAID),
        (
            Balance(captured=10_000, refund_owed=9_700, uncredited=9_700),
            PaymentStatus.REFUND_PENDING,
        ),
        (
            Balance(captured=10_000, refunded=9_700, uncredited=9_700),
            PaymentStatus.PARTIALLY_REFUNDED,
        ),
        (Balance(captured=10_000, refunded=10_000, uncredited=10_000), PaymentStatus.REFUNDED),
        (Balance(captured=10_000, refunded=4_000, lost=6_000), PaymentStatus.REFUNDED),
        (Balance(captured=10_000, lost=10_000), PaymentStatus.AWAITING_PAYMENT),
        (Balance(captured=10_000, lost=10_000, refunded=10_000), PaymentStatus.REFUNDED),
    ],
)
def test_the_payment_status_of_a_cancelled_booking_follows_the_table(
    balance: Balance, status: PaymentStatus
) -> None:
    assert payment_status(position(balance, cancelled=True)) is status


def test_the_documents_contain_the_table_of_payment_statuses() -> None:
    lines = DOCUMENT.read_text().splitlines()
    start = lines.index("| the first that holds | `payment_status` |") + 2

    assert lines[start : start + len(RULES)] == [
        f"| {rule.condition} | `{rule.status}` |" for rule in RULES
    ]


@pytest.mark.parametrize("status", PaymentStatus)
def test_every_payment_status_has_a_rule(status: PaymentStatus) -> None:
    assert status in {rule.status for rule in RULES}
