"""Reconciliation of the ledger: the daily run compares it with Stripe's balance, to the cent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.builders import days_ahead, ledger_entry
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values, counted
from tests.functions.given import Snapshot, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.jobs.reconciliation import DEPOSIT, JOB, full, lose_webhooks
from tests.functions.payment_steps import REFUND_FAILS, PaymentSteps, paid_booking
from tests.functions.stripe import create_foreign_intent
from tests.sizes import pairs

from teppan.domain.bookings.transition import Status
from teppan.domain.ledger import EntryKind
from teppan.store import keys
from teppan.store.table import Table, Update
from teppan.trigger import TriggerFailedError
from teppan_payments.stripe_provider import StripeProvider


def withdrawn_twice(stripe: FakeStripe, intent: str) -> None:
    stripe.withdraw(stripe.dispute(intent, amount=4_000)["id"], 6_000)


def withdrawn_twice_and_lost(stripe: FakeStripe, intent: str) -> None:
    withdrawn_twice(stripe, intent)
    stripe.close_dispute(stripe.all_objects("disputes")[0]["id"], won=False)


def closed_dispute(won: bool, reinstated: int) -> Callable[[FakeStripe, str], None]:
    def close(stripe: FakeStripe, intent: str) -> None:
        stripe.close_dispute(stripe.dispute(intent)["id"], won=won, reinstated=reinstated)

    return close


def won_and_withdrawn_again(stripe: FakeStripe, intent: str) -> None:
    closed_dispute(won=True, reinstated=DEPOSIT)(stripe, intent)
    stripe.withdraw(stripe.all_objects("disputes")[0]["id"], 2_500)


def lost_and_reversed(stripe: FakeStripe, intent: str) -> None:
    closed_dispute(won=False, reinstated=0)(stripe, intent)
    stripe.reinstate(stripe.all_objects("disputes")[0]["id"], DEPOSIT)


def refunded_by_hand(*amounts: int) -> Callable[[FakeStripe, str], None]:
    def refund(stripe: FakeStripe, intent: str) -> None:
        for amount in amounts:
            stripe.refund(intent, amount)

    return refund


MOVEMENTS: Final[dict[str, Callable[[FakeStripe, str], None]]] = {
    "withdrawn twice": withdrawn_twice,
    "withdrawn twice and lost": withdrawn_twice_and_lost,
    "won in part": closed_dispute(won=True, reinstated=6_000),
    "lost, with a part back": closed_dispute(won=False, reinstated=6_000),
    "won, and nothing back yet": closed_dispute(won=True, reinstated=0),
    "won, then withdrawn again": won_and_withdrawn_again,
    "lost, then reversed": lost_and_reversed,
    "refunded by hand in two parts": refunded_by_hand(5_000, 4_700),
    "refunded by hand in part": refunded_by_hand(9_000),
    "refunded by hand beyond what is owed": refunded_by_hand(DEPOSIT),
}


class TestLedgerComparison:
    @pytest.mark.parametrize(("movement", "cancelled"), pairs([*MOVEMENTS], [False, True]))
    def test_the_comparison_leaves_no_difference_after_any_movement_at_stripe(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        output: Output,
        movement: str,
        *,
        cancelled: bool,
    ) -> None:
        # Given a payment, perhaps cancelled with a failed refund, whose later events are all lost
        booking = paid_booking(call, card=REFUND_FAILS)
        if cancelled:
            steps.cancel(booking)
            steps.follow_up()
            call.deliver()
            stripe.set_refund_status(stripe.all_objects("refunds")[0]["id"], "failed")
            call.deliver()
        MOVEMENTS[movement](stripe, next(iter(booking.payments)))
        lose_webhooks(stripe)
        output()

        full(call)

        assert alarm_values(output(), "LedgerDifference") == [0]
        steps.check(booking)

    def test_the_comparison_finds_no_difference_in_a_correct_ledger(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        # Given payments in different states
        bookings = [
            paid_booking(call, stored_booking(table, date=days_ahead(30 + n))) for n in range(4)
        ]
        steps.cancel(bookings[0])
        steps.refund(bookings[1], 100)
        steps.follow_up()
        stripe.dispute(next(iter(bookings[2].payments)))
        lost = stripe.dispute(next(iter(bookings[3].payments)))
        stripe.close_dispute(lost["id"], won=False)
        call.deliver()
        output()

        full(call)

        text = output()
        assert (
            alarm_values(text, "LedgerDifferenceFound")
            == alarm_values(text, "LedgerDifference")
            == [0]
        )
        steps.check(*bookings)

    def test_the_comparison_of_an_empty_table_finds_no_difference(
        self, call: Handlers, output: Output
    ) -> None:
        full(call)

        assert alarm_values(output(), "LedgerDifference") == [0]

    def test_the_comparison_finds_and_repairs_differences(
        self,
        call: Handlers,
        steps: PaymentSteps,
        stripe: FakeStripe,
        table: Table,
        output: Output,
        now: Clock,
    ) -> None:
        # Given a payment, a refund in the dashboard and a lost dispute without events
        bookings = [stored_booking(table, date=days_ahead(60 + n)) for n in range(3)]
        steps.pay(bookings[0])
        stripe.refund(steps.pay(bookings[1], "full"), 4_000)
        stripe.close_dispute(stripe.dispute(steps.pay(bookings[2]))["id"], won=False)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(days=31))

        full(call)

        text = output()
        assert alarm_values(text, "LedgerDifferenceFound") == [DEPOSIT + 71_445 - 4_000]
        assert alarm_values(text, "LedgerDifference") == [0]
        assert counted(text, "PaymentsCaptured") == 2
        steps.check(*bookings)

    def test_a_difference_that_cannot_be_repaired_is_reported(
        self, call: Handlers, table: Table, output: Output, snapshot: Snapshot
    ) -> None:
        # Given a ledger with a payment that is unknown at Stripe
        stored_booking(table, status=Status.CONFIRMED, captured=DEPOSIT, version=2)
        before = snapshot()

        full(call)

        text = output()
        assert (
            alarm_values(text, "LedgerDifferenceFound")
            == alarm_values(text, "LedgerDifference")
            == [DEPOSIT]
        )
        assert snapshot() == before

    def test_money_that_the_ledger_alone_knows_is_a_difference(
        self, call: Handlers, output: Output
    ) -> None:
        # Given a payment that is in our ledger and not in Stripe's balance
        paid_booking(call)
        with patch.object(StripeProvider, "movements", return_value=()):
            full(call)

        assert alarm_values(output(), "LedgerDifference") == [DEPOSIT]

    def test_a_lost_dispute_without_an_event_is_found(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, now: Clock, output: Output
    ) -> None:
        # Given a lost dispute whose event was lost and is deleted at Stripe
        booking = paid_booking(call)
        dispute = stripe.dispute(next(iter(booking.payments)))
        call.deliver()
        stripe.close_dispute(dispute["id"], won=False)
        lose_webhooks(stripe)
        now.set(now.at + timedelta(days=31))

        full(call)

        assert alarm_values(output(), "LedgerDifferenceFound") == [0]
        assert steps.account(booking)["balance"]["lost"] == DEPOSIT
        assert steps.account(booking)["payment_status"] == "awaiting_payment"

    def test_an_unreadable_entry_is_a_difference_and_hides_no_other(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        # Given an entry of a newer version, and a payment without an event
        unreadable = paid_booking(call, stored_booking(table, date=days_ahead(30)))
        lost = stored_booking(table, date=days_ahead(31))
        steps.pay(lost)
        lose_webhooks(stripe)
        (intent,) = unreadable.payments
        entry = ledger_entry(EntryKind.CAPTURED, reference=intent, payment=intent)
        unknown_kind = {"kind": "captured_by_moonlight"}
        table.update(
            Update(keys.ledger_entry(unreadable.id, entry), "SET kind = :kind", None, unknown_kind)
        )

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "full"})

        text = output()
        assert alarm_values(text, "LedgerDifferenceFound") == [2 * DEPOSIT]
        assert alarm_values(text, "LedgerDifference") == [DEPOSIT]
        steps.check(lost)

    def test_payments_that_are_not_ours_are_left_out(
        self, call: Handlers, stripe: FakeStripe, output: Output
    ) -> None:
        stripe.pay(create_foreign_intent(stripe))

        full(call)

        assert alarm_values(output(), "LedgerDifference") == [0]

    @pytest.mark.parametrize("field", ["captured", "refunded", "refund_owed", "lost"])
    def test_a_balance_that_differs_from_the_ledger_entries_is_reported(
        self, call: Handlers, table: Table, output: Output, field: str
    ) -> None:
        # Given a booking whose stored balance differs from its ledger
        booking = paid_booking(call)
        payment = next(iter(booking.payments))
        table.update(
            Update(
                keys.booking(booking.id),
                "ADD payments.#payment.#field :cents",
                None,
                {"cents": 17},
                {"#payment": payment, "#field": field},
            )
        )

        full(call)

        text = output()
        assert alarm_values(text, "LedgerDifference") == [17]
        assert payment in text

    def test_a_late_payment_of_an_old_booking_is_no_difference(
        self, call: Handlers, steps: PaymentSteps, table: Table, now: Clock, output: Output
    ) -> None:
        booking = paid_booking(call, stored_booking(table, date=days_ahead(30)))
        now.set(now.at + timedelta(days=600))
        steps.pay(booking, "balance")
        call.deliver()
        output()

        full(call)

        text = output()
        assert (
            alarm_values(text, "LedgerDifferenceFound")
            == alarm_values(text, "LedgerDifference")
            == [0]
        )

    def test_the_comparison_continues_when_one_payment_cannot_be_read(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        # Given two payments without events; Stripe does not answer about one of them
        bookings = [stored_booking(table, date=days_ahead(60 + n)) for n in range(2)]
        intents = [steps.pay(each) for each in bookings]
        lose_webhooks(stripe)
        stripe.faults.fail_next(
            "error_500", path_prefix=f"/v1/payment_intents/{intents[0]}", times=99
        )

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "full"})

        text = output()
        assert steps.now_of(bookings[1]).status is Status.CONFIRMED
        assert alarm_values(text, "LedgerDifference") == [DEPOSIT]
        assert f'"item":"{intents[0]}"' in text
        stripe.faults.clear()
        full(call)
        assert alarm_values(output(), "LedgerDifference") == [0]
        steps.check(*bookings)

    def test_the_comparison_covers_every_month(
        self, call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table: Table, output: Output
    ) -> None:
        bookings = [
            stored_booking(table, by_staff=True, date=days_ahead(days))
            for days in (3, 40, 100, 200, 364)
        ]
        for each in bookings:
            steps.pay(each)
        lose_webhooks(stripe)

        full(call)

        assert alarm_values(output(), "LedgerDifference") == [0]
        assert {steps.now_of(each).status for each in bookings} == {Status.CONFIRMED}
        steps.check(*bookings)

    @pytest.mark.parametrize("kind", ["reset", "timeout", "error_429", "error_500"])
    def test_the_comparison_reports_no_difference_when_stripe_does_not_answer(
        self, call: Handlers, stripe: FakeStripe, output: Output, kind: Any
    ) -> None:
        stripe.faults.fail_next(kind, times=9)

        with pytest.raises(TriggerFailedError):
            call.job(JOB, {"scope": "full"})

        text = output()
        assert alarm_values(text, "LedgerDifference") == []
        assert counted(text, "Failures") == 1
