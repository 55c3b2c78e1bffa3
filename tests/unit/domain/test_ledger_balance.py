"""The balance of a ledger, and the refundable amount (`domain.md §6, §7`)."""

import itertools

import pytest
from tests.builders import ledger_entry

from teppan.domain.ledger import OBLIGATION_KINDS, EntryKind
from teppan.domain.ledger_balance import EFFECTS, Balance, balance_of, post_entries, post_entry

CAPTURED, OWED, GOODWILL = EntryKind.CAPTURED, EntryKind.REFUND_OWED, EntryKind.GOODWILL_OWED
WAIVED, GOODWILL_WAIVED = EntryKind.REFUND_WAIVED, EntryKind.GOODWILL_WAIVED
SENT, REFUNDED, FAILED = EntryKind.REFUND_SENT, EntryKind.REFUNDED, EntryKind.REFUND_FAILED
REVERSED, REFUSED = EntryKind.REFUND_REVERSED, EntryKind.REFUND_REFUSED
OPENED, WON, LOST = EntryKind.DISPUTE_OPENED, EntryKind.DISPUTE_WON, EntryKind.DISPUTE_LOST
WITHDRAWN, REINSTATED = EntryKind.DISPUTE_WITHDRAWN, EntryKind.DISPUTE_REINSTATED
FORFEITED, RECOVERED = EntryKind.DISPUTE_FORFEITED, EntryKind.DISPUTE_RECOVERED
LOST_DISPUTE = (OPENED, WITHDRAWN, FORFEITED)
RESTORED = EntryKind.GOODWILL_RESTORED


@pytest.mark.parametrize(
    ("kinds", "balance"),
    [
        ([], Balance()),
        ([CAPTURED], Balance(captured=500)),
        ([CAPTURED, CAPTURED], Balance(captured=1000)),
        ([CAPTURED, OWED], Balance(captured=500, refund_owed=500, uncredited=500)),
        ([CAPTURED, GOODWILL], Balance(captured=500, refund_owed=500)),
        ([CAPTURED, OWED, WAIVED], Balance(captured=500)),
        ([CAPTURED, GOODWILL, GOODWILL_WAIVED], Balance(captured=500)),
        ([CAPTURED, OWED, SENT], Balance(captured=500, refund_sent=500, uncredited=500)),
        ([CAPTURED, OWED, SENT, REFUNDED], Balance(captured=500, refunded=500, uncredited=500)),
        ([CAPTURED, GOODWILL, SENT, REFUNDED], Balance(captured=500, refunded=500)),
        ([CAPTURED, OWED, SENT, FAILED], Balance(captured=500, refund_owed=500, uncredited=500)),
        (
            [CAPTURED, OWED, SENT, REFUNDED, REVERSED, FAILED],
            Balance(captured=500, refund_owed=500, uncredited=500),
        ),
        ([CAPTURED, OWED, REFUSED], Balance(captured=500, refund_owed=500, uncredited=500)),
        ([CAPTURED, OPENED], Balance(captured=500, contested=500)),
        ([CAPTURED, OPENED, WON], Balance(captured=500)),
        ([CAPTURED, OPENED, LOST], Balance(captured=500)),
        ([CAPTURED, OPENED, WITHDRAWN], Balance(captured=500, disputed=500)),
        ([CAPTURED, OPENED, WITHDRAWN, REINSTATED], Balance(captured=500)),
        (
            [CAPTURED, GOODWILL, GOODWILL_WAIVED, RESTORED],
            Balance(captured=500, refund_owed=500),
        ),
        ([CAPTURED, *LOST_DISPUTE], Balance(captured=500, lost=500)),
        ([CAPTURED, *LOST_DISPUTE, REINSTATED, RECOVERED], Balance(captured=500)),
    ],
)
def test_the_balance_of_a_ledger_is_the_same_in_every_order(
    kinds: list[EntryKind], balance: Balance
) -> None:
    for order in itertools.permutations(kinds):
        assert balance_of(ledger_entry(kind, 500) for kind in order) == balance


def test_posting_an_entry_does_not_modify_the_balance_before_it() -> None:
    before = Balance()

    post_entry(before, ledger_entry(CAPTURED))

    assert before == Balance()


def test_every_kind_of_entry_has_an_effect() -> None:
    assert set(EFFECTS) == set(EntryKind)


@pytest.mark.parametrize("kind", EntryKind)
def test_an_effect_is_immutable_and_at_most_one_cent(kind: EntryKind) -> None:
    with pytest.raises(TypeError):
        EFFECTS[kind] = Balance()  # type: ignore[index]
    sums = [getattr(EFFECTS[kind], name) for name in Balance.__slots__]
    assert {abs(each) for each in sums} <= {0, 1}


@pytest.mark.parametrize("kind", sorted(set(EntryKind) - {CAPTURED} - OBLIGATION_KINDS))
def test_entries_after_an_obligation_or_withdrawal_keep_the_uncommitted_amount(
    kind: EntryKind,
) -> None:
    """An obligation commits the money, not the sending; a withdrawal commits it to a dispute."""
    moved = {
        WAIVED: 1,  # it is ours to refund again
        GOODWILL_WAIVED: 1,
        RESTORED: -1,
        WITHDRAWN: -1,
        REINSTATED: 1,
    }

    assert EFFECTS[kind].uncommitted == moved.get(kind, 0)


