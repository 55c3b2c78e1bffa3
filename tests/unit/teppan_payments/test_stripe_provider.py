"""Stripe's objects as ours, and what we ask of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.builders import NOW, attempt
from tests.unit.conftest import Secrets
from tests.unit.teppan_payments.conftest import Answer, Wire, list_of, refusal_entry

from teppan.domain.bookings.dues import PaymentType
from teppan.domain.ledger import EntryKind
from teppan.domain.payments.attempt import Intent, IntentStatus
from teppan.domain.payments.dispute import DisputeStatus, Movement
from teppan.domain.payments.errors import (
    PaymentProviderFailed,
    PaymentProviderUnavailable,
    PaymentRefused,
    PaymentRequestRejected,
    PaymentUnreadable,
    WrongPaymentMode,
)
from teppan.domain.payments.refund import RefundObligation
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefund, ProviderRefundStatus
from teppan.services.payments.provider import PaymentProvider, RefundRefusedError
from teppan_payments.client import Stripe
from teppan_payments.events import HANDLED
from teppan_payments.stripe_provider import StripeProvider

MADE = int(NOW.timestamp())
METADATA = {"booking_id": "bkg_1", "payment_type": "deposit", "attempt": "2"}
OWED = RefundObligation(
    promise="cancellation-2-1",
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


def intent(**changes: Any) -> dict[str, Any]:
    """Return a payment intent as Stripe's document has it, as far as we read it."""
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 10_000,
        "amount_received": 10_000,
        "client_secret": "pi_1_secret_x",
        "created": MADE - 60,
        "currency": "usd",
        "latest_charge": charge(),
        "livemode": False,
        "metadata": METADATA,
        "status": "succeeded",
    } | changes


def charge(**changes: Any) -> dict[str, Any]:
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 10_000,
        "created": MADE,
        "disputed": False,
        "payment_intent": "pi_1",
        "refunds": {"object": "list", "url": "/v1/refunds", "data": [], "has_more": False},
    } | changes


def refund(name: str = "re_1", **changes: Any) -> dict[str, Any]:
    return {
        "id": name,
        "object": "refund",
        "amount": 9_700,
        "created": MADE + 60,
        "metadata": {"booking_id": "bkg_1", "refund": "cancellation-2-1"},
        "payment_intent": "pi_1",
        "status": "succeeded",
    } | changes


