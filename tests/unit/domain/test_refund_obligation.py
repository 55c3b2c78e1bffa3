"""Refund obligations: the payments that they take, and how much is left."""

import pytest
from tests.builders import NOW
from tests.unit.domain.obligations import obligation, refund_entry

from teppan.domain.errors import RefundExceedsCaptured
from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason
from teppan.domain.ledger_balance import Balance
from teppan.domain.refund_obligation import obligated_amount, refund_obligations, total_refundable

OWED, GOODWILL = EntryKind.REFUND_OWED, EntryKind.GOODWILL_OWED
SENT, REFUNDED = EntryKind.REFUND_SENT, EntryKind.REFUNDED
WAIVED = EntryKind.REFUND_WAIVED


def obligated(payments: dict[str, Balance], amount: int) -> list[tuple[str, int]]:
    entries = refund_obligations(payments, amount, reference="r", reason=RefundReason.STAFF, at=NOW)
    return [(each.payment, each.amount) for each in entries]


class TestObligations:
    def test_obligations_take_the_payment_with_most_left_first(self) -> None:
        payments = {"pi_1": Balance(captured=100), "pi_2": Balance(captured=300)}

        assert obligated(payments, 350) == [("pi_2", 300), ("pi_1", 50)]

    def test_obligations_take_equal_payments_by_name(self) -> None:
        payments = {"pi_2": Balance(captured=100), "pi_1": Balance(captured=100)}

        assert obligated(payments, 150) == [("pi_1", 100), ("pi_2", 50)]

    def test_obligations_take_what_is_refundable_of_a_payment(self) -> None:
        payments = {
            "pi_1": Balance(captured=500, refunded=100, refund_owed=100, refund_sent=100),
            "pi_2": Balance(captured=500, disputed=450),
            "pi_3": Balance(captured=500, lost=600),
        }

        assert obligated(payments, 250) == [("pi_1", 200), ("pi_2", 50)]

    def test_an_obligation_is_an_entry_that_refers_to_itself(self) -> None:
        payments = {"pi_1": Balance(captured=100), "pi_2": Balance(captured=300)}

        one, two = refund_obligations(
            payments, 400, reference="ref_x", reason=RefundReason.STAFF, at=NOW, kind=GOODWILL
        )

        assert one == LedgerEntry(
            reference="ref_x-1",
            kind=GOODWILL,
            amount=300,
            at=NOW,
            payment="pi_2",
            refund="ref_x-1",
            reason=RefundReason.STAFF,
        )
        assert (two.reference, two.refund, two.kind) == ("ref_x-2", "ref_x-2", GOODWILL)

    def test_an_amount_of_zero_makes_no_obligation(self) -> None:
        assert obligated({}, 0) == obligated({"pi_1": Balance(captured=5)}, 0) == []

    @pytest.mark.parametrize("payments", [{}, {"pi_1": Balance(captured=99)}])
    def test_an_obligation_beyond_the_refundable_amount_is_refused(
        self, payments: dict[str, Balance]
    ) -> None:
        with pytest.raises(RefundExceedsCaptured):
            obligated(payments, 100)

    def test_the_total_refundable_is_the_sum_over_the_payments(self) -> None:
        payments = {"pi_1": Balance(captured=100, lost=300), "pi_2": Balance(captured=50)}

        assert total_refundable(payments) == 50


class TestObligatedAmount:
    def test_the_obligated_amount_counts_obligations_for_the_reason(self) -> None:
        ledger = [
            obligation("a", 100),
            obligation("b", 30, reason=RefundReason.STAFF, kind=GOODWILL),
        ]

        assert obligated_amount(RefundReason.CANCELLATION, ledger) == 100
        assert obligated_amount(RefundReason.STAFF, ledger) == 30
        assert obligated_amount(RefundReason.OVERPAYMENT, ledger) == 0

    def test_the_obligated_amount_is_reduced_by_waivers(self) -> None:
        ledger = [obligation("p", 100), refund_entry(WAIVED, 40, reference="w-1")]

        assert obligated_amount(RefundReason.CANCELLATION, ledger) == 60

    def test_the_obligated_amount_includes_sent_refunds(self) -> None:
        ledger = [obligation("p", 100), refund_entry(SENT, 100), refund_entry(REFUNDED, 100)]

        assert obligated_amount(RefundReason.CANCELLATION, ledger) == 100
