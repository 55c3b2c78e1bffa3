"""Balance transactions: fees, lists, and when money becomes available."""

from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe.given import DISPUTED, NOW, PARTY, Caller, Clock, paid

PATH = "/v1/balance_transactions"


def test_a_charge_has_stripes_fee(fake: FakeStripe, stripe: Caller) -> None:
    paid(fake, parameters={"amount": 12_345})

    (transaction,) = stripe.get(PATH)["data"]

    assert transaction["type"] == "charge"
    assert transaction["amount"] == 12_345
    assert transaction["fee"] == 358 + 30
    assert transaction["net"] == 12_345 - 388
    assert [fee["amount"] for fee in transaction["fee_details"]] == [388]


def test_a_refund_does_not_return_the_fee(fake: FakeStripe, stripe: Caller) -> None:
    refund = fake.refund(paid(fake), 2_000)

    transaction = stripe.get(f"{PATH}/{refund['balance_transaction']}")

    assert (transaction["amount"], transaction["fee"], transaction["net"]) == (-2_000, 0, -2_000)
    assert transaction["source"] == refund["id"]


def test_a_balance_transaction_becomes_available_after_two_days(
    fake: FakeStripe, stripe: Caller, clock: Clock
) -> None:
    paid(fake)
    assert stripe.get(PATH)["data"][0]["status"] == "pending"
    assert stripe.get(PATH)["data"][0]["available_on"] == NOW + 2 * 86_400

    clock.advance(2 * 86_400)

    assert stripe.get(PATH)["data"][0]["status"] == "available"


def test_balance_transactions_are_filtered_by_type_and_source(
    fake: FakeStripe, stripe: Caller
) -> None:
    refund = fake.refund(paid(fake), 2_000)
    paid(fake, DISPUTED)

    adjustments = stripe.get(PATH, type="adjustment")["data"]
    of_refund = stripe.get(PATH, source=refund["id"])["data"]

    assert [each["reporting_category"] for each in adjustments] == ["dispute"]
    assert [each["id"] for each in of_refund] == [refund["balance_transaction"]]
    assert stripe.get(PATH, currency="eur")["data"] == []


def test_the_source_of_a_balance_transaction_expands_to_its_object(
    fake: FakeStripe, stripe: Caller
) -> None:
    fake.refund(paid(fake), 2_000)
    paid(fake, DISPUTED)

    page = stripe.get(PATH, **{"expand[]": "data.source"})

    assert [each["source"]["object"] for each in page["data"]] == [
        "dispute",
        "charge",
        "refund",
        "charge",
    ]
    assert {each["source"]["payment_intent"] for each in page["data"]} == set(
        fake.balance_by_intent()
    )


def test_the_fake_has_no_payouts(stripe: Caller) -> None:
    assert stripe.refused("GET", PATH, {"payout": "po_1"})["code"] == "parameter_unknown"


def test_a_bank_debit_has_a_lower_fee(fake: FakeStripe, stripe: Caller) -> None:
    from local.fakes.stripe.account.balance import processing_fee

    assert processing_fee(int(PARTY["amount"]), "us_bank_account") == 80
    assert processing_fee(10_000_000, "us_bank_account") == 500
