"""The meaning of each refusal of Stripe."""

import inspect
from typing import Any

import pytest
import stripe
from tests.functions.emf import alarm_values
from tests.unit.conftest import LogLines

from teppan.domain.payments.errors import PaymentProviderUnavailable, PaymentRequestRejected
from teppan_payments.refusals import (
    _ANY_CALL,
    _BY_CALL,
    Meaning,
    RefusedError,
    StripeCall,
    error_for_refusal,
    meaning_of,
)


def invalid_request(code: str | None, **fields: Any) -> stripe.InvalidRequestError:
    """Return the error that Stripe's package raises for a refusal."""
    return stripe.InvalidRequestError(  # type: ignore[no-untyped-call]
        "aiko@example.com", fields.get("param"), code, http_status=400
    )


def test_every_known_error_code_is_a_code_of_stripe() -> None:
    """Stripe's package lists the documented codes in the type of a payment intent's error."""
    listed = inspect.getsource(stripe.PaymentIntent.LastPaymentError)
    ours = {code for table in (_ANY_CALL, *_BY_CALL.values()) for code in table}

    assert {code for code in ours if f'"{code}"' not in listed} == set()


@pytest.mark.parametrize(
    ("call", "code", "meaning"),
    [
        (StripeCall.OPEN, "amount_too_small", Meaning.FINAL),
        (StripeCall.OPEN, "amount_too_large", Meaning.FINAL),
        (StripeCall.OPEN, "parameter_invalid_integer", Meaning.OURS),
        (StripeCall.OPEN, "parameter_unknown", Meaning.OURS),
        (StripeCall.OPEN, "payment_method_unactivated", Meaning.OURS),
        (StripeCall.OPEN, "lock_timeout", Meaning.BUSY),
        (StripeCall.OPEN, None, Meaning.OURS),
        (StripeCall.RETRIEVE, "resource_missing", Meaning.FINAL),
        (StripeCall.RETRIEVE, None, Meaning.OURS),
        (StripeCall.CANCEL, "payment_intent_unexpected_state", Meaning.FINAL),
        (StripeCall.CANCEL, "resource_missing", Meaning.FINAL),
        (StripeCall.CANCEL, "lock_timeout", Meaning.BUSY),
        (StripeCall.REFUND, "charge_already_refunded", Meaning.FINAL),
        (StripeCall.REFUND, "charge_not_refundable", Meaning.FINAL),
        (StripeCall.REFUND, "charge_disputed", Meaning.DISPUTED),
        (StripeCall.REFUND, "insufficient_funds", Meaning.FOR_NOW),
        (StripeCall.REFUND, "idempotency_key_in_use", Meaning.BUSY),
        (StripeCall.REFUND, "a_code_to_come", Meaning.FOR_NOW),
        (StripeCall.REFUND, None, Meaning.FOR_NOW),
        (StripeCall.LIST, "parameter_unknown", Meaning.OURS),
        (StripeCall.LIST, "lock_timeout", Meaning.BUSY),
    ],
)
def test_the_meaning_of_an_error_code_depends_on_the_call(
    call: StripeCall, code: str | None, meaning: Meaning
) -> None:
    assert meaning_of(call, code) is meaning


def test_a_busy_refusal_raises_provider_unavailable() -> None:
    assert isinstance(
        error_for_refusal(StripeCall.OPEN, invalid_request("lock_timeout")),
        PaymentProviderUnavailable,
    )


def test_a_final_refusal_is_not_provider_unavailable() -> None:
    error = error_for_refusal(StripeCall.REFUND, invalid_request("charge_already_refunded"))

    assert isinstance(error, RefusedError)
    assert (error.code, error.meaning) == ("charge_already_refunded", Meaning.FINAL)


def test_a_refusal_that_is_our_fault_is_logged_raises_an_alarm_and_is_not_retried(
    logged: LogLines, capsys: pytest.CaptureFixture[str]
) -> None:
    error = error_for_refusal(
        StripeCall.OPEN, invalid_request("parameter_unknown", param="Chicken")
    )

    assert isinstance(error, PaymentRequestRejected)
    assert error.retry_after is None
    (line,) = logged()
    assert (line["call"], line["error_code"]) == ("open", "parameter_unknown")
    assert "aiko" not in str(line)
    assert "Chicken" not in str(line)
    assert alarm_values(capsys.readouterr().out, "PaymentRequestsRejected") == [1]
