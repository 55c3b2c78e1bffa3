"""Payments and refunds as the contract promises them."""

import json
from typing import Any

import pytest
from tests.builders import attempt, confirmed, ledger_entry, statement

from teppan.domain.ledger import EntryKind, LedgerEntry, RefusalReason
from teppan.domain.payment import Intent, IntentStatus
from teppan.http.representations import payment as represent
from teppan.services.apply_payment import Applied
from teppan.services.create_payment_intent import Opened
from teppan.services.refund_payment import Refunded

BOOKING = confirmed()
INTENT = Intent(
    id="pi_1",
    status=IntentStatus.REQUIRES_ACTION,
    amount=10_000,
    client_secret="pi_1_secret_x",
)
GOODWILL, SENT, DONE = EntryKind.GOODWILL_OWED, EntryKind.REFUND_SENT, EntryKind.REFUNDED
FAILED, REVERSED = EntryKind.REFUND_FAILED, EntryKind.REFUND_REVERSED


def plain(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(document))
    return found


def test_an_intent_shows_the_secret_to_pay_it_with() -> None:
    opened = Opened(attempt(booking_id=BOOKING.id), INTENT)

    assert plain(represent.payment_intent(opened)) == {
        "payment_intent_id": "pi_1",
        "client_secret": "pi_1_secret_x",
        "booking_id": BOOKING.id,
        "payment_type": "deposit",
        "amount": 10_000,
        "currency": "usd",
        "status": "requires_action",
    }


def test_a_confirmation_shows_the_payment_and_its_booking() -> None:
    applied = Applied(BOOKING, statement(), ())

    assert plain(represent.confirmation(applied)) == {
        "payment_intent_id": "pi_1",
        "payment_type": "deposit",
        "status": "succeeded",
        "amount": 10_000,
        "currency": "usd",
        "booking_id": BOOKING.id,
        "version": 1,
        "booking_status": "confirmed",
        "payment_status": "deposit_paid",
    }


def entry(kind: EntryKind, amount: int = 3_000, n: int = 1, **changes: Any) -> LedgerEntry:
    """Return an entry in the life of the promise `ref_x-<n>`."""
    name = f"ref_x-{n}"
    reference = name if kind is GOODWILL else f"re_{n}"
    return ledger_entry(kind, amount, **{"reference": reference, "refund": name} | changes)


def status_of(*entries: LedgerEntry) -> object:
    return represent.refund(Refunded("ref_x", BOOKING, entries), "Cold rice")["refund_status"]


class TestRefund:
    def test_a_new_one_says_when_it_should_arrive(self) -> None:
        made = Refunded("ref_x", BOOKING, (entry(GOODWILL), entry(GOODWILL, 500, 2)))

        assert plain(represent.refund(made, "Cold rice")) == {
            "refund_id": "ref_x",
            "booking_id": BOOKING.id,
            "version": 1,
            "amount": 3_500,
            "currency": "usd",
            "reason": "Cold rice",
            "refund_status": "pending",
            "created_at": "2026-11-23T18:00:00Z",
            "estimated_refund_date": "2026-12-03",
        }

    @pytest.mark.parametrize(
        ("kinds", "status"),
        [
            ([GOODWILL], "pending"),
            ([GOODWILL, SENT], "pending"),
            ([GOODWILL, SENT, DONE], "succeeded"),
            ([GOODWILL, SENT, FAILED], "failed"),
            ([GOODWILL, SENT, DONE, REVERSED, FAILED], "failed"),
        ],
    )
    def test_its_status_is_how_far_it_has_come(self, kinds: list[EntryKind], status: str) -> None:
        assert status_of(*(entry(kind) for kind in kinds)) == status

    def test_it_has_arrived_when_all_of_it_has(self) -> None:
        one = [entry(kind) for kind in (GOODWILL, SENT, DONE)]

        assert status_of(*one, entry(GOODWILL, n=2)) == "pending"
        assert status_of(*one, *(entry(kind, n=2) for kind in (GOODWILL, SENT, DONE))) == (
            "succeeded"
        )

    def test_one_part_that_failed_is_told(self) -> None:
        one = [entry(kind) for kind in (GOODWILL, SENT, DONE)]

        assert status_of(*one, *(entry(kind, n=2) for kind in (GOODWILL, SENT, FAILED))) == "failed"

    @pytest.mark.parametrize(
        ("why", "status"),
        [(RefusalReason.REFUSED, "failed"), (RefusalReason.PROVIDER_ERROR, "pending")],
    )
    def test_one_that_stripe_refused_has_failed_and_an_error_of_its_own_is_tried_again(
        self, why: RefusalReason, status: str
    ) -> None:
        refused = entry(EntryKind.REFUND_REFUSED, reference="ref_x-1:1", reason=why)

        assert status_of(entry(GOODWILL), refused) == status

    def test_another_attempt_that_succeeds_makes_it_good(self) -> None:
        first = [entry(kind) for kind in (GOODWILL, SENT, FAILED)]
        second = [entry(kind, reference="re_9") for kind in (SENT, DONE)]

        assert status_of(*first, *second) == "succeeded"

    @pytest.mark.parametrize("kinds", [(GOODWILL, SENT, DONE), (GOODWILL, SENT, FAILED)])
    def test_what_is_not_on_its_way_has_no_date(self, kinds: tuple[EntryKind, ...]) -> None:
        made = Refunded("ref_x", BOOKING, tuple(entry(kind) for kind in kinds))

        assert "estimated_refund_date" not in represent.refund(made, "Cold rice")
