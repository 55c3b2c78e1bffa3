"""Payments: declined, authenticated, processed, and paid from a browser."""

import pytest
from local.fakes.stripe.fake import FakeStripe, StripeError
from tests.fakes.stripe.given import (
    AUTHENTICATED,
    BANK,
    CARD_ONLY,
    DECLINED,
    PARTY,
    VISA,
    Caller,
    intent,
    paid,
    types_of,
)

BROWSER = "pk_test_fake"


def test_a_payment_copies_its_metadata_into_the_charge(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe, {"metadata[booking_id]": "bk_1", "description": "Dinner"})

    paid_intent = fake.pay(identifier, VISA)
    stripe.post(f"/v1/payment_intents/{identifier}", {"metadata[booking_id]": "bk_2"})

    charge = stripe.get(f"/v1/charges/{paid_intent['latest_charge']}")
    assert paid_intent["status"] == "succeeded"
    assert paid_intent["amount_received"] == 10_000
    assert charge["status"] == "succeeded"
    assert charge["metadata"] == {"booking_id": "bk_1"}
    assert charge["description"] == "Dinner"
    assert charge["payment_intent"] == identifier


def test_a_payment_emits_its_events_in_order(fake: FakeStripe) -> None:
    paid(fake)

    assert types_of(fake) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]


def test_the_balance_transaction_comes_after_the_charge(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake)

    events = {event["type"]: event for event in fake.all_objects("events")}
    charge = stripe.get(f"/v1/payment_intents/{identifier}", **{"expand[]": "latest_charge"})
    assert events["charge.succeeded"]["data"]["object"]["balance_transaction"] is None
    assert charge["latest_charge"]["balance_transaction"].startswith("txn_")


def test_a_charge_captured_at_once_has_its_balance_transaction(fake: FakeStripe) -> None:
    paid(fake, parameters={"capture_method": "automatic"})

    assert "charge.updated" not in types_of(fake)
    (charge,) = fake.all_objects("charges")
    assert charge["balance_transaction"] is not None


def test_a_declined_payment_can_be_tried_again(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe)

    declined = fake.pay(identifier, DECLINED)
    paid_intent = fake.pay(identifier, VISA)

    assert declined["status"] == "requires_payment_method"
    assert declined["payment_method"] is None
    assert declined["last_payment_error"]["code"] == "card_declined"
    assert declined["last_payment_error"]["decline_code"] == "generic_decline"
    assert paid_intent["status"] == "succeeded"
    assert paid_intent["last_payment_error"] is None
    assert paid_intent["latest_charge"] != declined["latest_charge"]


def test_a_decline_is_402_and_shows_the_intent(stripe: Caller) -> None:
    identifier = intent(stripe, CARD_ONLY)

    error = stripe.refused(
        "POST",
        f"/v1/payment_intents/{identifier}/confirm",
        {"payment_method": "pm_card_chargeDeclined"},
        status=402,
    )

    assert error["type"] == "card_error"
    assert error["code"] == "card_declined"
    assert error["decline_code"] == "generic_decline"
    assert error["message"] == "Your card was declined."
    assert error["payment_intent"]["id"] == identifier
    assert error["payment_intent"]["status"] == "requires_payment_method"
    assert error["charge"] == error["payment_intent"]["latest_charge"]


def test_a_decline_on_creation_leaves_an_intent(fake: FakeStripe, stripe: Caller) -> None:
    error = stripe.refused(
        "POST",
        "/v1/payment_intents",
        PARTY | CARD_ONLY | {"confirm": "true", "payment_method": "pm_card_chargeDeclined"},
        status=402,
    )

    assert [each["id"] for each in fake.all_objects("payment_intents")] == [
        error["payment_intent"]["id"]
    ]


def test_authentication_comes_before_the_charge(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe)

    waiting = fake.pay(identifier, AUTHENTICATED, return_url="https://a.example/done")

    assert waiting["status"] == "requires_action"
    assert waiting["latest_charge"] is None
    assert waiting["next_action"]["type"] == "redirect_to_url"
    redirect = waiting["next_action"]["redirect_to_url"]
    assert redirect["url"].endswith(f"/authenticate/{waiting['client_secret']}")
    assert redirect["return_url"] == "https://a.example/done"
    paid_intent = fake.authenticate(identifier)
    assert paid_intent["status"] == "succeeded"
    assert paid_intent["next_action"] is None


