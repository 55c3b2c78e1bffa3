"""Goodwill: refunds granted by staff, up to what is refundable."""

from dataclasses import replace

import pytest
from tests.builders import admin, confirmed, holding

from teppan.domain.errors import RefundExceedsCaptured
from teppan.domain.ledger import EntryKind, RefundReason
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.goodwill import grant_goodwill


def test_goodwill_owes_the_amount_and_leaves_what_was_paid() -> None:
    step = grant_goodwill(confirmed(), 4_000, "ref_1", admin())

    [owed] = step.entries
    assert (owed.kind, owed.amount, owed.reason) == (
        EntryKind.GOODWILL_OWED,
        4_000,
        RefundReason.STAFF,
    )
    assert step.after.balance == replace(confirmed().balance, refund_owed=4_000)
    assert step.after.version == confirmed().version + 1


def test_goodwill_without_an_amount_owes_all_that_is_left() -> None:
    step = grant_goodwill(confirmed(), None, "ref_1", admin())

    assert sum(each.amount for each in step.entries) == confirmed().balance.refundable


@pytest.mark.parametrize("amount", [0, 10_001, -1])
def test_goodwill_beyond_what_is_left_is_refused(amount: int) -> None:
    with pytest.raises(RefundExceedsCaptured, match="Left to refund: 10000 cents"):
        grant_goodwill(confirmed(), amount, "ref_1", admin())


def test_goodwill_refused_during_a_dispute_names_the_amount_at_risk() -> None:
    disputed = holding(confirmed(), Balance(captured=10_000, disputed=10_000))

    with pytest.raises(RefundExceedsCaptured, match="in dispute: 10000 cents"):
        grant_goodwill(disputed, None, "ref_1", admin())
