"""Each test card behaves as Stripe documents it."""

import pytest
from local.fakes.stripe.fake import FakeStripe, StripeError
from tests.fakes.stripe.given import CARD_ONLY, PARTY, Caller, intent, paid


@pytest.mark.parametrize(
    ("number", "name", "code", "decline_code"),
    [
        ("4000000000000002", "pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("4000000000000002", "pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        (
            "4000000000009995",
            "pm_card_chargeDeclinedInsufficientFunds",
            "card_declined",
            "insufficient_funds",
        ),
        ("4000000000009987", "pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
        ("4000000000009979", "pm_card_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
        ("4000000000000069", "pm_card_chargeDeclinedExpiredCard", "expired_card", None),
        ("4000000000000127", "pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
        ("4000000000000119", "pm_card_chargeDeclinedProcessingError", "processing_error", None),
    ],
)
def test_a_declined_card_returns_its_documented_codes(
    fake: FakeStripe, stripe: Caller, number: str, name: str, code: str, decline_code: str | None
) -> None:
    by_number = fake.pay(intent(stripe), number)["last_payment_error"]
    by_name = stripe.refused(
        "POST",
        "/v1/payment_intents",
        PARTY | CARD_ONLY | {"confirm": "true", "payment_method": name},
        status=402,
    )

    for error in (by_number, by_name):
        assert error["code"] == code
        assert error.get("decline_code") == decline_code


@pytest.mark.parametrize("name", ["pm_card_visa", "pm_card_mastercard", "pm_card_amex"])
def test_an_accepted_test_card_pays(fake: FakeStripe, stripe: Caller, name: str) -> None:
    assert fake.pay(intent(stripe), name)["status"] == "succeeded"


@pytest.mark.parametrize("number", ["4000002760003184", "4000 0025 0000 3155"])
def test_a_3d_secure_card_requires_authentication(
    fake: FakeStripe, stripe: Caller, number: str
) -> None:
    assert fake.pay(intent(stripe), number)["status"] == "requires_action"


def test_a_card_can_be_declined_after_authentication(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe)
    fake.pay(identifier, "4000008260003178")

    declined = fake.authenticate(identifier)

    assert declined["last_payment_error"]["decline_code"] == "insufficient_funds"


@pytest.mark.parametrize(
    ("number", "status"),
    [("4000000000000259", "needs_response"), ("4000000000001976", "warning_needs_response")],
)
def test_a_dispute_test_card_opens_a_dispute_at_once(
    fake: FakeStripe, number: str, status: str
) -> None:
    identifier = paid(fake, number)

    (dispute,) = fake.all_objects("disputes")
    assert dispute["payment_intent"] == identifier
    assert dispute["status"] == status
    assert dispute["reason"] == "fraudulent"


def test_an_unknown_card_number_is_refused(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe)

    with pytest.raises(StripeError) as refused:
        fake.pay(identifier, "1234567890123456")

    assert refused.value.status == 402
    assert refused.value.error["code"] == "incorrect_number"
    assert stripe.get(f"/v1/payment_intents/{identifier}")["last_payment_error"] is None


def test_an_intent_for_cards_refuses_a_bank_account(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe, CARD_ONLY)

    with pytest.raises(StripeError):
        fake.pay(identifier, "pm_usBankAccount_success")


def test_a_server_may_create_a_bank_account_payment_method(stripe: Caller) -> None:
    method = stripe.post(
        "/v1/payment_methods",
        {
            "type": "us_bank_account",
            "us_bank_account[account_number]": "000123456789",
            "us_bank_account[routing_number]": "110000000",
            "us_bank_account[account_holder_type]": "individual",
            "billing_details[name]": "Aiko",
        },
    )

    shown = stripe.get(f"/v1/payment_methods/{method['id']}")
    assert shown["us_bank_account"]["last4"] == "6789"
    assert shown["billing_details"]["name"] == "Aiko"
    assert stripe.refused("POST", "/v1/payment_methods", {"type": "sepa_debit"})["param"] == (
        "sepa_debit"
    )
