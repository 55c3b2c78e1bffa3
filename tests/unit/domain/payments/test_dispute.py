"""Disputes: the ledger enters the money that Stripe moved, in any order of snapshots.

See `domain.md §7`.
"""

from dataclasses import replace
from itertools import permutations

import pytest
from tests.builders import snapshot
from tests.unit.domain.payments.test_snapshot import (
    CAPTURED,
    INQUIRY,
    LOST,
    OPEN,
    WON,
    after,
    kinds,
    moved,
    with_dispute,
)

from teppan.domain.ledger import EntryKind
from teppan.domain.ledger_balance import Balance, balance_of
from teppan.domain.payments.dispute import Dispute, DisputeMovement, DisputeStatus
from teppan.domain.payments.snapshot import PaymentSnapshot


class TestDispute:
    """The ledger enters the money that Stripe moved, not the nominal amount or the status."""

    @pytest.mark.parametrize(
        ("status", "movements", "expected"),
        [
            (INQUIRY, (), []),
            (OPEN, (), ["dispute_opened"]),
            (OPEN, (-10_000,), ["dispute_opened", "dispute_withdrawn"]),
            (
                WON,
                (-10_000, 10_000),
                ["dispute_opened", "dispute_withdrawn", "dispute_reinstated", "dispute_won"],
            ),
            (
                LOST,
                (-10_000,),
                ["dispute_opened", "dispute_withdrawn", "dispute_lost", "dispute_forfeited"],
            ),
            (LOST, (), ["dispute_opened", "dispute_lost"]),
            (WON, (), ["dispute_opened", "dispute_won"]),
        ],
    )
    def test_all_entries_up_to_the_status_of_a_dispute_are_made(
        self, status: DisputeStatus, movements: tuple[int, ...], expected: list[str]
    ) -> None:
        assert kinds(with_dispute(status, *movements), CAPTURED) == expected

    @pytest.mark.parametrize("status", DisputeStatus)
    @pytest.mark.parametrize("movements", [(), (-10_000,), (-4_000, -6_000), (-10_000, 6_000)])
    def test_the_same_dispute_twice_is_entered_once(
        self, status: DisputeStatus, movements: tuple[int, ...]
    ) -> None:
        payment = with_dispute(status, *movements)

        assert kinds(payment, *after(payment)) == []

    @pytest.mark.parametrize(
        ("status", "movements", "disputed", "lost"),
        [
            pytest.param(OPEN, (-4_000, -6_000), 10_000, 0, id="withdrawn twice"),
            pytest.param(LOST, (-4_000, -6_000), 0, 10_000, id="withdrawn twice and lost"),
            pytest.param(WON, (-10_000, 6_000), 0, 4_000, id="won, reinstated in part"),
            pytest.param(WON, (-10_000, 6_000, 4_000), 0, 0, id="won, reinstated in two parts"),
            pytest.param(LOST, (-10_000, 6_000), 0, 4_000, id="lost, and partially won"),
            pytest.param(WON, (-10_000,), 10_000, 0, id="won, and nothing has come back yet"),
            pytest.param(WON, (-10_000, 10_000, -10_000), 0, 10_000, id="withdrawn again"),
            pytest.param(INQUIRY, (-500,), 500, 0, id="an inquiry that moves money"),
        ],
    )
    def test_the_amounts_of_a_dispute_are_those_that_stripe_moved(
        self, status: DisputeStatus, movements: tuple[int, ...], disputed: int, lost: int
    ) -> None:
        balance = balance_of(after(with_dispute(status, *movements)))

        assert (balance.disputed, balance.lost) == (disputed, lost)
        assert balance.at_provider == 10_000 + sum(movements)

    @pytest.mark.parametrize(
        ("status", "movements", "reference"),
        [
            pytest.param(LOST, (-10_000,), "txn_0", id="the withdrawal"),
            pytest.param(LOST, (-10_000, 6_000), "txn_1", id="the partial reinstatement"),
            pytest.param(WON, (-10_000, 10_000, -10_000), "txn_2", id="the second withdrawal"),
        ],
    )
    def test_a_forfeiture_names_the_movement_that_left_the_money_lost(
        self, status: DisputeStatus, movements: tuple[int, ...], reference: str
    ) -> None:
        (forfeited,) = (
            entry
            for entry in after(with_dispute(status, *movements))
            if entry.kind is EntryKind.DISPUTE_FORFEITED
        )

        assert forfeited.reference == reference

    def test_a_dispute_that_withdrew_more_than_its_nominal_amount_holds_all_of_it(self) -> None:
        payment = snapshot(disputes=(Dispute("dp_1", 4_000, OPEN, moved(-4_000, -6_000)),))

        assert balance_of(after(payment)).at_risk == 10_000

    @pytest.mark.parametrize("withdrawn", [4_000, 6_000, 9_000])
    def test_an_open_dispute_whose_amount_changes_keeps_the_books_in_balance(
        self, withdrawn: int
    ) -> None:
        # Given an open dispute of 6000 cents
        known = after(snapshot(disputes=(Dispute("dp_1", 6_000, OPEN),)))

        # When Stripe changes its amount and withdraws that
        changed = Dispute("dp_1", withdrawn, OPEN, moved(-withdrawn))
        known = after(snapshot(disputes=(changed,)), ledger=tuple(known))

        # Then the ledger holds what Stripe holds, and the larger amount is at risk
        balance = balance_of(known)
        assert (balance.disputed, balance.at_provider) == (withdrawn, 10_000 - withdrawn)
        assert balance.at_risk == max(6_000, withdrawn)

        # And nothing stays contested once it is lost
        lost = replace(changed, status=LOST)
        balance = balance_of(after(snapshot(disputes=(lost,)), ledger=tuple(known)))
        assert balance == Balance(captured=10_000, lost=withdrawn)

    def test_contested_money_is_at_risk_before_its_withdrawal(self) -> None:
        balance = balance_of(after(with_dispute(OPEN)))

        assert (balance.at_risk, balance.refundable, balance.at_provider) == (10_000, 0, 10_000)

    def test_an_inquiry_may_become_a_dispute(self) -> None:
        assert kinds(with_dispute(OPEN, -10_000), *after(with_dispute(INQUIRY))) == [
            "dispute_opened",
            "dispute_withdrawn",
        ]

    @pytest.mark.parametrize(
        "decided", [with_dispute(WON, -10_000, 10_000), with_dispute(LOST, -10_000)]
    )
    @pytest.mark.parametrize("stale", [with_dispute(INQUIRY), with_dispute(OPEN, -10_000)])
    def test_an_outdated_snapshot_does_not_reopen_a_decided_dispute(
        self, decided: PaymentSnapshot, stale: PaymentSnapshot
    ) -> None:
        assert kinds(stale, *after(decided)) == []

    def test_a_lost_dispute_may_be_won_later(self) -> None:
        known = after(with_dispute(LOST, -10_000))
        reversed_ = with_dispute(WON, -10_000, 10_000)

        assert kinds(reversed_, *known) == ["dispute_reinstated", "dispute_recovered"]
        assert balance_of(after(reversed_, ledger=tuple(known))) == Balance(captured=10_000)

    def test_a_won_dispute_may_be_withdrawn_again_and_lost(self) -> None:
        known = after(with_dispute(WON, -10_000, 10_000))
        again = (-10_000, 10_000, -10_000)

        withdrawn = after(with_dispute(OPEN, *again), ledger=tuple(known))
        lost = after(with_dispute(LOST, *again), ledger=tuple(withdrawn))

        assert balance_of(withdrawn).disputed == 10_000
        assert (balance_of(lost).disputed, balance_of(lost).lost) == (0, 10_000)

    @pytest.mark.parametrize(
        "stale",
        [with_dispute(OPEN, -10_000), with_dispute(LOST, -10_000), with_dispute(WON, -10_000)],
    )
    def test_an_outdated_snapshot_adds_nothing_to_a_reversed_dispute(
        self, stale: PaymentSnapshot
    ) -> None:
        known = after(with_dispute(LOST, -10_000), with_dispute(WON, -10_000, 10_000))

        assert kinds(stale, *known) == []

    @pytest.mark.parametrize(
        "steps", list(permutations([(OPEN, 1), (LOST, 1), (WON, 2), (WON, 3), (LOST, 4)]))
    )
    def test_the_sums_of_a_dispute_are_the_same_in_every_order_of_snapshots(
        self, steps: tuple[tuple[DisputeStatus, int], ...]
    ) -> None:
        movements = (-10_000, 6_000, 1_000, -2_000)
        snapshots = [with_dispute(status, *movements[:count]) for status, count in steps]

        known = after(*snapshots, with_dispute(LOST, *movements))

        balance = balance_of(known)
        assert (balance.disputed, balance.contested, balance.lost) == (0, 0, 5_000)
        names = [(each.reference, each.kind) for each in known]
        assert len(set(names)) == len(names)

    @pytest.mark.parametrize(
        ("earlier", "stale"),
        [((LOST, -6_000), (LOST, -6_000)), ((WON, -6_000, 6_000), (WON, -6_000, 6_000))],
    )
    def test_an_outdated_snapshot_decides_nothing_of_a_reopened_dispute(
        self, earlier: tuple[DisputeStatus, int], stale: tuple[DisputeStatus, int]
    ) -> None:
        status, *amounts = earlier
        known = after(with_dispute(status, *amounts), with_dispute(OPEN, *amounts, -4_000))

        assert kinds(with_dispute(stale[0], *stale[1:]), *known) == []
        assert balance_of(known).disputed == 4_000

    def test_money_reinstated_beyond_the_withdrawal_is_not_refundable(self) -> None:
        balance = balance_of(after(with_dispute(WON, -10_000, 10_500)))

        assert balance.refundable == 10_000

    def test_two_disputes_of_one_payment_are_entered_separately(self) -> None:
        two = snapshot(
            disputes=(
                Dispute("dp_1", 4_000, LOST, moved(-4_000)),
                Dispute("dp_2", 6_000, OPEN, (DisputeMovement("txn_9", -6_000),)),
            )
        )

        balance = balance_of(after(two))

        assert (balance.lost, balance.disputed) == (4_000, 6_000)
