"""A ledger is a set: the order of entries does not matter, and its sums balance.

See `domain.md §7`.
"""

from hypothesis import given
from hypothesis import strategies as st
from tests.property.strategies import ENTRIES, LEDGERS

from teppan.domain.ledger import OBLIGATION_KINDS, EntryKind, LedgerEntry
from teppan.domain.ledger_balance import Balance, balance_of, post_entries, post_entry


def total(entries: list[LedgerEntry], *kinds: EntryKind) -> int:
    return sum(entry.amount for entry in entries if entry.kind in kinds)


@given(ENTRIES.flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries))))
def test_the_balance_does_not_depend_on_the_order_of_entries(
    orders: tuple[list[LedgerEntry], list[LedgerEntry]],
) -> None:
    one, other = orders

    assert balance_of(one) == balance_of(other)


@given(ENTRIES, ENTRIES)
def test_posting_entries_one_by_one_gives_the_balance_of_the_ledger(
    before: list[LedgerEntry], after: list[LedgerEntry]
) -> None:
    balance = balance_of(before)
    for entry in after:
        balance = post_entry(balance, entry)

    assert balance == balance_of([*before, *after])


@given(ENTRIES)
def test_every_sum_of_a_balance_is_the_sum_of_its_entries(entries: list[LedgerEntry]) -> None:
    balance = balance_of(entries)

    assert balance.captured == total(entries, EntryKind.CAPTURED)
    assert balance.refunded == total(entries, EntryKind.REFUNDED) - total(
        entries, EntryKind.REFUND_REVERSED
    )
    assert balance.lost == total(entries, EntryKind.DISPUTE_FORFEITED) - total(
        entries, EntryKind.DISPUTE_RECOVERED
    )
    assert balance.contested == total(entries, EntryKind.DISPUTE_OPENED) - total(
        entries, EntryKind.DISPUTE_WITHDRAWN, EntryKind.DISPUTE_WON, EntryKind.DISPUTE_LOST
    )
    obligated = total(entries, *OBLIGATION_KINDS, EntryKind.GOODWILL_RESTORED) - total(
        entries, EntryKind.REFUND_WAIVED, EntryKind.GOODWILL_WAIVED
    )
    assert balance.in_flight + balance.refunded == obligated
    assert balance.uncredited == total(entries, EntryKind.REFUND_OWED) - total(
        entries, EntryKind.REFUND_WAIVED
    )
    out = total(entries, EntryKind.DISPUTE_WITHDRAWN) - total(entries, EntryKind.DISPUTE_REINSTATED)
    assert balance.disputed + balance.lost == out


@given(LEDGERS)
def test_the_refundable_amount_is_what_is_left_and_never_negative(
    ledger: list[LedgerEntry],
) -> None:
    balance = balance_of(ledger)
    gone = balance.refunded + balance.in_flight + balance.at_risk + balance.lost

    assert balance.refundable == max(0, balance.captured - gone)


@given(ENTRIES)
def test_kept_refunded_and_lost_amounts_add_up_to_captured(entries: list[LedgerEntry]) -> None:
    """`domain.md §7`: captured - refunded - lost = kept + in flight, for all entries."""
    balance = balance_of(entries)

    assert balance.captured - balance.refunded - balance.lost == balance.kept + balance.in_flight
    assert balance.at_provider == balance.kept + balance.refund_owed - balance.disputed


@given(ENTRIES)
def test_the_balances_of_payments_add_up_to_the_ledger(entries: list[LedgerEntry]) -> None:
    payments = post_entries({}, entries)

    assert sum(payments.values(), Balance()) == balance_of(entries)
