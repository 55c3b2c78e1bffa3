"""Payment snapshots and the entries that follow, each once and none outdated (`domain.md §7`)."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from tests.builders import NOW, PAYMENT, ledger_entry, snapshot

from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason, RefusalReason
from teppan.domain.ledger_balance import balance_of
from teppan.domain.payments.dispute import Dispute, DisputeMovement, DisputeStatus
from teppan.domain.payments.snapshot import (
    PaymentSnapshot,
    ProviderRefund,
    ProviderRefundStatus,
    missing_entries,
)

LATER = NOW + timedelta(hours=1)
MANY = 100
CAPTURED = ledger_entry(EntryKind.CAPTURED)
OBLIGATION = ledger_entry(
    EntryKind.REFUND_OWED,
    9_700,
    reference="p",
    refund="p",
    reason=RefundReason.CANCELLATION,
)
PENDING, SUCCEEDED = ProviderRefundStatus.PENDING, ProviderRefundStatus.SUCCEEDED
FAILED, CANCELED = ProviderRefundStatus.FAILED, ProviderRefundStatus.CANCELED
OPEN, WON, LOST = DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST
INQUIRY = DisputeStatus.INQUIRY


def with_refund(
    status: ProviderRefundStatus, amount: int = 9_700, obligation: str | None = "p"
) -> PaymentSnapshot:
    return snapshot(refunds=(ProviderRefund("re_1", amount, status, obligation),))


def with_dispute(status: DisputeStatus, *amounts: int) -> PaymentSnapshot:
    return snapshot(disputes=(Dispute("dp_1", 10_000, status, moved(*amounts)),))


def moved(*amounts: int) -> tuple[DisputeMovement, ...]:
    return tuple(DisputeMovement(f"txn_{number}", amount) for number, amount in enumerate(amounts))


def kinds(payment: PaymentSnapshot, *ledger: LedgerEntry) -> list[str]:
    return [entry.kind.value for entry in missing_entries(payment, ledger, LATER, MANY)]


def after(
    *snapshots: PaymentSnapshot, ledger: tuple[LedgerEntry, ...] = (CAPTURED,)
) -> list[LedgerEntry]:
    """Return the ledger after the snapshots, one after the other."""
    known = list(ledger)
    for each in snapshots:
        known += missing_entries(each, known, LATER, MANY)
    return known


class TestCapture:
    def test_a_capture_is_entered_at_the_time_of_the_charge(self) -> None:
        (entry,) = missing_entries(snapshot(), [], LATER, MANY)

        assert entry == LedgerEntry(
            reference=PAYMENT, kind=EntryKind.CAPTURED, amount=10_000, at=NOW, payment=PAYMENT
        )

    def test_a_capture_is_entered_once(self) -> None:
        assert kinds(snapshot(), CAPTURED) == []

    def test_the_capture_of_a_second_payment_is_entered_too(self) -> None:
        assert kinds(snapshot(payment="pi_2"), CAPTURED) == ["captured"]

    def test_an_unpaid_intent_has_no_capture(self) -> None:
        unpaid = snapshot(0)

        assert not unpaid.has_captured
        assert kinds(unpaid) == []

    def test_a_paid_intent_has_a_capture(self) -> None:
        assert snapshot().has_captured


class TestRefundOfAnObligation:
    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (PENDING, ["refund_sent"]),
            (ProviderRefundStatus.REQUIRES_ACTION, ["refund_sent"]),
            (SUCCEEDED, ["refund_sent", "refunded"]),
            (FAILED, ["refund_sent", "refund_failed"]),
            (CANCELED, ["refund_sent", "refund_failed"]),
        ],
    )
    def test_all_entries_up_to_the_status_of_a_refund_are_made(
        self, status: ProviderRefundStatus, expected: list[str]
    ) -> None:
        assert kinds(with_refund(status), CAPTURED, OBLIGATION) == expected

    def test_entries_of_a_refund_name_the_refund_and_its_obligation(self) -> None:
        (entry,) = missing_entries(with_refund(PENDING), [CAPTURED, OBLIGATION], LATER, MANY)

        assert entry == LedgerEntry(
            reference="re_1",
            kind=EntryKind.REFUND_SENT,
            amount=9_700,
            at=LATER,
            payment=PAYMENT,
            refund="p",
        )

    @pytest.mark.parametrize("status", ProviderRefundStatus)
    def test_the_same_refund_twice_is_entered_once(self, status: ProviderRefundStatus) -> None:
        known = after(with_refund(status), ledger=(CAPTURED, OBLIGATION))

        assert kinds(with_refund(status), *known) == []

    @pytest.mark.parametrize("status", [FAILED, CANCELED])
    def test_a_succeeded_refund_may_fail_later(self, status: ProviderRefundStatus) -> None:
        known = after(with_refund(SUCCEEDED), ledger=(CAPTURED, OBLIGATION))

        assert kinds(with_refund(status), *known) == ["refund_reversed", "refund_failed"]

    @pytest.mark.parametrize("stale", [PENDING, SUCCEEDED, ProviderRefundStatus.REQUIRES_ACTION])
    def test_an_outdated_snapshot_does_not_make_a_failed_refund_succeed(
        self, stale: ProviderRefundStatus
    ) -> None:
        known = after(with_refund(FAILED), ledger=(CAPTURED, OBLIGATION))

        assert kinds(with_refund(stale), *known) == []

    def test_an_outdated_snapshot_does_not_make_a_succeeded_refund_pending(self) -> None:
        known = after(with_refund(SUCCEEDED), ledger=(CAPTURED, OBLIGATION))

        assert kinds(with_refund(PENDING), *known) == []

    def test_the_sums_of_a_refund_are_the_same_in_every_order_of_snapshots(self) -> None:
        snapshots = [with_refund(status) for status in (PENDING, SUCCEEDED, FAILED)]

        balances = {
            balance_of(after(*order, with_refund(FAILED), ledger=(CAPTURED, OBLIGATION)))
            for order in permutations(snapshots)
        }

        (balance,) = balances
        assert (balance.refund_owed, balance.refund_sent, balance.refunded) == (9_700, 0, 0)

    def test_a_second_attempt_is_another_refund_for_the_same_obligation(self) -> None:
        both = snapshot(
            refunds=(
                ProviderRefund("re_1", 9_700, FAILED, "p"),
                ProviderRefund("re_2", 9_700, SUCCEEDED, "p"),
            )
        )

        known = after(both, ledger=(CAPTURED, OBLIGATION))

        assert [(e.reference, e.kind) for e in known[2:]] == [
            ("re_1", "refund_sent"),
            ("re_1", "refund_failed"),
            ("re_2", "refund_sent"),
            ("re_2", "refunded"),
        ]
        assert {entry.refund for entry in known[1:]} == {"p"}

    def test_one_snapshot_adds_all_missing_entries(self) -> None:
        dispute = Dispute("dp_1", 300, WON, moved(-300, 300))
        whole = replace(with_refund(SUCCEEDED), disputes=(dispute,))

        assert kinds(whole, OBLIGATION) == [
            "captured",
            "dispute_opened",
            "dispute_withdrawn",
            "dispute_reinstated",
            "dispute_won",
            "refund_sent",
            "refunded",
        ]


class TestRefundFromTheDashboard:
    def test_a_dashboard_refund_without_an_obligation_is_goodwill(self) -> None:
        new_entries = missing_entries(with_refund(PENDING, 500, None), [CAPTURED], LATER, MANY)

        assert [(e.kind, e.reference, e.refund, e.reason) for e in new_entries] == [
            ("goodwill_owed", "re_1", "re_1", RefundReason.DASHBOARD),
            ("refund_sent", "re_1", "re_1", None),
        ]

    def test_a_failed_dashboard_refund_stays_owed(self) -> None:
        known = after(with_refund(FAILED, 500, None))

        assert balance_of(known).refund_owed == 500

    def test_a_canceled_dashboard_refund_owes_nothing(self) -> None:
        known = after(with_refund(PENDING, 500, None), with_refund(CANCELED, 500, None))

        assert balance_of(known) == balance_of([CAPTURED])
        assert kinds(with_refund(CANCELED, 500, None), *known) == []

    @pytest.mark.parametrize(
        ("status", "why"), [(CANCELED, RefusalReason.CANCELED_BY_STAFF), (FAILED, None)]
    )
    def test_a_dashboard_refund_canceled_by_staff_has_the_reason_withdrawn(
        self, status: ProviderRefundStatus, why: RefusalReason | None
    ) -> None:
        known = after(with_refund(PENDING, 500, None), with_refund(status, 500, None))

        assert [each.reason for each in known if each.kind is EntryKind.REFUND_FAILED] == [why]

    def test_a_dashboard_refund_of_the_owed_amount_fulfils_the_obligation(self) -> None:
        """Staff refund in the dashboard what Stripe refused to us."""
        failed = with_refund(FAILED)
        by_hand = replace(
            failed, refunds=(*failed.refunds, ProviderRefund("re_2", 9_700, SUCCEEDED))
        )

        known = after(failed, by_hand, ledger=(CAPTURED, OBLIGATION))

        balance = balance_of(known)
        assert (balance.refund_owed, balance.refunded) == (0, 9_700)
        assert known[-1].refund == "p"

    @pytest.mark.parametrize(
        ("by_hand", "owed", "refunded", "goodwill"),
        [
            pytest.param((9_000,), 700, 9_000, 0, id="less than is owed"),
            pytest.param((5_000, 4_700), 0, 9_700, 0, id="two that are what is owed"),
            pytest.param((9_800,), 0, 9_800, 100, id="more than is owed"),
            pytest.param((5_000, 5_000), 0, 10_000, 300, id="two that are more"),
        ],
    )
    def test_dashboard_refunds_fulfil_obligations_first_and_only_the_rest_is_goodwill(
        self, by_hand: tuple[int, ...], owed: int, refunded: int, goodwill: int
    ) -> None:
        failed = with_refund(FAILED)
        snapshots = [failed]
        for number, amount in enumerate(by_hand, 2):
            refunds = (*snapshots[-1].refunds, ProviderRefund(f"re_{number}", amount, SUCCEEDED))
            snapshots.append(replace(failed, refunds=refunds))

        for known in (
            after(*snapshots, ledger=(CAPTURED, OBLIGATION)),
            after(snapshots[-1], ledger=(CAPTURED, OBLIGATION)),
        ):
            balance = balance_of(known)
            assert (balance.refund_owed, balance.refunded) == (owed, refunded)
            given = [each.amount for each in known if each.kind is EntryKind.GOODWILL_OWED]
            assert sum(given) == goodwill

    def test_a_dashboard_refund_fulfils_the_oldest_obligations_first(self) -> None:
        obligations = [
            replace(OBLIGATION, reference=name, refund=name, amount=amount, at=NOW + timedelta(n))
            for n, (name, amount) in enumerate([("old", 3_000), ("mid", 2_000), ("new", 4_000)])
        ]

        known = after(with_refund(SUCCEEDED, 6_000, None), ledger=(CAPTURED, *obligations))

        sent = {each.refund: each.amount for each in known if each.kind is EntryKind.REFUND_SENT}
        assert sent == {"old": 3_000, "mid": 2_000, "new": 1_000}
        assert balance_of(known).refund_owed == 3_000

    @pytest.mark.parametrize("end", [FAILED, CANCELED])
    def test_a_failed_dashboard_refund_reopens_the_obligations_it_fulfilled(
        self, end: ProviderRefundStatus
    ) -> None:
        obligations = [replace(OBLIGATION, reference=n, refund=n, amount=2_000) for n in ("p", "q")]

        known = after(
            *(with_refund(status, 4_500, None) for status in (PENDING, SUCCEEDED, end)),
            ledger=(CAPTURED, *obligations),
        )

        assert balance_of(known).refund_owed == (4_500 if end is FAILED else 4_000)
        assert balance_of(known).refunded == 0

    def test_a_refund_for_an_unknown_obligation_fulfils_open_ones_and_the_rest_is_unmatched(
        self,
    ) -> None:
        new_entries = missing_entries(
            with_refund(PENDING, 9_800, "another"), [CAPTURED, OBLIGATION], LATER, MANY
        )

        assert [(each.kind, each.amount, each.reason) for each in new_entries] == [
            ("refund_sent", 9_700, None),
            ("goodwill_owed", 100, RefundReason.UNMATCHED),
            ("refund_sent", 100, None),
        ]

    def test_a_canceled_dashboard_refund_reopens_its_obligation(self) -> None:
        known = after(
            with_refund(PENDING, 9_700, None),
            with_refund(CANCELED, 9_700, None),
            ledger=(CAPTURED, OBLIGATION),
        )

        assert balance_of(known).refund_owed == 9_700


class TestTwoRefundsForOneObligation:
    """Staff refund in the dashboard at the same time as our job."""

    BY_HAND = ProviderRefund("re_1", 4_000, SUCCEEDED)
    OURS = ProviderRefund("re_2", 4_000, SUCCEEDED, "p")
    OWED = replace(OBLIGATION, amount=4_000)

    @pytest.mark.parametrize("refunds", [(BY_HAND, OURS), (OURS, BY_HAND)])
    def test_the_refund_that_names_an_obligation_fulfils_it(
        self, refunds: tuple[ProviderRefund, ...]
    ) -> None:
        known = after(snapshot(refunds=refunds), ledger=(CAPTURED, self.OWED))

        assert {e.reference: e.refund for e in known[2:]} == {"re_1": "re_1", "re_2": "p"}

    def test_two_refunds_for_one_obligation_make_no_negative_sum(self) -> None:
        first, both = (
            snapshot(refunds=(self.BY_HAND,)),
            snapshot(refunds=(self.BY_HAND, self.OURS)),
        )

        balance = balance_of(after(first, both, ledger=(CAPTURED, self.OWED)))

        assert (balance.refund_owed, balance.refunded, balance.refundable) == (0, 8_000, 2_000)


class TestPortions:
    """A transaction holds a limited number of entries; the rest is left for the next call."""

    REFUNDS = tuple(ProviderRefund(f"re_{n}", 10, SUCCEEDED) for n in range(20))

    def test_refunds_beyond_the_limit_of_entries_are_left_for_the_next_call(self) -> None:
        new_entries = missing_entries(snapshot(refunds=self.REFUNDS), [], LATER, 7)

        assert [e.kind for e in new_entries] == [
            "captured",
            *["goodwill_owed", "refund_sent", "refunded"] * 2,
        ]

    def test_the_entries_of_one_refund_are_never_split(self) -> None:
        new_entries = missing_entries(snapshot(refunds=self.REFUNDS), [], LATER, 2)

        assert len(new_entries) == 4

    @pytest.mark.parametrize("most", [1, 2, 3, 10, 1000])
    def test_entering_in_portions_makes_each_entry_once(self, most: int) -> None:
        whole = snapshot(refunds=self.REFUNDS, disputes=(Dispute("dp_1", 10, LOST, moved(-10)),))
        known: list[LedgerEntry] = []

        while new_entries := missing_entries(whole, known, LATER, most):
            known += new_entries

        names = [(e.reference, e.kind) for e in known]
        assert len(set(names)) == len(names)
        assert set(names) == {
            (e.reference, e.kind) for e in missing_entries(whole, [], LATER, MANY)
        }

    def test_a_refund_for_more_obligations_than_a_transaction_holds_is_entered_in_parts(
        self,
    ) -> None:
        names = [f"p{n}" for n in range(60)]
        obligations = [replace(OBLIGATION, reference=n, refund=n, amount=100) for n in names]
        whole = with_refund(SUCCEEDED, 6_050, None)
        known: list[LedgerEntry] = [CAPTURED, *obligations]

        while new_entries := missing_entries(whole, known, LATER, 25):
            assert len(new_entries) < 30
            known += new_entries

        balance = balance_of(known)
        assert (balance.refund_owed, balance.refund_sent, balance.refunded) == (0, 0, 6_050)
        sent = [each for each in known if each.kind is EntryKind.REFUND_SENT]
        assert [each.amount for each in sent] == [*[100] * 60, 50]
