"""`expand[]` replaces ids by objects where a request asks for it, and nowhere else."""

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe import spec
from tests.fakes.stripe.given import REFUND_FAILS, Caller, paid

INTENTS = "/v1/payment_intents"


def test_an_expanded_intent_has_its_charge_and_refunds(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake)
    refund_ids = [fake.refund(identifier, 100)["id"] for _ in range(2)]

    shown = stripe.get(f"{INTENTS}/{identifier}", **{"expand[]": "latest_charge.refunds"})

    charge = shown["latest_charge"]
    assert charge["object"] == "charge"
    assert [each["id"] for each in charge["refunds"]["data"]] == refund_ids[::-1]
    assert charge["refunds"]["url"] == f"/v1/charges/{charge['id']}/refunds"
    assert spec.complaints(shown) == []


def test_an_expanded_list_has_ten_objects_and_has_more(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake)
    for _ in range(11):
        fake.refund(identifier, 10)

    shown = stripe.get(f"{INTENTS}/{identifier}", **{"expand[]": "latest_charge.refunds"})

    assert len(shown["latest_charge"]["refunds"]["data"]) == 10
    assert shown["latest_charge"]["refunds"]["has_more"] is True


def test_ids_are_not_expanded_without_a_request(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake)
    fake.refund(identifier, 100)

    shown = stripe.get(f"{INTENTS}/{identifier}")

    assert isinstance(shown["latest_charge"], str)
    assert "refunds" not in stripe.get(f"/v1/charges/{shown['latest_charge']}")


def test_an_expanded_field_without_an_id_stays_null(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake, "4000002760003184")

    shown = stripe.get(f"{INTENTS}/{identifier}", **{"expand[]": "latest_charge.refunds"})

    assert shown["latest_charge"] is None


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        ("/v1/refunds", "charge"),
        ("/v1/refunds", "payment_intent"),
        ("/v1/refunds", "balance_transaction"),
        ("/v1/refunds", "failure_balance_transaction"),
        ("/v1/refunds", "charge.balance_transaction"),
        ("/v1/refunds", "payment_intent.latest_charge.refunds"),
        ("/v1/disputes", "charge"),
        ("/v1/disputes", "payment_intent"),
        ("/v1/charges", "balance_transaction"),
        ("/v1/charges", "payment_intent"),
        ("/v1/charges", "refunds"),
        ("/v1/charges", "refunds.data.charge"),
        ("/v1/payment_intents", "latest_charge.balance_transaction"),
        ("/v1/payment_intents", "payment_method"),
        ("/v1/balance_transactions", "source"),
    ],
)
def test_a_field_expands_in_an_object_and_in_a_list(
    fake: FakeStripe, stripe: Caller, path: str, expand: str
) -> None:
    identifier = paid(fake, REFUND_FAILS)
    fake.set_refund_status(fake.refund(identifier, 100)["id"], "failed")
    fake.dispute(identifier)
    (newest, *_) = stripe.get(path)["data"]

    one = stripe.get(f"{path}/{newest['id']}", **{"expand[]": expand})

    field = expand.split(".", maxsplit=1)[0]
    assert isinstance(one[field], dict)
    assert spec.complaints(one) == []
    if expand.count(".") < 3:
        listed = stripe.get(path, **{"expand[]": f"data.{expand}"})["data"]
        assert listed[0] == one


@pytest.mark.parametrize(
    ("path", "expand", "hint"),
    [
        (INTENTS, "latest_charge", "data.latest_charge"),
        (INTENTS, "data.nonsense", None),
        ("/v1/refunds", "data.charge.nonsense", None),
        ("/v1/refunds", "data.amount", None),
        ("/v1/balance_transactions", "data.source.nonsense", None),
    ],
)
def test_a_field_that_cannot_be_expanded_is_refused(
    stripe: Caller, path: str, expand: str, hint: str | None
) -> None:
    error = stripe.refused("GET", path, {"expand[]": expand})

    assert error["message"].startswith(f"This property cannot be expanded ({expand}).")
    assert (hint in error["message"]) if hint else ("You may want" not in error["message"])


def test_a_request_with_a_refused_expansion_has_no_effect(fake: FakeStripe, stripe: Caller) -> None:
    stripe.refused("POST", INTENTS, {"amount": 5_000, "currency": "usd", "expand[]": "nonsense"})

    assert fake.all_objects("payment_intents") == []


def test_an_expansion_deeper_than_four_levels_is_refused(stripe: Caller) -> None:
    deep = "data.latest_charge.payment_intent.latest_charge.refunds"

    error = stripe.refused("GET", INTENTS, {"expand[]": deep})

    assert "more than 4 levels" in error["message"]


def test_an_object_expands_in_the_answer_that_creates_it(fake: FakeStripe, stripe: Caller) -> None:
    refund = stripe.post(
        "/v1/refunds",
        {"payment_intent": paid(fake), "amount": 400, "expand[]": ["charge", "payment_intent"]},
    )

    assert refund["charge"]["amount_refunded"] == 400
    assert refund["payment_intent"]["object"] == "payment_intent"
