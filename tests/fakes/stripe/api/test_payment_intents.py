"""Payment intents from creation to payment or cancellation."""

import pytest
from local.fakes.stripe.fake import FakeStripe, StripeError
from tests.fakes.stripe.given import (
    AUTHENTICATED,
    BANK,
    CARD_ONLY,
    NOW,
    PARTY,
    VISA,
    Caller,
    intent,
    types_of,
)

BROWSER = "pk_test_fake"


def test_a_new_payment_intent_requires_a_payment_method(stripe: Caller) -> None:
    created = stripe.post("/v1/payment_intents", PARTY | {"metadata[booking_id]": "bk_1"})

    assert created["status"] == "requires_payment_method"
    assert created["amount"] == 10_000
    assert created["created"] == NOW
    assert created["metadata"] == {"booking_id": "bk_1"}
    assert created["client_secret"].startswith(f"{created['id']}_secret_")
    assert created["latest_charge"] is None


def test_a_payment_intent_confirmed_on_creation_is_paid(stripe: Caller) -> None:
    created = stripe.post(
        "/v1/payment_intents",
        PARTY | CARD_ONLY | {"confirm": "true", "payment_method": "pm_card_visa"},
    )

    assert created["status"] == "succeeded"
    assert created["payment_method"].startswith("pm_")


def test_a_server_must_send_a_return_url_to_confirm(fake: FakeStripe, stripe: Caller) -> None:
    parameters = PARTY | {"confirm": "true", "payment_method": "pm_card_visa"}

    error = stripe.refused("POST", "/v1/payment_intents", parameters)

    assert "return_url" in error["message"]
    assert fake.all_objects("payment_intents") == []
    paid_intent = stripe.post(
        "/v1/payment_intents", parameters | {"return_url": "https://a.example/done"}
    )
    assert paid_intent["status"] == "succeeded"


def test_an_intent_with_a_payment_method_requires_confirmation(stripe: Caller) -> None:
    identifier = intent(stripe, CARD_ONLY | {"payment_method": "pm_card_visa"})
    path = f"/v1/payment_intents/{identifier}"

    assert stripe.get(path)["status"] == "requires_confirmation"
    assert stripe.post(f"{path}/confirm")["status"] == "succeeded"


def test_an_intent_without_a_payment_method_cannot_be_confirmed(stripe: Caller) -> None:
    error = stripe.refused("POST", f"/v1/payment_intents/{intent(stripe, CARD_ONLY)}/confirm")

    assert error["code"] == "payment_intent_unexpected_state"


@pytest.mark.parametrize("status", ["new", "chosen", "authenticating"])
def test_an_unpaid_intent_can_be_cancelled(fake: FakeStripe, stripe: Caller, status: str) -> None:
    identifier = intent(stripe, {"payment_method": "pm_card_visa"} if status == "chosen" else {})
    if status == "authenticating":
        fake.pay(identifier, AUTHENTICATED)

    cancelled = stripe.post(
        f"/v1/payment_intents/{identifier}/cancel", {"cancellation_reason": "abandoned"}
    )

    assert cancelled["status"] == "canceled"
    assert cancelled["canceled_at"] == NOW
    assert cancelled["cancellation_reason"] == "abandoned"
    assert types_of(fake)[-1] == "payment_intent.canceled"


@pytest.mark.parametrize("status", ["succeeded", "processing", "canceled"])
def test_an_intent_in_a_final_or_processing_status_cannot_be_cancelled(
    fake: FakeStripe, stripe: Caller, status: str
) -> None:
    path = _in_status(fake, stripe, status)

    error = stripe.refused("POST", f"{path}/cancel")

    assert error["code"] == "payment_intent_unexpected_state"
    assert error["payment_intent"]["status"] == status


@pytest.mark.parametrize("status", ["succeeded", "processing", "canceled"])
def test_an_intent_in_a_final_or_processing_status_cannot_be_confirmed(
    fake: FakeStripe, stripe: Caller, status: str
) -> None:
    path = _in_status(fake, stripe, status)

    error = stripe.refused("POST", f"{path}/confirm", {"payment_method": "pm_card_visa"})

    assert error["code"] == "payment_intent_unexpected_state"
    with pytest.raises(StripeError):
        fake.pay(path.rpartition("/")[2])


@pytest.mark.parametrize("status", ["succeeded", "processing", "canceled"])
def test_an_intent_in_a_final_or_processing_status_keeps_its_amount(
    fake: FakeStripe, stripe: Caller, status: str
) -> None:
    path = _in_status(fake, stripe, status)

    error = stripe.refused("POST", path, {"amount": 20_000})

    assert error["code"] == "payment_intent_unexpected_state"
    assert stripe.post(path, {"metadata[note]": "x"})["metadata"] == {"note": "x"}
    stripe.refused("POST", path, {"payment_method": "pm_card_visa"})


def test_the_amount_of_an_unpaid_intent_can_be_updated(fake: FakeStripe, stripe: Caller) -> None:
    identifier = intent(stripe)
    fake.pay(identifier, AUTHENTICATED)

    changed = stripe.post(f"/v1/payment_intents/{identifier}", {"amount": 12_345})

    assert changed["amount"] == 12_345
    assert changed["status"] == "requires_confirmation"
    assert changed["next_action"] is None


def test_a_payment_method_can_be_chosen_later(stripe: Caller) -> None:
    path = f"/v1/payment_intents/{intent(stripe)}"

    chosen = stripe.post(path, {"payment_method": "pm_card_visa"})

    assert chosen["status"] == "requires_confirmation"


def test_a_card_number_from_a_server_is_refused(stripe: Caller) -> None:
    card = {"type": "card", "card[number]": VISA, "card[exp_month]": 1, "card[exp_year]": 2034}

    error = stripe.refused("POST", "/v1/payment_methods", card)

    assert "generally unsafe" in error["message"]


def _in_status(fake: FakeStripe, stripe: Caller, status: str) -> str:
    """Return the path of an intent in a status."""
    identifier = intent(stripe)
    if status == "canceled":
        stripe.post(f"/v1/payment_intents/{identifier}/cancel")
    else:
        fake.pay(identifier, BANK if status == "processing" else VISA)
    return f"/v1/payment_intents/{identifier}"


def test_an_amount_below_the_accounts_minimum_is_refused(fake: FakeStripe, stripe: Caller) -> None:
    fake.account.minimum_amount = 400

    error = stripe.refused("POST", "/v1/payment_intents", {"amount": 399, "currency": "usd"})

    assert (error["code"], error["param"]) == ("amount_too_small", "amount")
    assert error["message"] == "Amount must be at least $4.00 usd"
    assert stripe.post("/v1/payment_intents", {"amount": 400, "currency": "usd"})["amount"] == 400


def test_live_mode_is_marked_on_objects_and_their_events(fake: FakeStripe, stripe: Caller) -> None:
    fake.set_livemode(live=True)
    created = stripe.post("/v1/payment_intents", {"amount": 400, "currency": "usd"})
    fake.pay(created["id"])

    assert created["livemode"] is True
    assert {each["livemode"] for each in fake.all_objects("events")} == {True}
    assert {each["livemode"] for each in fake.all_objects("charges")} == {True}
