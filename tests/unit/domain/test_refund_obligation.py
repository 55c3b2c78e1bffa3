"""Obligations to refund: out of which payments, and how much is left of them."""

from typing import Any

import pytest
from tests.builders import NOW, ledger_entry

from teppan.domain.errors import RefundExceedsCaptured
from teppan.domain.ledger import Balance, EntryKind, LedgerEntry, RefundReason
from teppan.domain.refund_obligation import obligated_amount, refund_obligations, total_refundable

OWED, GOODWILL = EntryKind.REFUND_OWED, EntryKind.GOODWILL_OWED
SENT, REFUNDED = EntryKind.REFUND_SENT, EntryKind.REFUNDED
WAIVED = EntryKind.REFUND_WAIVED


def promise(
    name: str = "p", amount: int = 5_000, kind: EntryKind = OWED, **changes: Any
) -> LedgerEntry:
    usual: dict[str, Any] = {
        "reference": name,
        "refund": name,
        "reason": RefundReason.CANCELLATION,
    }
    return ledger_entry(kind, amount, **usual | changes)


def life(kind: EntryKind, amount: int = 5_000, **changes: Any) -> LedgerEntry:
    """Return an entry in the life of the refund `p`."""
    usual: dict[str, Any] = {"reference": "re_1", "refund": "p"}
    return ledger_entry(kind, amount, **usual | changes)


def made(payments: dict[str, Balance], amount: int) -> list[tuple[str, int]]:
    entries = refund_obligations(payments, amount, reference="r", reason=RefundReason.STAFF, at=NOW)
    return [(each.payment, each.amount) for each in entries]


class TestPromises:
    def test_come_out_of_the_payment_with_most_left_first(self) -> None:
        payments = {"pi_1": Balance(captured=100), "pi_2": Balance(captured=300)}

        assert made(payments, 350) == [("pi_2", 300), ("pi_1", 50)]

    def test_payments_alike_are_taken_by_name(self) -> None:
        payments = {"pi_2": Balance(captured=100), "pi_1": Balance(captured=100)}

        assert made(payments, 150) == [("pi_1", 100), ("pi_2", 50)]

    def test_what_is_left_of_a_payment_is_what_counts(self) -> None:
        payments = {
            "pi_1": Balance(captured=500, refunded=100, refund_owed=100, refund_sent=100),
            "pi_2": Balance(captured=500, disputed=450),
            "pi_3": Balance(captured=500, lost=600),
        }

        assert made(payments, 250) == [("pi_1", 200), ("pi_2", 50)]

    def test_each_is_an_entry_that_names_itself(self) -> None:
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

    def test_nothing_is_promised_of_nothing(self) -> None:
        assert made({}, 0) == made({"pi_1": Balance(captured=5)}, 0) == []

    @pytest.mark.parametrize("payments", [{}, {"pi_1": Balance(captured=99)}])
    def test_more_than_there_is_can_not_be_promised(self, payments: dict[str, Balance]) -> None:
        with pytest.raises(RefundExceedsCaptured):
            made(payments, 100)

    def test_what_can_be_promised_is_what_each_payment_has_left(self) -> None:
        payments = {"pi_1": Balance(captured=100, lost=300), "pi_2": Balance(captured=50)}

        assert total_refundable(payments) == 50


class TestPromisedFor:
    def test_counts_what_was_promised_for_that_reason(self) -> None:
        ledger = [promise("a", 100), promise("b", 30, reason=RefundReason.STAFF, kind=GOODWILL)]

        assert obligated_amount(RefundReason.CANCELLATION, ledger) == 100
        assert obligated_amount(RefundReason.STAFF, ledger) == 30
        assert obligated_amount(RefundReason.OVERPAYMENT, ledger) == 0

    def test_less_what_was_taken_back_of_it(self) -> None:
        ledger = [promise("p", 100), life(WAIVED, 40, reference="w-1")]

        assert obligated_amount(RefundReason.CANCELLATION, ledger) == 60

    def test_whether_it_was_sent_does_not_matter(self) -> None:
        ledger = [promise("p", 100), life(SENT, 100), life(REFUNDED, 100)]

        assert obligated_amount(RefundReason.CANCELLATION, ledger) == 100
