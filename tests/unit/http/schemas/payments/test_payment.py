"""The bodies of payment and refund requests."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from teppan.domain.bookings.dues import PaymentType
from teppan.http.body import RequestBody
from teppan.http.schemas.payments.payment import (
    ConfirmPaymentBody,
    CreatePaymentIntentBody,
    RefundPaymentBody,
)
from teppan.services.payments.refund_payment import RefundRequest

BOOKING_ID = "bkg_" + "a" * 26


def read[B: RequestBody](model: type[B], **body: Any) -> B:
    return model.model_validate_json(json.dumps(body))


class TestCreatePaymentIntent:
    @pytest.mark.parametrize("payment_type", PaymentType)
    def test_every_payment_type_is_accepted(self, payment_type: PaymentType) -> None:
        body = read(CreatePaymentIntentBody, booking_id=BOOKING_ID, payment_type=payment_type.value)

        assert (body.booking_id, body.to_type()) == (BOOKING_ID, payment_type)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"booking_id": BOOKING_ID},
            {"payment_type": "deposit"},
            {"booking_id": BOOKING_ID, "payment_type": "Deposit"},
            {"booking_id": BOOKING_ID, "payment_type": None},
            {"booking_id": BOOKING_ID + "a", "payment_type": "deposit"},
            {"booking_id": BOOKING_ID + "\n", "payment_type": "deposit"},
            {"booking_id": "bkg_" + "1" * 26, "payment_type": "deposit"},
            {"booking_id": BOOKING_ID, "payment_type": "deposit", "amount": 1},
            {"booking_id": BOOKING_ID, "payment_type": "deposit", "metadata": {}},
        ],
    )
    def test_an_amount_or_unknown_field_for_a_payment_is_refused(
        self, body: dict[str, Any]
    ) -> None:
        with pytest.raises(ValidationError):
            read(CreatePaymentIntentBody, **body)


class TestConfirmPayment:
    @pytest.mark.parametrize("intent", ["pi_1", "pi_" + "A9z" * 21 + "a"])
    def test_a_valid_payment_intent_id_is_accepted(self, intent: str) -> None:
        assert read(ConfirmPaymentBody, payment_intent_id=intent).payment_intent_id == intent

    @pytest.mark.parametrize(
        "intent",
        ["", "pi_", "ch_1", "pi_1\n", "pi_1/cancel", "pi_../1", "pi_é", "pi_" + "a" * 65, 1, None],
    )
    def test_an_invalid_payment_intent_id_is_refused(self, intent: object) -> None:
        """The id becomes a part of a path at Stripe."""
        with pytest.raises(ValidationError):
            read(ConfirmPaymentBody, payment_intent_id=intent)


class TestRefundPayment:
    @pytest.mark.parametrize(
        ("amount", "wanted"), [({}, None), ({"amount": 1}, 1), ({"amount": 10**9}, 10**9)]
    )
    def test_a_refund_amount_is_optional(self, amount: dict[str, int], wanted: int | None) -> None:
        body = read(RefundPaymentBody, booking_id=BOOKING_ID, reason="Cold rice", **amount)

        assert body.to_request() == RefundRequest(BOOKING_ID, "Cold rice", wanted)

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [("  Cold rice\n", "Cold rice"), ("One\nTwo", "One\nTwo"), ("x" * 500, "x" * 500)],
    )
    def test_the_reason_of_a_refund_is_stripped(self, sent: str, kept: str) -> None:
        assert read(RefundPaymentBody, booking_id=BOOKING_ID, reason=sent).to_request().reason == (
            kept
        )

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": 0},
            {"amount": -1},
            {"amount": 1.5},
            {"amount": 1.0},
            {"amount": "1"},
            {"amount": True},
            {"amount": None},
            {"reason": ""},
            {"reason": " \n\t "},
            {"reason": None},
            {"reason": "x" * 501},
            {"reason": "a\u0000b"},
            {"currency": "usd"},
        ],
    )
    def test_an_invalid_or_unknown_field_of_a_refund_is_refused(
        self, wrong: dict[str, Any]
    ) -> None:
        with pytest.raises(ValidationError):
            read(RefundPaymentBody, **{"booking_id": BOOKING_ID, "reason": "Cold rice"} | wrong)

    def test_a_refund_requires_a_reason(self) -> None:
        with pytest.raises(ValidationError):
            read(RefundPaymentBody, booking_id=BOOKING_ID)