def test_only_refund_obligations_make_a_payment_due_again() -> None:
    unpaid = {kind for kind in EntryKind if EFFECTS[kind].uncredited}

    assert unpaid == {OWED, WAIVED}
    assert {OWED, GOODWILL} == OBLIGATION_KINDS


def test_each_entry_is_added_to_the_balance_of_its_payment() -> None:
    before = {"pi_1": Balance(captured=700)}

    after = post_entries(
        before,
        [
            ledger_entry(OWED, 200, payment="pi_1"),
            ledger_entry(CAPTURED, 500, payment="pi_2"),
            ledger_entry(SENT, 100, payment="pi_1"),
        ],
    )

    assert after == {
        "pi_1": Balance(captured=700, refund_owed=100, refund_sent=100, uncredited=200),
        "pi_2": Balance(captured=500),
    }
    assert before == {"pi_1": Balance(captured=700)}


def test_balances_are_added_sum_by_sum() -> None:
    one, ten = (Balance(*(n * times for n in range(1, 9))) for times in (1, 10))

    assert one + ten == Balance(11, 22, 33, 44, 55, 66, 77, 88)


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
        (Balance(captured=10_000, refund_sent=4_000), 6_000),
    ],
)
def test_the_refundable_amount_is_what_was_captured_and_is_still_ours(
    balance: Balance, refundable: int
) -> None:
    assert balance.refundable == refundable


def test_the_refundable_amount_is_never_negative() -> None:
    """A dispute may cover the whole payment although a part of it was refunded before."""
    assert Balance(captured=10_000, refunded=4_000, disputed=10_000).refundable == 0


@pytest.mark.parametrize(
    ("balance", "paid"),
    [
        (Balance(), 0),
        (Balance(captured=10_000, refunded=1, refund_owed=2, disputed=3), 10_000),
        (Balance(captured=10_000, lost=4_000), 6_000),
        (Balance(captured=10_000, lost=10_000), 0),
        (Balance(captured=10_000, uncredited=4_000, refunded=4_000), 6_000),
        (Balance(captured=10_000, uncredited=4_000, lost=7_000), 0),
    ],
)
def test_captured_money_that_is_not_lost_or_undone_is_credited(balance: Balance, paid: int) -> None:
    assert balance.credited == paid


def test_a_loss_entered_before_its_capture_credits_nothing() -> None:
    """Webhooks arrive in any order: before the capture nothing is paid or negative.

    See `domain.md §7`.
    """
    assert balance_of([ledger_entry(kind) for kind in LOST_DISPUTE]).credited == 0


def test_money_lost_in_a_dispute_is_neither_credited_nor_kept() -> None:
    """`domain.md §7`: captured - refunded - lost = kept, so lost money is not kept."""
    lost = balance_of(ledger_entry(kind, 71_445) for kind in (CAPTURED, *LOST_DISPUTE))

    assert (lost.credited, lost.kept) == (0, 0)


@pytest.mark.parametrize(
    ("balance", "at_risk"),
    [
        (Balance(captured=10_000), 0),
        (Balance(captured=10_000, contested=4_000), 4_000),
        (Balance(captured=10_000, contested=1_000, disputed=4_000), 5_000),
        (Balance(captured=10_000, disputed=2_000), 2_000),
    ],
)
def test_contested_money_is_at_risk_whether_or_not_it_was_withdrawn(
    balance: Balance, at_risk: int
) -> None:
    assert balance.at_risk == at_risk
    assert balance.refundable == 10_000 - at_risk


@pytest.mark.parametrize(
    ("balance", "taken", "kept", "at_provider", "in_flight"),
    [
        (Balance(captured=10_000), 10_000, 10_000, 10_000, 0),
        (Balance(captured=10_000, refund_owed=3_000), 10_000, 7_000, 10_000, 3_000),
        (Balance(captured=10_000, refund_sent=3_000), 10_000, 7_000, 7_000, 3_000),
        (Balance(captured=10_000, refunded=3_000), 10_000, 7_000, 7_000, 0),
        (Balance(captured=10_000, disputed=10_000), 10_000, 10_000, 0, 0),
        (Balance(captured=10_000, lost=10_000), 0, 0, 0, 0),
        (Balance(captured=10_000, refunded=4_000, lost=10_000), 0, -4_000, -4_000, 0),
    ],
)
def test_a_balance_has_paid_kept_at_provider_and_in_flight_amounts(
    balance: Balance, taken: int, kept: int, at_provider: int, in_flight: int
) -> None:
    assert (balance.paid, balance.kept) == (taken, kept)
    assert (balance.at_provider, balance.in_flight) == (at_provider, in_flight)


def test_goodwill_does_not_lower_the_credited_amount() -> None:
    balance = balance_of(
        ledger_entry(kind, 71_445) for kind in (CAPTURED, GOODWILL, SENT, REFUNDED)
    )

    assert (balance.credited, balance.refunded) == (71_445, 71_445)
