"""The ledger: sums, what can be refunded, and the payment status it implies (§4, §6, §7)."""

import itertools

import pytest
from tests.builders import ledger_entry

from teppan.domain.ledger import (
    Balance,
    EntryKind,
    PaymentStatus,
    balance_of,
    enter,
    payment_status,
)

CAPTURED, OWED, REFUNDED = EntryKind.CAPTURED, EntryKind.REFUND_OWED, EntryKind.REFUNDED
OPENED, WON, LOST = EntryKind.DISPUTE_OPENED, EntryKind.DISPUTE_WON, EntryKind.DISPUTE_LOST


@pytest.mark.parametrize(
    ("kinds", "balance"),
    [
        ([], Balance()),
        ([CAPTURED], Balance(captured=500)),
        ([CAPTURED, CAPTURED], Balance(captured=1000)),
        ([CAPTURED, OWED], Balance(captured=500, refund_owed=500)),
        ([CAPTURED, OWED, REFUNDED], Balance(captured=500, refunded=500)),
        ([CAPTURED, OPENED], Balance(captured=500, disputed=500)),
        ([CAPTURED, OPENED, WON], Balance(captured=500)),
        ([CAPTURED, OPENED, LOST], Balance(captured=500, lost=500)),
    ],
)
def test_entries_add_up_in_whatever_order_they_come(
    kinds: list[EntryKind], balance: Balance
) -> None:
    for order in itertools.permutations(kinds):
        assert balance_of(ledger_entry(kind, 500) for kind in order) == balance


def test_an_entry_leaves_the_balance_before_it_alone() -> None:
    before = Balance()

    enter(before, ledger_entry(CAPTURED))

    assert before == Balance()


def test_every_kind_of_entry_is_known() -> None:
    for kind in EntryKind:
        assert enter(Balance(), ledger_entry(kind, 0)) == Balance()


@pytest.mark.parametrize(
    ("balance", "refundable"),
    [
        (Balance(), 0),
        (Balance(captured=10_000), 10_000),
        (Balance(captured=10_000, refunded=4_000), 6_000),
        (Balance(captured=10_000, refund_owed=4_000), 6_000),
        (Balance(captured=10_000, disputed=10_000), 0),
        (Balance(captured=10_000, lost=10_000), 0),
        (Balance(captured=10_000, refunded=1_000, refund_owed=2_000, lost=3_000), 4_000),
    ],
)
def test_the_base_of_a_refund_is_what_was_captured_and_is_still_ours(
    balance: Balance, refundable: int
) -> None:
    assert balance.refundable == refundable


def test_the_base_of_a_refund_is_never_negative() -> None:
    """A dispute may be over the whole payment although a part of it was refunded before."""
    assert Balance(captured=10_000, refunded=4_000, disputed=10_000).refundable == 0


@pytest.mark.parametrize(
    ("balance", "status"),
    [
        (Balance(), PaymentStatus.AWAITING_PAYMENT),
        (Balance(captured=1), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=70_000), PaymentStatus.DEPOSIT_PAID),
        (Balance(captured=71_445), PaymentStatus.PAID),
        (Balance(captured=71_446), PaymentStatus.PAID),
        (Balance(captured=71_445, refund_owed=1), PaymentStatus.REFUND_PENDING),
        (Balance(captured=71_445, refund_owed=1, refunded=1), PaymentStatus.REFUND_PENDING),
        (Balance(captured=71_445, refunded=1), PaymentStatus.PARTIALLY_REFUNDED),
        (Balance(captured=10_000, refunded=9_999), PaymentStatus.PARTIALLY_REFUNDED),
        (Balance(captured=10_000, refunded=10_000), PaymentStatus.REFUNDED),
        (Balance(captured=10_000, disputed=1), PaymentStatus.DISPUTED),
        (Balance(captured=10_000, refund_owed=1, disputed=1), PaymentStatus.DISPUTED),
    ],
)
def test_the_payment_status_follows_from_the_ledger(
    balance: Balance, status: PaymentStatus
) -> None:
    assert payment_status(balance, total=71_445) is status


@pytest.mark.parametrize(
    ("balance", "paid"),
    [
        (Balance(), 0),
        (Balance(captured=10_000, refunded=1, refund_owed=2, disputed=3), 10_000),
        (Balance(captured=10_000, lost=4_000), 6_000),
        (Balance(captured=10_000, lost=10_000), 0),
    ],
)
def test_what_was_captured_and_not_lost_counts_towards_the_total(
    balance: Balance, paid: int
) -> None:
    assert balance.paid == paid


def test_a_loss_heard_of_before_its_capture_is_no_payment() -> None:
    """Webhooks come in any order (§7): until the capture is known nothing is paid, nor negative."""
    early = balance_of([ledger_entry(OPENED), ledger_entry(LOST)])

    assert early.paid == 0
    assert payment_status(early, total=71_445) is PaymentStatus.AWAITING_PAYMENT


def test_money_lost_in_a_dispute_does_not_count_as_paid() -> None:
    """It is not among what live bookings keep (§7): captured - refunded - lost = kept."""
    lost = balance_of(ledger_entry(kind, 71_445) for kind in (CAPTURED, OPENED, LOST))

    assert payment_status(lost, total=71_445) is not PaymentStatus.PAID
