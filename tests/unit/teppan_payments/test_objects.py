"""Stripe's objects as ours."""

from typing import Any

import pytest
from tests.builders import NOW
from tests.unit.teppan_payments.stripe_objects import (
    CREATED,
    METADATA,
    charge,
    dispute,
    intent,
    refund,
)

from teppan.domain.bookings.dues import PaymentType
from teppan.domain.payments.attempt import Intent, IntentStatus
from teppan.domain.payments.dispute import Dispute, DisputeMovement, DisputeStatus
from teppan.domain.payments.errors import PaymentUnreadable, WrongPaymentMode
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefund, ProviderRefundStatus
from teppan_payments.objects import intent_of, intent_status, is_fee, is_ours, snapshot_of


def read_refunds(*objects: dict[str, Any]) -> tuple[ProviderRefund, ...]:
    return snapshot_of(intent(), objects, ()).refunds


def read_disputes(*objects: dict[str, Any]) -> tuple[Dispute, ...]:
    return snapshot_of(intent(), (), objects).disputes


class TestIntent:
    def test_an_intent_has_its_id_status_amount_and_client_secret(self) -> None:
        assert intent_of(intent()) == Intent(
            id="pi_1",
            status=IntentStatus.SUCCEEDED,
            amount=10_000,
            client_secret="pi_1_secret_x",
        )

    def test_an_intent_of_live_money_is_refused_in_a_test_stage(self) -> None:
        with pytest.raises(WrongPaymentMode):
            intent_of(intent(livemode=True))

    @pytest.mark.parametrize("status", IntentStatus)
    def test_every_status_of_an_intent_is_read(self, status: IntentStatus) -> None:
        assert intent_status(status.value) is status

    def test_an_unknown_status_of_an_intent_raises_payment_unreadable(self) -> None:
        with pytest.raises(PaymentUnreadable):
            intent_of(intent(status="paused"))
        with pytest.raises(PaymentUnreadable):
            snapshot_of(intent(status="paused"), (), ())


class TestIsOurs:
    def test_metadata_of_our_code_is_ours(self) -> None:
        assert is_ours(METADATA)

    @pytest.mark.parametrize(
        "metadata",
        [
            {},
            METADATA | {"payment_type": "tip"},
            METADATA | {"attempt": ""},
            METADATA | {"attempt": "-1"},
            METADATA | {"attempt": "two"},
            METADATA | {"booking_id": "BKG#1"},
            {"booking_id": "bkg_1"},
            {"payment_type": "deposit", "attempt": "1"},
        ],
    )
    def test_other_metadata_is_not_ours(self, metadata: dict[str, str]) -> None:
        assert not is_ours(metadata)


class TestSnapshot:
    def test_a_captured_payment_without_refunds_and_disputes(self) -> None:
        assert snapshot_of(intent(), (), ()) == PaymentSnapshot(
            payment="pi_1",
            booking_id="bkg_1",
            type=PaymentType.DEPOSIT,
            attempt=2,
            status=IntentStatus.SUCCEEDED,
            amount=10_000,
            captured=10_000,
            captured_at=NOW,
        )

    @pytest.mark.parametrize("latest_charge", [None, charge(paid=False)])
    def test_an_unpaid_payment_has_captured_nothing(
        self, latest_charge: dict[str, Any] | None
    ) -> None:
        unpaid = intent(status="processing", amount_received=0, latest_charge=latest_charge)

        snapshot = snapshot_of(unpaid, (), ())

        assert (snapshot.status, snapshot.captured) == ("processing", 0)
        assert not snapshot.has_captured


class TestRefunds:
    @pytest.mark.parametrize("status", ProviderRefundStatus)
    def test_a_refund_names_its_refund_obligation(self, status: ProviderRefundStatus) -> None:
        assert read_refunds(refund(status=status.value)) == (
            ProviderRefund("re_1", 9_700, status, "cancellation-2-1"),
        )

    @pytest.mark.parametrize("metadata", [None, {}, {"note": "by hand"}])
    def test_a_refund_from_the_dashboard_names_no_obligation(
        self, metadata: dict[str, str] | None
    ) -> None:
        assert read_refunds(refund(metadata=metadata))[0].obligation is None

    def test_refunds_are_sorted_oldest_first(self) -> None:
        refunds = read_refunds(
            refund("re_c", created=CREATED + 2),
            refund("re_b", created=CREATED + 1),
            refund("re_a", created=CREATED + 1),
        )

        assert [each.id for each in refunds] == ["re_a", "re_b", "re_c"]

    @pytest.mark.parametrize("status", [None, "under_review"])
    def test_a_refund_with_an_unknown_status_is_pending(self, status: str | None) -> None:
        (found,) = read_refunds(refund(status=status))

        assert found.status is ProviderRefundStatus.PENDING


class TestDisputes:
    @pytest.mark.parametrize(
        ("plain", "status"),
        [
            (dispute("needs_response", -10_000), DisputeStatus.OPEN),
            (dispute("under_review", -10_000), DisputeStatus.OPEN),
            (dispute("won", -10_000, 10_000), DisputeStatus.WON),
            (dispute("lost", -10_000), DisputeStatus.LOST),
            (dispute("lost"), DisputeStatus.LOST),
            (dispute("warning_needs_response"), DisputeStatus.INQUIRY),
            (dispute("warning_under_review"), DisputeStatus.INQUIRY),
            (dispute("warning_closed"), DisputeStatus.INQUIRY),
            (dispute("prevented"), DisputeStatus.INQUIRY),
            (dispute("prevented", -10_000), DisputeStatus.LOST),
            (dispute("a_new_word", -10_000), DisputeStatus.LOST),
        ],
        ids=lambda value: value["status"] if isinstance(value, dict) else value.value,
    )
    def test_the_status_of_a_dispute_follows_stripes_status_and_the_money_moved(
        self, plain: dict[str, Any], status: DisputeStatus
    ) -> None:
        (found,) = read_disputes(plain)

        assert (found.id, found.amount, found.status) == ("dp_1", 10_000, status)
        moved = [each["amount"] for each in plain["balance_transactions"]]
        assert [each.amount for each in found.movements] == moved

    def test_the_movements_of_a_dispute_are_sorted_oldest_first_and_exclude_fees(self) -> None:
        plain = dispute("won", -10_000, 6_000, -2_000)
        fee = plain["balance_transactions"][0] | {"id": "txn_fee", "reporting_category": "fee"}
        plain["balance_transactions"] = [*reversed(plain["balance_transactions"]), fee]

        (found,) = read_disputes(plain)

        assert found.movements == (
            DisputeMovement("txn_0", -10_000),
            DisputeMovement("txn_1", 6_000),
            DisputeMovement("txn_2", -2_000),
        )

    def test_disputes_are_sorted_oldest_first(self) -> None:
        disputes = read_disputes(
            dispute("needs_response", id="dp_2", created=CREATED + 9), dispute("lost", id="dp_1")
        )

        assert [each.id for each in disputes] == ["dp_1", "dp_2"]


def test_a_balance_transaction_is_a_fee_by_its_reporting_category() -> None:
    assert is_fee({"reporting_category": "fee"})
    assert not is_fee({"reporting_category": "charge"})
    assert not is_fee({})
