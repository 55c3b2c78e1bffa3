"""The calls to Stripe: what is sent, and what its answers and refusals mean."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.builders import NOW, attempt
from tests.unit.conftest import Secrets
from tests.unit.teppan_payments.conftest import Answer, Wire, error_answer, list_of
from tests.unit.teppan_payments.stripe_objects import (
    CREATED,
    METADATA,
    charge,
    dispute,
    intent,
    refund,
    refunds,
)

from teppan.domain.bookings.dues import PaymentType
from teppan.domain.ledger import EntryKind
from teppan.domain.payments.attempt import Intent, IntentStatus
from teppan.domain.payments.dispute import Dispute, DisputeMovement, DisputeStatus
from teppan.domain.payments.errors import (
    PaymentProviderFailed,
    PaymentProviderUnavailable,
    PaymentRefused,
    PaymentRequestRejected,
    WrongPaymentMode,
)
from teppan.domain.payments.refund import RefundObligation
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefund, ProviderRefundStatus
from teppan.services.payments.provider import PaymentProvider, RefundRefusedError
from teppan_payments.client import Stripe
from teppan_payments.events import HANDLED
from teppan_payments.stripe_provider import StripeProvider

OBLIGATION = RefundObligation(
    reference="cancellation-2-1",
    kind=EntryKind.REFUND_OWED,
    payment="pi_1",
    amount=9_700,
    attempt=3,
    failed_at=None,
    erred_at=None,
)


@pytest.fixture
def provider(api: Stripe) -> PaymentProvider:
    return StripeProvider(api)


class TestOpen:
    def test_opening_sends_our_amount_and_metadata_under_the_attempts_key(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers((200, intent(status="requires_payment_method", latest_charge=None)))

        assert provider.open(attempt(booking_id="bkg_1", number=2, tries=3)) == Intent(
            id="pi_1",
            status=IntentStatus.REQUIRES_PAYMENT_METHOD,
            amount=10_000,
            client_secret="pi_1_secret_x",
        )
        (request,) = wire.requests
        assert (request.method, request.path) == ("POST", "/v1/payment_intents")
        assert request.form == {
            "amount": "10000",
            "currency": "usd",
            "automatic_payment_methods[enabled]": "true",
            "metadata[booking_id]": "bkg_1",
            "metadata[payment_type]": "deposit",
            "metadata[attempt]": "2",
        }
        assert request.idempotency_key == "bkg_1:deposit:2:3"

    @pytest.mark.parametrize("status", [400, 402, 403])
    def test_an_unspecific_refusal_to_open_raises_provider_failed(
        self, provider: PaymentProvider, wire: Wire, status: int
    ) -> None:
        wire.answers(error_answer(status))

        with pytest.raises(PaymentProviderFailed):
            provider.open(attempt())

    @pytest.mark.parametrize("code", ["amount_too_small", "amount_too_large"])
    def test_an_amount_that_stripe_never_takes_raises_payment_refused(
        self, provider: PaymentProvider, wire: Wire, code: str
    ) -> None:
        wire.answers(error_answer(400, code=code))

        with pytest.raises(PaymentRefused):
            provider.open(attempt())

    def test_a_refused_parameter_raises_payment_request_rejected(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(error_answer(400, code="parameter_unknown"))

        with pytest.raises(PaymentRequestRejected):
            provider.open(attempt())

    @pytest.mark.parametrize(("stage", "live"), [("prod", False), ("staging", True)])
    def test_an_intent_of_the_other_mode_is_never_returned(
        self,
        provider: PaymentProvider,
        wire: Wire,
        keys: Secrets,
        in_stage: Callable[[str], None],
        stage: str,
        live: bool,
    ) -> None:
        in_stage(stage)
        keys.values = ("sk_live_a",) if stage == "prod" else ("sk_test_a",)
        wire.answers((200, intent(livemode=live)))

        with pytest.raises(WrongPaymentMode):
            provider.open(attempt())
        with pytest.raises(WrongPaymentMode):
            provider.intent("pi_1")
        assert provider.snapshot("pi_1") is None


class TestIntent:
    @pytest.mark.parametrize("status", IntentStatus)
    def test_an_intent_is_returned_with_its_current_status(
        self, provider: PaymentProvider, wire: Wire, status: IntentStatus
    ) -> None:
        wire.answers((200, intent(status=status.value)))

        assert provider.intent("pi_1").status is status
        assert wire.requests[0].path == "/v1/payment_intents/pi_1"

    def test_an_intent_unknown_to_stripe_raises_provider_failed(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(error_answer(404, code="resource_missing"))

        with pytest.raises(PaymentProviderFailed):
            provider.intent("pi_1")


class TestCancel:
    def test_canceling_an_intent_returns_canceled(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers((200, intent(status="canceled")))

        assert provider.cancel("pi_1") is IntentStatus.CANCELED
        assert wire.requests[0].path == "/v1/payment_intents/pi_1/cancel"

    @pytest.mark.parametrize("status", ["succeeded", "processing", "canceled"])
    def test_canceling_too_late_returns_the_current_status(
        self, provider: PaymentProvider, wire: Wire, status: str
    ) -> None:
        wire.answers(
            error_answer(400, code="payment_intent_unexpected_state"), (200, intent(status=status))
        )

        assert provider.cancel("pi_1") == status

    @pytest.mark.parametrize(
        "answer", [error_answer(400, code="parameter_unknown"), error_answer(403)]
    )
    def test_another_refusal_to_cancel_raises_provider_failed(
        self, provider: PaymentProvider, wire: Wire, answer: Answer
    ) -> None:
        wire.answers(answer)

        with pytest.raises(PaymentProviderFailed):
            provider.cancel("pi_1")


class TestSnapshot:
    def test_a_snapshot_takes_one_call_for_a_payment_without_refunds_and_disputes(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers((200, intent()))

        assert provider.snapshot("pi_1") == PaymentSnapshot(
            payment="pi_1",
            booking_id="bkg_1",
            type=PaymentType.DEPOSIT,
            attempt=2,
            status=IntentStatus.SUCCEEDED,
            amount=10_000,
            captured=10_000,
            captured_at=NOW,
        )
        (request,) = wire.requests
        assert request.form == {"expand[0]": "latest_charge.refunds"}

    @pytest.mark.parametrize("latest_charge", [None, charge(paid=False)])
    def test_a_snapshot_of_an_unpaid_payment_has_captured_nothing(
        self, provider: PaymentProvider, wire: Wire, latest_charge: Any
    ) -> None:
        wire.answers(
            (200, intent(status="processing", amount_received=0, latest_charge=latest_charge))
        )

        snapshot = provider.snapshot("pi_1")

        assert snapshot is not None
        assert (snapshot.status, snapshot.captured) == ("processing", 0)
        assert not snapshot.has_captured

    def test_a_snapshot_of_an_intent_unknown_to_stripe_is_none(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(error_answer(404, code="resource_missing"))

        assert provider.snapshot("pi_1") is None

    @pytest.mark.parametrize(
        "metadata",
        [{}, METADATA | {"payment_type": "tip"}, {"payment_type": "deposit", "attempt": "1"}],
    )
    def test_a_snapshot_of_an_intent_that_is_not_ours_is_none(
        self, provider: PaymentProvider, wire: Wire, metadata: dict[str, str]
    ) -> None:
        wire.answers((200, intent(metadata=metadata)))

        assert provider.snapshot("pi_1") is None

    @pytest.mark.parametrize(
        "answer",
        [error_answer(400), error_answer(403), error_answer(400, code="resource_missing")],
    )
    def test_another_refusal_of_a_snapshot_raises_provider_failed(
        self, provider: PaymentProvider, wire: Wire, answer: Answer
    ) -> None:
        wire.answers(answer)

        with pytest.raises(PaymentProviderFailed):
            provider.snapshot("pi_1")

    def test_a_busy_stripe_raises_provider_unavailable(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(error_answer(429))

        with pytest.raises(PaymentProviderUnavailable):
            provider.snapshot("pi_1")


def read_snapshot(
    provider: PaymentProvider, wire: Wire, latest_charge: dict[str, Any], *answers: Answer
) -> PaymentSnapshot:
    wire.answers((200, intent(latest_charge=latest_charge)), *answers)
    snapshot = provider.snapshot("pi_1")
    assert snapshot is not None
    return snapshot


class TestRefundsOfASnapshot:
    def test_the_refunds_in_the_charge_need_no_further_call(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        snapshot = read_snapshot(provider, wire, charge(refunds=refunds(refund())))

        assert snapshot.refunds == (
            ProviderRefund("re_1", 9_700, ProviderRefundStatus.SUCCEEDED, "cancellation-2-1"),
        )
        assert len(wire.requests) == 1

    def test_more_refunds_than_the_charge_holds_are_read_page_by_page(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        snapshot = read_snapshot(
            provider,
            wire,
            charge(refunds=refunds(refund("re_3"), has_more=True)),
            list_of(refund("re_3"), refund("re_2"), has_more=True),
            list_of(refund("re_1")),
        )

        assert [each.id for each in snapshot.refunds] == ["re_1", "re_2", "re_3"]
        _, first, second = wire.requests
        assert (first.path, first.form) == (
            "/v1/refunds",
            {"payment_intent": "pi_1", "limit": "100"},
        )
        assert second.form["starting_after"] == "re_2"


class TestDisputesOfASnapshot:
    def test_a_disputed_charge_is_read_with_its_disputes(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        snapshot = read_snapshot(
            provider, wire, charge(disputed=True), list_of(dispute("lost", -10_000))
        )

        assert snapshot.disputes == (
            Dispute("dp_1", 10_000, DisputeStatus.LOST, (DisputeMovement("txn_0", -10_000),)),
        )
        assert wire.requests[1].path == "/v1/disputes"
        assert wire.requests[1].form == {"payment_intent": "pi_1", "limit": "100"}

    def test_a_charge_that_was_never_disputed_needs_no_call_for_disputes(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        assert read_snapshot(provider, wire, charge()).disputes == ()
        assert len(wire.requests) == 1


class TestSendRefund:
    def test_a_sent_refund_names_its_obligation_and_has_a_key_for_each_attempt(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers((200, refund(status="pending")))

        provider.send_refund("bkg_1", OBLIGATION)

        (request,) = wire.requests
        assert (request.method, request.path) == ("POST", "/v1/refunds")
        assert request.form == {
            "payment_intent": "pi_1",
            "amount": "9700",
            "metadata[booking_id]": "bkg_1",
            "metadata[refund]": "cancellation-2-1",
        }
        assert request.idempotency_key == "bkg_1:cancellation-2-1:3:9700"

    @pytest.mark.parametrize(
        ("code", "raised_code", "is_final"),
        [
            ("charge_already_refunded", "charge_already_refunded", True),
            ("charge_not_refundable", "charge_not_refundable", True),
            ("charge_disputed", "charge_disputed", False),
            (None, "invalid_request", False),
        ],
    )
    def test_a_refused_refund_has_stripes_code_and_whether_it_is_final(
        self,
        provider: PaymentProvider,
        wire: Wire,
        code: str | None,
        raised_code: str,
        is_final: bool,
    ) -> None:
        wire.answers(error_answer(400, code=code))

        with pytest.raises(RefundRefusedError) as refused:
            provider.send_refund("bkg_1", OBLIGATION)
        assert (refused.value.code, refused.value.is_final) == (raised_code, is_final)

    def test_a_refund_of_a_locked_payment_raises_provider_unavailable(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(error_answer(400, code="lock_timeout"))

        with pytest.raises(PaymentProviderUnavailable):
            provider.send_refund("bkg_1", OBLIGATION)

    def test_another_refusal_of_a_refund_raises_provider_failed(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(error_answer(403))

        with pytest.raises(PaymentProviderFailed):
            provider.send_refund("bkg_1", OBLIGATION)


class TestEvents:
    def test_events_of_the_handled_types_are_yielded_oldest_first(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        def event(event_id: str) -> dict[str, Any]:
            return {
                "id": event_id,
                "object": "event",
                "type": "payment_intent.succeeded",
                "created": CREATED,
                "livemode": False,
                "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
            }

        wire.answers(
            list_of(event("evt_3"), event("evt_2"), has_more=True), list_of(event("evt_1"))
        )

        found = list(provider.events(NOW - timedelta(minutes=15)))

        assert [each.id for each in found] == ["evt_1", "evt_2", "evt_3"]
        assert {each.payment for each in found} == {"pi_1"}
        form = wire.requests[0].form
        assert form["created[gte]"] == str(CREATED - 900)
        assert {form[f"types[{n}]"] for n in range(len(HANDLED))} == set(HANDLED)


class TestMovements:
    def test_a_movement_is_the_amount_before_fees_of_a_payment_intent(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        def movement(amount: int, source: dict[str, Any] | None) -> dict[str, Any]:
            return {
                "id": f"txn_{amount}",
                "object": "balance_transaction",
                "amount": amount,
                "fee": 320,
                "source": source,
            }

        wire.answers(
            list_of(
                movement(10_000, {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}),
                movement(-9_700, {"id": "re_1", "object": "refund", "payment_intent": "pi_1"}),
                movement(500, {"id": "ch_2", "object": "charge", "payment_intent": None}),
                movement(-7, {"id": "po_1", "object": "payout"}),
                movement(-3, None),
            )
        )

        assert list(provider.movements(datetime(2026, 1, 1, tzinfo=UTC))) == [
            ("pi_1", 10_000),
            ("pi_1", -9_700),
        ]
        assert wire.requests[0].form["expand[0]"] == "data.source"
