"""What a change makes due, and what it refunds (`domain.md §4, §7`)."""

import pytest
from tests.builders import admin, before, booking, caller, confirmed, holding
from tests.unit.domain.bookings.change.changing import change

from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.change import change as step_of
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import InvalidInput
from teppan.domain.ledger import EntryKind, RefundReason
from teppan.domain.ledger_balance import Balance
from teppan.domain.payment_status import PaymentStatus


class TestRepricing:
    def test_more_guests_raise_the_balance_due(self) -> None:
        new = change(confirmed(), Changes(party=Party(adults=14)), caller())

        assert new.price.subtotal == 77_000
        assert (new.deposit_due, new.balance_due) == (0, 77_000 + 6_353 - 10_000)

    def test_fewer_guests_than_paid_for_make_a_refund_obligation(self) -> None:
        step = step_of(confirmed(71_445), Changes(party=Party(adults=10)), caller())

        new = step.after
        assert new.price.total == 59_538
        assert (new.deposit_due, new.balance_due) == (0, 0)
        assert [(each.kind, each.amount, each.reason) for each in step.entries] == [
            (EntryKind.REFUND_OWED, 11_907, RefundReason.OVERPAYMENT)
        ]
        assert new.balance == Balance(captured=71_445, refund_owed=11_907, uncredited=11_907)
        assert new.payment_status is PaymentStatus.REFUND_PENDING

    def test_a_menu_must_be_valid_for_fewer_guests(self) -> None:
        old = booking(menu=Menu(upgrades={"salmon": 12}))

        with pytest.raises(InvalidInput):
            change(old, Changes(party=Party(adults=11)), caller())


class TestMoneyThatWasPaidBefore:
    """A change may make earlier payments sufficient, or too much (`domain.md §4, §7`)."""

    def test_a_lower_price_confirms_a_booking_that_was_paid_in_part(self) -> None:
        soon = caller(at=before(booking(), days=5))
        old = holding(booking(caller=soon), Balance(captured=60_000))
        assert old.deposit_due == 11_445

        step = step_of(old, Changes(party=Party(adults=10)), admin(soon.at))

        assert step.after.status is Status.CONFIRMED
        assert step.after.balance.refund_owed == 60_000 - 59_538
        assert step.after.version == old.version + 1

    def test_a_booking_not_covered_by_a_lower_price_stays_pending_without_refund(self) -> None:
        soon = caller(at=before(booking(), days=5))
        old = holding(booking(caller=soon), Balance(captured=60_000))

        step = step_of(old, Changes(party=Party(adults=11)), admin(soon.at))

        assert (step.after.status, step.entries) == (Status.PENDING, ())

    def test_a_second_change_adds_no_second_refund_obligation(self) -> None:
        cheaper = step_of(confirmed(71_445), Changes(party=Party(adults=10)), caller()).after

        step = step_of(cheaper, Changes(special_requests="Peanut allergy"), caller())

        assert step.entries == ()

    def test_a_lower_price_owes_no_refund_of_money_in_dispute(self) -> None:
        disputed = holding(confirmed(), Balance(captured=71_445, disputed=71_445))

        step = step_of(disputed, Changes(party=Party(adults=10)), caller())

        assert step.entries == ()

    def test_goodwill_does_not_reduce_the_refund_of_a_lower_price(self) -> None:
        """Staff refunded 20 000. The price falls by 11 907, which is still owed."""
        kind_to = holding(confirmed(), Balance(captured=71_445, refunded=20_000))

        step = step_of(kind_to, Changes(party=Party(adults=10)), caller())

        assert [each.amount for each in step.entries] == [11_907]

    def test_a_no_show_refunds_nothing_of_its_price(self) -> None:
        old = confirmed(71_445)

        step = step_of(old, Changes(status=Status.NO_SHOW), admin(old.slot.starts_at))

        assert step.entries == ()
