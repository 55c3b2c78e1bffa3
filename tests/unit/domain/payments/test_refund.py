"""Refunds: obligations, attempts to send them, refusals and waivers (`domain.md §7`)."""

from datetime import timedelta

import pytest
from tests.builders import NOW, PAYMENT, ledger_entry
from tests.unit.domain.obligations import obligation, refund_entry

from teppan.domain.ledger import EntryKind, LedgerEntry, RefusalReason
from teppan.domain.payments.refund import (
    RefundObligation,
    RefundStatus,
    may_be_sent_at,
    open_obligations,
    refund_status,
    refusal_entry,
    refusal_reason,
)
from teppan.domain.policy import CURRENT

OWED, GOODWILL = EntryKind.REFUND_OWED, EntryKind.GOODWILL_OWED
SENT, FAILED, REFUNDED = EntryKind.REFUND_SENT, EntryKind.REFUND_FAILED, EntryKind.REFUNDED
WAIVED, GOODWILL_WAIVED = EntryKind.REFUND_WAIVED, EntryKind.GOODWILL_WAIVED
RESTORED = EntryKind.GOODWILL_RESTORED
REFUSED = EntryKind.REFUND_REFUSED
HOUR = timedelta(hours=1)


class TestOpenObligations:
    def test_an_obligation_is_open_until_it_is_sent(self) -> None:
        assert open_obligations([obligation()]) == [
            RefundObligation(
                reference="p",
                kind=OWED,
                payment=PAYMENT,
                amount=5_000,
                attempt=1,
                failed_at=None,
                erred_at=None,
            )
        ]
        assert open_obligations([obligation(), refund_entry(SENT)]) == []
        assert open_obligations([obligation(), refund_entry(SENT), refund_entry(REFUNDED)]) == []

    def test_a_failed_refund_is_open_again_under_another_name(self) -> None:
        failed = refund_entry(FAILED, at=NOW + HOUR)

        (reopened,) = open_obligations([obligation(), refund_entry(SENT), failed])

        assert (reopened.amount, reopened.attempt, reopened.failed_at) == (5_000, 2, NOW + HOUR)
        assert reopened.name == "p:2:5000"

    def test_a_refusal_counts_as_a_failed_refund_attempt(self) -> None:
        (first,) = open_obligations([obligation()])

        (second,) = open_obligations(
            [obligation(), refusal_entry(first, RefusalReason.REFUSED, NOW + HOUR)]
        )

        assert (second.attempt, second.failed_at, second.amount) == (2, NOW + HOUR, 5_000)

    def test_a_refund_attempt_has_a_new_name_after_an_error_of_stripe(self) -> None:
        (first,) = open_obligations([obligation()])

        (second,) = open_obligations(
            [obligation(), refusal_entry(first, RefusalReason.PROVIDER_ERROR, NOW)]
        )

        assert (second.name, second.failed_at, second.erred_at) == ("p:2:5000", None, NOW)

    def test_an_obligation_waived_in_part_has_a_new_name(self) -> None:
        (rest,) = open_obligations([obligation(), refund_entry(WAIVED, 2_000, reference="w-1")])

        assert rest.name == "p:1:3000"

    @pytest.mark.parametrize(
        ("reason", "wait"),
        [
            (RefusalReason.REFUSED, timedelta(hours=24)),
            (RefusalReason.PROVIDER_ERROR, timedelta(minutes=15)),
        ],
    )
    def test_a_refused_or_failed_attempt_waits_before_the_next(
        self, reason: RefusalReason, wait: timedelta
    ) -> None:
        """After an error Stripe may still create the refund; a refusal does not change soon."""
        (first,) = open_obligations([obligation()])
        (second,) = open_obligations([obligation(), refusal_entry(first, reason, NOW)])

        assert may_be_sent_at(first, CURRENT) < NOW
        assert may_be_sent_at(second, CURRENT) == NOW + wait

    @pytest.mark.parametrize(
        ("reasons", "wait"),
        [
            pytest.param(
                [RefusalReason.REFUSED, RefusalReason.PROVIDER_ERROR],
                timedelta(hours=24),
                id="refused, then an error of Stripe",
            ),
            pytest.param(
                [RefusalReason.PROVIDER_ERROR, RefusalReason.REFUSED],
                timedelta(hours=25),
                id="an error of Stripe, then refused",
            ),
        ],
    )
    def test_a_refund_that_was_refused_waits_a_day_even_if_stripe_erred_too(
        self, reasons: list[RefusalReason], wait: timedelta
    ) -> None:
        ledger: list[LedgerEntry] = [obligation()]
        for hours, reason in enumerate(reasons):
            (refund,) = open_obligations(ledger)
            ledger.append(refusal_entry(refund, reason, NOW + hours * HOUR))

        (refund,) = open_obligations(ledger)

        assert may_be_sent_at(refund, CURRENT) == NOW + wait

    def test_a_refund_that_failed_long_ago_waits_after_a_new_error_of_stripe(self) -> None:
        failed = [obligation(), refund_entry(SENT), refund_entry(FAILED)]
        (refund,) = open_obligations(failed)
        erred_at = NOW + 30 * HOUR
        erred = refusal_entry(refund, RefusalReason.PROVIDER_ERROR, erred_at)

        (refund,) = open_obligations([*failed, erred])

        assert may_be_sent_at(refund, CURRENT) == erred_at + CURRENT.refund_retry_after_error

    @pytest.mark.parametrize(
        ("is_final", "refusals", "reason"),
        [
            (True, 0, RefusalReason.FINAL),
            (False, 0, RefusalReason.REFUSED),
            (False, 28, RefusalReason.REFUSED),
            (False, 29, RefusalReason.FINAL),
        ],
    )
    def test_a_refusal_is_final_when_stripe_says_so_or_has_refused_often_enough(
        self, is_final: bool, refusals: int, reason: RefusalReason
    ) -> None:
        ledger: list[LedgerEntry] = [obligation()]
        for _ in range(refusals):
            (refund,) = open_obligations(ledger)
            ledger.append(refusal_entry(refund, RefusalReason.REFUSED, NOW))
        # Errors of Stripe are no refusals.
        for _ in range(40):
            (refund,) = open_obligations(ledger)
            ledger.append(refusal_entry(refund, RefusalReason.PROVIDER_ERROR, NOW))

        (refund,) = open_obligations(ledger)

        assert refusal_reason(refund, CURRENT, is_final=is_final) is reason

    def test_a_finally_refused_refund_stays_owed_and_is_never_sent_again(self) -> None:
        (first,) = open_obligations([obligation()])
        final = refusal_entry(first, RefusalReason.FINAL, NOW)

        (refund,) = open_obligations([obligation(), final])

        assert (refund.amount, refund.is_final) == (5_000, True)
        assert may_be_sent_at(refund, CURRENT) > NOW + timedelta(days=100 * 365)
        assert refund_status([obligation(), final]) is RefundStatus.FAILED

    @pytest.mark.parametrize(
        ("reinstated_after", "payment", "is_final"),
        [
            pytest.param(2 * HOUR, PAYMENT, False, id="later"),
            pytest.param(HOUR, PAYMENT, False, id="in the same second"),
            pytest.param(0 * HOUR, PAYMENT, True, id="earlier"),
            pytest.param(2 * HOUR, "pi_2", True, id="later, of another payment"),
        ],
    )
    def test_only_a_later_reinstatement_of_its_payment_ends_a_final_refusal(
        self, reinstated_after: timedelta, payment: str, is_final: bool
    ) -> None:
        (first,) = open_obligations([obligation()])
        final = refusal_entry(first, RefusalReason.FINAL, NOW + HOUR)
        reinstated = ledger_entry(
            EntryKind.DISPUTE_REINSTATED,
            reference="txn_1",
            at=NOW + reinstated_after,
            payment=payment,
        )

        (refund,) = open_obligations([obligation(), final, reinstated])

        assert refund.is_final is is_final

    def test_the_last_failure_of_a_refund_sets_its_wait(self) -> None:
        ledger = [
            obligation(),
            refund_entry(SENT),
            refund_entry(FAILED, at=NOW + HOUR),
            refund_entry(SENT, reference="re_2"),
            refund_entry(FAILED, reference="re_2", at=NOW + 3 * HOUR),
            refund_entry(REFUSED, reference="p:3", at=NOW + 2 * HOUR, reason=RefusalReason.REFUSED),
        ]

        (reopened,) = open_obligations(ledger)

        assert (reopened.attempt, reopened.failed_at) == (4, NOW + 3 * HOUR)

    @pytest.mark.parametrize(("kind", "waiver"), [(OWED, WAIVED), (GOODWILL, GOODWILL_WAIVED)])
    def test_a_waived_part_of_an_obligation_is_not_open(
        self, kind: EntryKind, waiver: EntryKind
    ) -> None:
        owed = obligation(kind=kind)

        (rest,) = open_obligations([owed, refund_entry(waiver, 2_000, reference="w-1")])

        assert rest.amount == 3_000
        assert open_obligations([owed, refund_entry(waiver, 5_000, reference="w-1")]) == []

    def test_open_obligations_are_oldest_first_in_any_order_of_the_ledger(self) -> None:
        ledger = [obligation("c", at=NOW + HOUR), obligation("b"), obligation("a")]

        assert [each.reference for each in open_obligations(ledger)] == ["a", "b", "c"]

    def test_entries_of_one_obligation_do_not_affect_another(self) -> None:
        ledger = [obligation(), obligation("q"), refund_entry(SENT)]

        assert [each.reference for each in open_obligations(ledger)] == ["q"]

    def test_each_refund_attempt_has_its_own_name(self) -> None:
        ledger: list[LedgerEntry] = [obligation()]
        names = []
        for _ in range(4):
            (next_try,) = open_obligations(ledger)
            names.append(next_try.name)
            ledger.append(refusal_entry(next_try, RefusalReason.REFUSED, NOW))

        assert names == ["p:1:5000", "p:2:5000", "p:3:5000", "p:4:5000"]