def refunds(*data: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {"object": "list", "url": "/v1/refunds", "data": list(data), "has_more": more}


def dispute(status: str, *moved: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": 10_000,
        "balance_transactions": [
            {
                "id": f"txn_{n}",
                "object": "balance_transaction",
                "amount": amount,
                "created": MADE + n,
                "reporting_category": "dispute" if amount < 0 else "dispute_reversal",
            }
            for n, amount in enumerate(moved)
        ],
        "created": MADE,
        "payment_intent": "pi_1",
        "status": status,
    } | changes


class TestOpen:
    def test_the_amount_and_the_metadata_are_ours_to_say(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers((200, intent(status="requires_payment_method", latest_charge=None)))

        opened = provider.open(attempt(booking_id="bkg_1", number=2, tries=3))

        assert opened == Intent(
            id="pi_1",
            status=IntentStatus.REQUIRES_PAYMENT_METHOD,
            amount=10_000,
            client_secret="pi_1_secret_x",
        )
        (asked,) = wire.asked
        assert (asked.method, asked.path) == ("POST", "/v1/payment_intents")
        assert asked.form == {
            "amount": "10000",
            "currency": "usd",
            "automatic_payment_methods[enabled]": "true",
            "metadata[booking_id]": "bkg_1",
            "metadata[payment_type]": "deposit",
            "metadata[attempt]": "2",
        }
        assert asked.idempotency_key == "bkg_1:deposit:2:3"

    @pytest.mark.parametrize("status", [400, 402, 403])
    def test_what_stripe_refuses_has_failed(
        self, provider: PaymentProvider, wire: Wire, status: int
    ) -> None:
        wire.answers(refusal_entry(status))

        with pytest.raises(PaymentProviderFailed):
            provider.open(attempt())

    @pytest.mark.parametrize("code", ["amount_too_small", "amount_too_large"])
    def test_what_stripe_never_takes_is_not_told_as_a_failure(
        self, provider: PaymentProvider, wire: Wire, code: str
    ) -> None:
        wire.answers(refusal_entry(400, code=code))

        with pytest.raises(PaymentRefused):
            provider.open(attempt())

    def test_what_is_wrong_with_our_request_is_our_own_failure(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(refusal_entry(400, code="parameter_unknown"))

        with pytest.raises(PaymentRequestRejected):
            provider.open(attempt())

    @pytest.mark.parametrize(("stage", "live"), [("prod", False), ("staging", True)])
    def test_an_intent_of_the_other_mode_is_handed_to_nobody(
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
    def test_it_is_told_as_it_is(
        self, provider: PaymentProvider, wire: Wire, status: IntentStatus
    ) -> None:
        wire.answers((200, intent(status=status.value)))

        assert provider.intent("pi_1").status is status
        assert wire.asked[0].path == "/v1/payment_intents/pi_1"

    def test_one_of_ours_that_is_gone_is_a_failure(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(refusal_entry(404, code="resource_missing"))

        with pytest.raises(PaymentProviderFailed):
            provider.intent("pi_1")


class TestCancel:
    def test_it_is_canceled(self, provider: PaymentProvider, wire: Wire) -> None:
        wire.answers((200, intent(status="canceled")))

        assert provider.cancel("pi_1") is IntentStatus.CANCELED
        assert wire.asked[0].path == "/v1/payment_intents/pi_1/cancel"

    @pytest.mark.parametrize("status", ["succeeded", "processing", "canceled"])
    def test_one_that_has_gone_too_far_is_told_as_it_is(
        self, provider: PaymentProvider, wire: Wire, status: str
    ) -> None:
        wire.answers(
            refusal_entry(400, code="payment_intent_unexpected_state"), (200, intent(status=status))
        )

        assert provider.cancel("pi_1") == status

    @pytest.mark.parametrize(
        "answer", [refusal_entry(400, code="parameter_unknown"), refusal_entry(403)]
    )
    def test_another_refusal_is_a_failure(
        self, provider: PaymentProvider, wire: Wire, answer: Answer
    ) -> None:
        wire.answers(answer)

        with pytest.raises(PaymentProviderFailed):
            provider.cancel("pi_1")


class TestStatement:
    def test_a_payment_with_nothing_more(self, provider: PaymentProvider, wire: Wire) -> None:
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
        (asked,) = wire.asked
        assert asked.form == {"expand[0]": "latest_charge.refunds"}

    @pytest.mark.parametrize("charged", [None, charge(paid=False)])
    def test_one_that_nobody_has_paid(
        self, provider: PaymentProvider, wire: Wire, charged: Any
    ) -> None:
        wire.answers((200, intent(status="processing", amount_received=0, latest_charge=charged)))

        told = provider.snapshot("pi_1")

        assert told is not None
        assert (told.status, told.captured) == ("processing", 0)
        assert not told.has_captured

    def test_an_intent_that_stripe_does_not_know_is_none(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(refusal_entry(404, code="resource_missing"))

        assert provider.snapshot("pi_1") is None

    @pytest.mark.parametrize(
        "metadata",
        [
            {},
            METADATA | {"payment_type": "tip"},
            METADATA | {"attempt": ""},
            METADATA | {"attempt": "-1"},
            METADATA | {"attempt": "two"},
            {"booking_id": "bkg_1"},
            {"payment_type": "deposit", "attempt": "1"},
        ],
    )
    def test_one_that_somebody_else_has_made_is_none_of_ours(
        self, provider: PaymentProvider, wire: Wire, metadata: dict[str, str]
    ) -> None:
        wire.answers((200, intent(metadata=metadata)))

        assert provider.snapshot("pi_1") is None

    @pytest.mark.parametrize(
        "answer",
        [refusal_entry(400), refusal_entry(403), refusal_entry(400, code="resource_missing")],
    )
    def test_another_refusal_is_a_failure(
        self, provider: PaymentProvider, wire: Wire, answer: Answer
    ) -> None:
        wire.answers(answer)

        with pytest.raises(PaymentProviderFailed):
            provider.snapshot("pi_1")

    def test_a_provider_that_is_busy_is_unavailable(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(refusal_entry(429))

        with pytest.raises(PaymentProviderUnavailable):
            provider.snapshot("pi_1")


def stated(
    provider: PaymentProvider, wire: Wire, charged: dict[str, Any], *answers: Answer
) -> PaymentSnapshot:
    wire.answers((200, intent(latest_charge=charged)), *answers)
    told = provider.snapshot("pi_1")
    assert told is not None
    return told


class TestRefundsOfAStatement:
    @pytest.mark.parametrize("status", ProviderRefundStatus)
    def test_each_names_the_promise_that_it_keeps(
        self, provider: PaymentProvider, wire: Wire, status: ProviderRefundStatus
    ) -> None:
        told = stated(provider, wire, charge(refunds=refunds(refund(status=status.value))))

        assert told.refunds == (ProviderRefund("re_1", 9_700, status, "cancellation-2-1"),)

    @pytest.mark.parametrize("metadata", [None, {}, {"note": "by hand"}])
    def test_one_from_the_dashboard_names_none(
        self, provider: PaymentProvider, wire: Wire, metadata: dict[str, str] | None
    ) -> None:
        told = stated(provider, wire, charge(refunds=refunds(refund(metadata=metadata))))

        assert told.refunds[0].promise is None

    def test_they_are_told_oldest_first(self, provider: PaymentProvider, wire: Wire) -> None:
        newest_first = refunds(
            refund("re_c", created=MADE + 2),
            refund("re_b", created=MADE + 1),
            refund("re_a", created=MADE + 1),
        )

        told = stated(provider, wire, charge(refunds=newest_first))

        assert [each.id for each in told.refunds] == ["re_a", "re_b", "re_c"]
        assert len(wire.asked) == 1

    def test_more_than_fit_in_the_charge_are_read_page_by_page(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        told = stated(
            provider,
            wire,
            charge(refunds=refunds(refund("re_3"), more=True)),
            list_of(refund("re_3"), refund("re_2"), more=True),
            list_of(refund("re_1")),
        )

        assert [each.id for each in told.refunds] == ["re_1", "re_2", "re_3"]
        _, first, second = wire.asked
        assert (first.path, first.form) == (
            "/v1/refunds",
            {"payment_intent": "pi_1", "limit": "100"},
        )
        assert second.form["starting_after"] == "re_2"


class TestDisputesOfAStatement:
    @pytest.mark.parametrize(
        ("found", "status"),
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
    def test_they_stand_as_their_money_does(
        self, provider: PaymentProvider, wire: Wire, found: dict[str, Any], status: DisputeStatus
    ) -> None:
        told = stated(provider, wire, charge(disputed=True), list_of(found))

        (dispute_,) = told.disputes
        assert (dispute_.id, dispute_.amount, dispute_.status) == ("dp_1", 10_000, status)
        moved = [each["amount"] for each in found["balance_transactions"]]
        assert [each.amount for each in dispute_.movements] == moved
        assert wire.asked[1].path == "/v1/disputes"
        assert wire.asked[1].form == {"payment_intent": "pi_1", "limit": "100"}

    def test_their_movements_are_told_oldest_first_and_without_fees(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        found = dispute("won", -10_000, 6_000, -2_000)
        fee = found["balance_transactions"][0] | {"id": "txn_fee", "reporting_category": "fee"}
        found["balance_transactions"] = [*reversed(found["balance_transactions"]), fee]

        told = stated(provider, wire, charge(disputed=True), list_of(found))

        (dispute_,) = told.disputes
        assert dispute_.movements == (
            Movement("txn_0", -10_000),
            Movement("txn_1", 6_000),
            Movement("txn_2", -2_000),
        )

    def test_a_charge_that_was_never_disputed_is_not_asked_about(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        assert stated(provider, wire, charge()).disputes == ()
        assert len(wire.asked) == 1

    def test_they_are_told_oldest_first(self, provider: PaymentProvider, wire: Wire) -> None:
        newest_first = list_of(
            dispute("needs_response", id="dp_2", created=MADE + 9), dispute("lost", id="dp_1")
        )

        told = stated(provider, wire, charge(disputed=True), newest_first)

        assert [each.id for each in told.disputes] == ["dp_1", "dp_2"]


class TestSendRefund:
    def test_it_names_the_promise_and_each_attempt_has_its_key(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers((200, refund(status="pending")))

        provider.send_refund("bkg_1", OWED)

        (asked,) = wire.asked
        assert (asked.method, asked.path) == ("POST", "/v1/refunds")
        assert asked.form == {
            "payment_intent": "pi_1",
            "amount": "9700",
            "metadata[booking_id]": "bkg_1",
            "metadata[refund]": "cancellation-2-1",
        }
        assert asked.idempotency_key == "bkg_1:cancellation-2-1:3:9700"

    @pytest.mark.parametrize(
        ("code", "told", "is_final"),
        [
            ("charge_already_refunded", "charge_already_refunded", True),
            ("charge_not_refundable", "charge_not_refundable", True),
            ("charge_disputed", "charge_disputed", False),
            (None, "invalid_request", False),
        ],
    )
    def test_what_stripe_does_not_make_is_told_with_its_word_and_whether_it_ever_may(
        self, provider: PaymentProvider, wire: Wire, code: str | None, told: str, is_final: bool
    ) -> None:
        wire.answers(refusal_entry(400, code=code))

        with pytest.raises(RefundRefusedError) as refused:
            provider.send_refund("bkg_1", OWED)
        assert (refused.value.code, refused.value.is_final) == (told, is_final)

    def test_a_payment_that_is_locked_is_tried_again_at_once(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers(refusal_entry(400, code="lock_timeout"))

        with pytest.raises(PaymentProviderUnavailable):
            provider.send_refund("bkg_1", OWED)

    def test_another_refusal_is_a_failure(self, provider: PaymentProvider, wire: Wire) -> None:
        wire.answers(refusal_entry(403))

        with pytest.raises(PaymentProviderFailed):
            provider.send_refund("bkg_1", OWED)


class TestEvents:
    def test_they_are_those_that_we_handle_oldest_first(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        def event(name: str) -> dict[str, Any]:
            changed = {"id": "pi_1", "object": "payment_intent"}
            return {
                "id": name,
                "object": "event",
                "type": "payment_intent.succeeded",
                "created": MADE,
                "livemode": False,
                "data": {"object": changed},
            }

        wire.answers(list_of(event("evt_3"), event("evt_2"), more=True), list_of(event("evt_1")))

        found = list(provider.events(NOW - timedelta(minutes=15)))

        assert [each.id for each in found] == ["evt_1", "evt_2", "evt_3"]
        assert {each.payment for each in found} == {"pi_1"}
        form = wire.asked[0].form
        assert form["created[gte]"] == str(MADE - 900)
        assert {form[f"types[{n}]"] for n in range(len(HANDLED))} == set(HANDLED)


class TestMovements:
    def test_each_belongs_to_the_intent_of_its_source_before_fees(
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
        assert wire.asked[0].form["expand[0]"] == "data.source"


class TestWordsThatAreNewToUs:
    """Stripe's package types a status as any text, or none."""

    @pytest.mark.parametrize("status", [None, "under_review"])
    def test_of_a_refund_are_on_its_way(
        self, provider: PaymentProvider, wire: Wire, status: str | None
    ) -> None:
        wire.answers((200, intent(latest_charge=charge(refunds=refunds(refund(status=status))))))

        found = provider.snapshot("pi_1")

        assert found
        assert [each.status for each in found.refunds] == [ProviderRefundStatus.PENDING]

    def test_of_an_intent_are_a_failure_that_is_told(
        self, provider: PaymentProvider, wire: Wire
    ) -> None:
        wire.answers((200, intent(status="paused")))

        with pytest.raises(PaymentUnreadable):
            provider.snapshot("pi_1")
