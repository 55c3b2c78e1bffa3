"""Obligations are waived when their money is gone, and restored when it is back."""

from datetime import timedelta

import pytest
from tests.builders import NOW, PAYMENT
from tests.unit.domain.obligations import obligation, refund_entry

from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.ledger_balance import Balance
from teppan.domain.payments.obligation_correction import waiver_entries

OWED, SENT = EntryKind.REFUND_OWED, EntryKind.REFUND_SENT
GOODWILL, GOODWILL_WAIVED = EntryKind.GOODWILL_OWED, EntryKind.GOODWILL_WAIVED


HOUR = timedelta(hours=1)


def waived(balance: Balance, ledger: list[LedgerEntry]) -> list[tuple[str | None, int]]:
    found = waiver_entries(PAYMENT, balance, ledger, reference="waiver-3", at=NOW)
    return [(each.refund, each.amount) for each in found]


class TestWaivers:
    @pytest.mark.parametrize(
        "balance",
        [
            Balance(captured=10_000, refund_owed=5_000),
            Balance(captured=10_000, refund_owed=5_000, lost=5_000),
        ],
    )
    def test_an_obligation_is_not_waived_while_its_payment_has_the_money(
        self, balance: Balance
    ) -> None:
        assert waived(balance, [obligation()]) == []

    def test_an_obligation_beyond_the_money_of_its_payment_is_waived(self) -> None:
        lost = Balance(captured=10_000, refund_owed=5_000, uncredited=5_000, lost=7_000)

        assert waived(lost, [obligation()]) == [("p", 2_000)]

    def test_the_newest_obligation_is_waived_first(self) -> None:
        lost = Balance(captured=10_000, refund_owed=10_000, lost=7_000)
        ledger = [obligation("old"), obligation("new", at=NOW + HOUR)]

        assert waived(lost, ledger) == [("new", 5_000), ("old", 2_000)]

    def test_a_sent_refund_is_not_waived(self) -> None:
        lost = Balance(captured=10_000, refund_sent=5_000, lost=10_000)

        assert waived(lost, [obligation(), refund_entry(SENT)]) == []

    def test_nothing_is_waived_while_a_dispute_is_open(self) -> None:
        disputed = Balance(captured=10_000, refund_owed=5_000, disputed=10_000)

        assert waived(disputed, [obligation()]) == []

    def test_obligations_of_another_payment_are_not_waived(self) -> None:
        lost = Balance(captured=10_000, lost=20_000)

        assert waived(lost, [obligation(payment="pi_other")]) == []

    def test_a_waiver_has_the_reference_and_kind_of_its_obligation(self) -> None:
        lost = Balance(captured=5_000, refund_owed=5_000, lost=5_000)

        (waiver,) = waiver_entries(
            PAYMENT, lost, [obligation(kind=GOODWILL)], reference="waiver-3", at=NOW + HOUR
        )

        assert waiver == LedgerEntry(
            reference="waiver-3-1",
            kind=GOODWILL_WAIVED,
            amount=5_000,
            at=NOW + HOUR,
            payment=PAYMENT,
            refund="p",
        )