def test_failed_authentication_fails_the_payment(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe)
    fake.pay(identifier, AUTHENTICATED)

    failed = fake.authenticate(identifier, succeed=False)

    assert failed["status"] == "requires_payment_method"
    assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert types_of(fake)[-2:] == [
        "payment_intent.requires_action",
        "payment_intent.payment_failed",
    ]


def test_a_payment_that_does_not_wait_cannot_be_authenticated(fake: FakeStripe) -> None:
    identifier = paid(fake)

    with pytest.raises(StripeError):
        fake.authenticate(identifier)


def test_a_bank_debit_is_processing_first(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe)

    waiting = fake.pay(identifier, BANK)
    paid_intent = fake.finish_processing(identifier)

    assert waiting["status"] == "processing"
    assert paid_intent["status"] == "succeeded"
    assert types_of(fake) == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    assert fake.balance_by_intent() == {identifier: 10_000}


def test_a_bank_debit_can_fail_after_processing(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe)
    fake.pay(identifier, BANK)

    failed = fake.finish_processing(identifier, succeed=False)

    assert failed["status"] == "requires_payment_method"
    assert types_of(fake)[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    kinds = [each["type"] for each in fake.all_objects("balance_transactions")]
    assert kinds == ["payment_failure_refund", "payment"]
    assert fake.balance_by_intent() == {identifier: 0}


def test_a_payment_that_is_not_processing_cannot_be_finished(fake: FakeStripe) -> None:
    identifier = paid(fake)

    with pytest.raises(StripeError):
        fake.finish_processing(identifier)


def test_a_browser_pays_with_the_client_secret(fake: FakeStripe, stripe: Caller) -> None:
    created = stripe.post("/v1/payment_intents", PARTY | {"metadata[booking_id]": "bk_1"})
    browser = Caller(fake, BROWSER)
    card = {"type": "card", "card[number]": VISA, "card[exp_month]": 1, "card[exp_year]": 2034}
    method = browser.post("/v1/payment_methods", card)

    paid_intent = browser.post(
        f"/v1/payment_intents/{created['id']}/confirm",
        {"client_secret": created["client_secret"], "payment_method": method["id"]},
    )

    assert paid_intent["status"] == "succeeded"
    assert "metadata" not in paid_intent
    assert "latest_charge" not in paid_intent


def test_a_browser_gets_fewer_fields_of_a_declined_intent(fake: FakeStripe, stripe: Caller) -> None:
    created = stripe.post("/v1/payment_intents", PARTY)

    error = Caller(fake, BROWSER).refused(
        "POST",
        f"/v1/payment_intents/{created['id']}/confirm",
        {"client_secret": created["client_secret"], "payment_method": "pm_card_chargeDeclined"},
        status=402,
    )

    assert "metadata" not in error["payment_intent"]


def test_a_browser_needs_the_client_secret(fake: FakeStripe, stripe: Caller) -> None:
    path = f"/v1/payment_intents/{intent(stripe)}"
    browser = Caller(fake, BROWSER)

    assert browser.refused("GET", path)["param"] == "client_secret"
    wrong = browser.refused("GET", path, {"client_secret": "pi_1_secret_2"}, status=404)
    assert wrong["code"] == "resource_missing"


def test_a_publishable_key_cannot_call_other_operations(fake: FakeStripe) -> None:
    browser = Caller(fake, BROWSER)

    error = browser.refused("POST", "/v1/refunds", {"payment_intent": paid(fake)}, status=403)

    assert error["code"] == "secret_key_required"


def test_a_confirmation_can_set_the_receipt_address(stripe: Caller) -> None:
    identifier = intent(stripe, CARD_ONLY)

    paid_intent = stripe.post(
        f"/v1/payment_intents/{identifier}/confirm",
        {"payment_method": "pm_card_visa", "receipt_email": "aiko@example.com"},
    )

    assert paid_intent["receipt_email"] == "aiko@example.com"