def test_a_refusal_entry_names_its_attempt_and_moves_no_money() -> None:
    (first,) = open_obligations([obligation()])

    assert refusal_entry(first, RefusalReason.REFUSED, NOW + HOUR) == LedgerEntry(
        reference="p:1:5000",
        kind=REFUSED,
        amount=5_000,
        at=NOW + HOUR,
        payment=PAYMENT,
        refund="p",
        reason=RefusalReason.REFUSED,
    )


REVERSED = EntryKind.REFUND_REVERSED


class TestRefundStatus:
    @pytest.mark.parametrize(
        ("kinds", "status"),
        [
            ([], "pending"),
            ([SENT], "pending"),
            ([SENT, REFUNDED], "succeeded"),
            ([SENT, FAILED], "failed"),
            ([SENT, REFUNDED, REVERSED, FAILED], "failed"),
            ([GOODWILL_WAIVED], "canceled"),
            ([SENT, FAILED, GOODWILL_WAIVED], "canceled"),
            ([GOODWILL_WAIVED, RESTORED], "pending"),
            ([GOODWILL_WAIVED, RESTORED, SENT, REFUNDED], "succeeded"),
        ],
    )
    def test_the_refund_status_follows_from_its_entries(
        self, kinds: list[EntryKind], status: str
    ) -> None:
        life_of_it = [obligation(kind=GOODWILL), *(refund_entry(kind) for kind in kinds)]

        assert refund_status(life_of_it) == status

    def test_a_refund_has_succeeded_only_when_all_of_it_has_arrived(self) -> None:
        one = [obligation(kind=GOODWILL), refund_entry(SENT), refund_entry(REFUNDED)]
        other = [obligation("q", kind=GOODWILL), refund_entry(SENT, refund="q", reference="re_2")]
        arrived = refund_entry(REFUNDED, refund="q", reference="re_2")

        assert refund_status([*one, *other]) == "pending"
        assert refund_status([*one, *other, arrived]) == "succeeded"

    def test_a_refund_has_failed_if_one_part_failed(self) -> None:
        one = [obligation(kind=GOODWILL), refund_entry(SENT), refund_entry(REFUNDED)]
        other = [
            obligation("q", kind=GOODWILL),
            *(refund_entry(kind, refund="q", reference="re_2") for kind in (SENT, FAILED)),
        ]

        assert refund_status([*one, *other]) == "failed"

    @pytest.mark.parametrize(
        ("reason", "status"),
        [(RefusalReason.REFUSED, "failed"), (RefusalReason.PROVIDER_ERROR, "pending")],
    )
    def test_a_refused_refund_has_failed_and_an_erred_refund_is_pending(
        self, reason: RefusalReason, status: str
    ) -> None:
        refused = refund_entry(REFUSED, reference="p:1:5000", reason=reason)

        assert refund_status([obligation(kind=GOODWILL), refused]) == status

    def test_a_successful_second_attempt_makes_the_refund_succeed(self) -> None:
        first = [refund_entry(SENT), refund_entry(FAILED)]
        second = [refund_entry(SENT, reference="re_9"), refund_entry(REFUNDED, reference="re_9")]

        assert refund_status([obligation(kind=GOODWILL), *first, *second]) == "succeeded"

    def test_a_refund_waived_in_part_succeeds_with_the_rest(self) -> None:
        lowered = [obligation(kind=GOODWILL), refund_entry(GOODWILL_WAIVED, 2_000, reference="w-1")]
        sent = [refund_entry(SENT, 3_000), refund_entry(REFUNDED, 3_000)]

        assert refund_status(lowered) == "pending"
        assert refund_status([*lowered, *sent]) == "succeeded"

    def test_an_obligation_that_undoes_a_payment_has_the_same_statuses_as_goodwill(self) -> None:
        assert refund_status([obligation(), refund_entry(WAIVED)]) == "canceled"
        assert (
            refund_status([obligation(), refund_entry(SENT), refund_entry(REFUNDED)]) == "succeeded"
        )
