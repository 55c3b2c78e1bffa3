"""A payment intent's life, from its creation to its end."""

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


def test_a_new_intent_waits_for_a_payment_method(stripe: Caller) -> None:
    made = stripe.post("/v1/payment_intents", PARTY | {"metadata[booking_id]": "bk_1"})

    assert made["status"] == "requires_payment_method"
    assert made["amount"] == 10_000
    assert made["created"] == NOW
    assert made["metadata"] == {"booking_id": "bk_1"}
    assert made["client_secret"].startswith(f"{made['id']}_secret_")
    assert made["latest_charge"] is None


def test_a_confirmation_on_creation_pays(stripe: Caller) -> None:
    made = stripe.post(
        "/v1/payment_intents",
        PARTY | CARD_ONLY | {"confirm": "true", "payment_method": "pm_card_visa"},
    )

    assert made["status"] == "succeeded"
    assert made["payment_method"].startswith("pm_")


def test_a_server_that_confirms_says_where_to_return(fake: FakeStripe, stripe: Caller) -> None:
    given = PARTY | {"confirm": "true", "payment_method": "pm_card_visa"}

    error = stripe.refused("POST", "/v1/payment_intents", given)

    assert "return_url" in error["message"]
    assert fake.everything("payment_intents") == []
    done = stripe.post("/v1/payment_intents", given | {"return_url": "https://a.example/done"})
    assert done["status"] == "succeeded"


def test_a_payment_method_without_confirmation_waits_for_it(stripe: Caller) -> None:
    identifier = intent(stripe, CARD_ONLY | {"payment_method": "pm_card_visa"})
    path = f"/v1/payment_intents/{identifier}"

    assert stripe.get(path)["status"] == "requires_confirmation"
    assert stripe.post(f"{path}/confirm")["status"] == "succeeded"


def test_nothing_can_be_confirmed_without_a_payment_method(stripe: Caller) -> None:
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
def test_other_intents_cannot_be_cancelled(fake: FakeStripe, stripe: Caller, status: str) -> None:
    path = _in_status(fake, stripe, status)

    error = stripe.refused("POST", f"{path}/cancel")

    assert error["code"] == "payment_intent_unexpected_state"
    assert error["payment_intent"]["status"] == status


@pytest.mark.parametrize("status", ["succeeded", "processing", "canceled"])
def test_other_intents_cannot_be_confirmed(fake: FakeStripe, stripe: Caller, status: str) -> None:
    path = _in_status(fake, stripe, status)

    error = stripe.refused("POST", f"{path}/confirm", {"payment_method": "pm_card_visa"})

    assert error["code"] == "payment_intent_unexpected_state"
    with pytest.raises(StripeError):
        fake.pay(path.rpartition("/")[2])


@pytest.mark.parametrize("status", ["succeeded", "processing", "canceled"])
def test_other_intents_keep_their_amount(fake: FakeStripe, stripe: Caller, status: str) -> None:
    path = _in_status(fake, stripe, status)

    error = stripe.refused("POST", path, {"amount": 20_000})

    assert error["code"] == "payment_intent_unexpected_state"
    assert stripe.post(path, {"metadata[note]": "x"})["metadata"] == {"note": "x"}
    stripe.refused("POST", path, {"payment_method": "pm_card_visa"})


def test_the_amount_of_an_unpaid_intent_changes(fake: FakeStripe, stripe: Caller) -> None:
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


def test_a_server_sends_no_card_numbers(stripe: Caller) -> None:
    card = {"type": "card", "card[number]": VISA, "card[exp_month]": 1, "card[exp_year]": 2034}

    error = stripe.refused("POST", "/v1/payment_methods", card)

    assert "generally unsafe" in error["message"]


def _in_status(fake: FakeStripe, stripe: Caller, status: str) -> str:
    """The path of an intent in that status."""
    identifier = intent(stripe)
    if status == "canceled":
        stripe.post(f"/v1/payment_intents/{identifier}/cancel")
    else:
        fake.pay(identifier, BANK if status == "processing" else VISA)
    return f"/v1/payment_intents/{identifier}"


def test_the_least_amount_is_that_of_the_account(fake: FakeStripe, stripe: Caller) -> None:
    fake.account.minimum = 400

    error = stripe.refused("POST", "/v1/payment_intents", {"amount": 399, "currency": "usd"})

    assert (error["code"], error["param"]) == ("amount_too_small", "amount")
    assert error["message"] == "Amount must be at least $4.00 usd"
    assert stripe.post("/v1/payment_intents", {"amount": 400, "currency": "usd"})["amount"] == 400


def test_what_is_of_live_money_says_so_and_so_do_its_events(
    fake: FakeStripe, stripe: Caller
) -> None:
    fake.set_livemode(live=True)
    made = stripe.post("/v1/payment_intents", {"amount": 400, "currency": "usd"})
    fake.pay(made["id"])

    assert made["livemode"] is True
    assert {each["livemode"] for each in fake.everything("events")} == {True}
    assert {each["livemode"] for each in fake.everything("charges")} == {True}
