"""Refunds: their limits, and their statuses until the end."""

import pytest
from local.fakes.stripe.fake import FakeStripe, StripeError
from tests.fakes.stripe.given import (
    BANK,
    DISPUTED,
    INQUIRED,
    REFUND_FAILS,
    REFUND_PENDS,
    Caller,
    Clock,
    intent,
    paid,
    types_of,
)

REFUNDS = "/v1/refunds"


def test_a_refund_without_an_amount_refunds_the_rest(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake)
    stripe.post(REFUNDS, {"payment_intent": identifier, "amount": 3_000})

    rest = stripe.post(REFUNDS, {"payment_intent": identifier})

    assert rest["amount"] == 7_000
    assert rest["status"] == "succeeded"
    charge = stripe.get(f"/v1/charges/{rest['charge']}")
    assert charge["amount_refunded"] == 10_000
    assert charge["refunded"] is True


def test_a_refund_of_a_charge_has_its_payment_intent(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake)
    charge = stripe.get(f"/v1/payment_intents/{identifier}")["latest_charge"]

    refund = stripe.post(
        REFUNDS,
        {"charge": charge, "amount": 1, "reason": "duplicate", "metadata[refund_id]": "ref_1"},
    )

    assert refund["payment_intent"] == identifier
    assert refund["reason"] == "duplicate"
    assert refund["metadata"] == {"refund_id": "ref_1"}


def test_a_refund_emits_its_events(fake: FakeStripe) -> None:
    identifier = paid(fake)

    fake.refund(identifier, 500)

    assert types_of(fake)[-2:] == ["refund.created", "charge.refunded"]
    newest = fake.all_objects("events")[0]
    assert newest["data"]["object"]["amount_refunded"] == 500
    assert newest["data"]["previous_attributes"] == {"amount_refunded": 0, "refunded": False}


def test_a_refund_in_the_dashboard_has_no_metadata_of_ours(fake: FakeStripe) -> None:
    identifier = paid(fake, parameters={"metadata[booking_id]": "bk_1"})

    refund = fake.refund(identifier, 500)

    assert refund["metadata"] == {}
    event = fake.all_objects("events")[0]
    assert event["request"] == {"id": None, "idempotency_key": None}


def test_a_refund_above_the_rest_of_the_charge_is_refused(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake)
    stripe.post(REFUNDS, {"payment_intent": identifier, "amount": 4_000})

    error = stripe.refused("POST", REFUNDS, {"payment_intent": identifier, "amount": 6_001})

    assert error["param"] == "amount"
    assert error["message"] == (
        "Refund amount ($60.01) is greater than unrefunded amount on charge ($60.00)"
    )
    assert fake.balance_by_intent() == {identifier: 6_000}


def test_a_fully_refunded_charge_cannot_be_refunded(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake)
    stripe.post(REFUNDS, {"payment_intent": identifier})

    error = stripe.refused("POST", REFUNDS, {"payment_intent": identifier})

    assert error["code"] == "charge_already_refunded"


@pytest.mark.parametrize(
    ("parameters", "code", "param"),
    [
        ({"payment_intent": "pi_nobody"}, "resource_missing", "payment_intent"),
        ({"charge": "ch_nobody"}, "resource_missing", "charge"),
        ({}, "parameter_missing", None),
        ({"payment_intent": ""}, "parameter_invalid_empty", "payment_intent"),
        ({"payment_intent": "pi_1", "amount": 0}, "parameter_invalid_integer", "amount"),
        ({"payment_intent": "pi_1", "amount": -5}, "parameter_invalid_integer", "amount"),
        ({"payment_intent": "pi_1", "reason": "boredom"}, None, "reason"),
    ],
)
def test_a_refund_without_a_payment_or_with_an_invalid_amount_is_refused(
    stripe: Caller, parameters: dict[str, object], code: str | None, param: str | None
) -> None:
    error = stripe.refused("POST", REFUNDS, parameters)

    assert error.get("code") == code
    assert error.get("param") == param


def test_an_unpaid_payment_intent_cannot_be_refunded(fake: FakeStripe, stripe: Caller) -> None:
    unpaid = intent(stripe)
    declined = paid(fake, "4000000000000002")
    processing = paid(fake, BANK)

    for identifier in (unpaid, declined, processing):
        error = stripe.refused("POST", REFUNDS, {"payment_intent": identifier})
        assert error["message"] == (
            f"This PaymentIntent ({identifier}) does not have a successful charge to refund."
        )
        with pytest.raises(StripeError):
            fake.refund(identifier, 100)


def test_a_refund_refuses_a_charge_of_another_payment_intent(
    fake: FakeStripe, stripe: Caller
) -> None:
    one, other = paid(fake), paid(fake)
    charge = stripe.get(f"/v1/payment_intents/{other}")["latest_charge"]

    error = stripe.refused("POST", REFUNDS, {"payment_intent": one, "charge": charge})

    assert error["param"] == "charge"


def test_a_disputed_charge_is_not_refunded(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake, DISPUTED)

    error = stripe.refused("POST", REFUNDS, {"payment_intent": identifier})

    assert error["code"] == "charge_disputed"


def test_a_charge_is_refunded_during_an_inquiry_and_after_a_won_dispute(
    fake: FakeStripe, stripe: Caller
) -> None:
    inquired, won = paid(fake, INQUIRED), paid(fake, DISPUTED)
    fake.close_dispute(fake.all_objects("disputes")[0]["id"], won=True)

    for identifier in (inquired, won):
        assert stripe.post(REFUNDS, {"payment_intent": identifier})["status"] == "succeeded"


def test_a_refund_may_fail_after_it_succeeded(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake, REFUND_FAILS)
    refund = stripe.post(REFUNDS, {"payment_intent": identifier})

    failed = fake.set_refund_status(refund["id"], "failed")

    assert refund["status"] == "succeeded"
    assert failed["status"] == "failed"
    assert failed["failure_reason"] == "declined"
    returned = stripe.get(f"/v1/balance_transactions/{failed['failure_balance_transaction']}")
    assert returned["type"] == "refund_failure"
    assert returned["amount"] == 10_000
    assert stripe.get(f"/v1/charges/{refund['charge']}")["amount_refunded"] == 0
    assert types_of(fake)[-3:] == ["refund.updated", "charge.refund.updated", "refund.failed"]
    assert fake.balance_by_intent() == {identifier: 10_000}
    assert stripe.post(REFUNDS, {"payment_intent": identifier})["amount"] == 10_000


def test_a_pending_refund_counts_as_refunded_and_then_succeeds(
    fake: FakeStripe, stripe: Caller
) -> None:
    identifier = paid(fake, REFUND_PENDS)

    refund = stripe.post(REFUNDS, {"payment_intent": identifier, "amount": 6_000})

    assert refund["status"] == "pending"
    assert refund["pending_reason"] == "processing"
    stripe.refused("POST", REFUNDS, {"payment_intent": identifier, "amount": 4_001})
    arrived = fake.set_refund_status(refund["id"], "succeeded")
    assert arrived["status"] == "succeeded"
    assert "pending_reason" not in arrived
    assert types_of(fake)[-2:] == ["refund.updated", "charge.refund.updated"]


@pytest.mark.parametrize("end", ["failed", "canceled"])
def test_a_pending_refund_that_fails_or_is_cancelled_returns_its_amount(
    fake: FakeStripe, stripe: Caller, end: str
) -> None:
    identifier = paid(fake, REFUND_PENDS)
    refund = stripe.post(REFUNDS, {"payment_intent": identifier, "amount": 6_000})

    fake.set_refund_status(refund["id"], end)

    assert stripe.post(REFUNDS, {"payment_intent": identifier})["amount"] == 10_000
    assert types_of(fake).count("refund.failed") == (1 if end == "failed" else 0)


def test_a_refund_that_requires_action_can_be_cancelled(fake: FakeStripe, stripe: Caller) -> None:
    refund = stripe.post(REFUNDS, {"payment_intent": paid(fake, REFUND_PENDS)})
    path = f"{REFUNDS}/{refund['id']}"
    assert "pending" in stripe.refused("POST", f"{path}/cancel")["message"]

    fake.set_refund_status(refund["id"], "requires_action")
    again = fake.set_refund_status(refund["id"], "pending")
    waiting = fake.set_refund_status(refund["id"], "requires_action")
    cancelled = stripe.post(f"{path}/cancel")

    assert again["pending_reason"] == "processing"
    assert waiting["next_action"]["type"] == "display_details"
    assert cancelled["status"] == "canceled"
    assert cancelled["failure_reason"] == "merchant_request"
    assert "next_action" not in cancelled


NEXT_STATUSES = {
    "pending": {"requires_action", "succeeded", "failed", "canceled"},
    "requires_action": {"pending", "succeeded", "failed", "canceled"},
    "succeeded": {"failed"},
    "failed": set(),
    "canceled": set(),
}
"""As https://docs.stripe.com/refunds describes them; a succeeded refund may still fail."""


@pytest.mark.parametrize("then", NEXT_STATUSES)
@pytest.mark.parametrize("first", NEXT_STATUSES)
def test_a_refund_changes_its_status_only_as_refunds_at_stripe_do(
    fake: FakeStripe, stripe: Caller, first: str, then: str
) -> None:
    refund = stripe.post(REFUNDS, {"payment_intent": paid(fake, REFUND_PENDS)})
    if first != "pending":
        fake.set_refund_status(refund["id"], first)

    if then in NEXT_STATUSES[first]:
        assert fake.set_refund_status(refund["id"], then)["status"] == then
    else:
        with pytest.raises(StripeError):
            fake.set_refund_status(refund["id"], then)
        assert stripe.get(f"{REFUNDS}/{refund['id']}")["status"] == first


def test_refunds_of_test_cards_end_after_their_time(
    fake: FakeStripe, stripe: Caller, clock: Clock
) -> None:
    failing = fake.refund(paid(fake, REFUND_FAILS), 100)["id"]
    pending = fake.refund(paid(fake, REFUND_PENDS), 100)["id"]
    other = fake.refund(paid(fake), 100)["id"]

    fake.end_due_refunds(5)
    clock.advance(6)
    fake.end_due_refunds(5)
    fake.end_due_refunds(5)

    assert stripe.get(f"{REFUNDS}/{failing}")["status"] == "failed"
    assert stripe.get(f"{REFUNDS}/{pending}")["status"] == "succeeded"
    assert stripe.get(f"{REFUNDS}/{other}")["status"] == "succeeded"


def test_the_metadata_of_a_refund_can_be_updated(fake: FakeStripe, stripe: Caller) -> None:
    refund = fake.refund(paid(fake), 100)

    changed = stripe.post(f"{REFUNDS}/{refund['id']}", {"metadata[a]": "1"})

    assert changed["metadata"] == {"a": "1"}
    assert types_of(fake)[-2:] == ["refund.updated", "charge.refund.updated"]


def test_a_refund_of_a_bank_debit_is_a_payment_refund(fake: FakeStripe) -> None:
    identifier = paid(fake, BANK)
    fake.finish_processing(identifier)

    refund = fake.refund(identifier, 100)

    assert refund["id"].startswith("pyr_")
    assert fake.all_objects("balance_transactions")[0]["type"] == "payment_refund"


def test_an_unknown_refund_is_404(stripe: Caller) -> None:
    error = stripe.refused("GET", f"{REFUNDS}/re_nobody", status=404)

    assert error["code"] == "resource_missing"
    assert error["message"] == "No such refund: 're_nobody'"


def test_a_bank_debit_can_be_refunded_for_180_days(
    fake: FakeStripe, stripe: Caller, clock: Clock
) -> None:
    identifier = paid(fake, BANK)
    fake.finish_processing(identifier)
    clock.advance(180 * 86_400)
    stripe.post(REFUNDS, {"payment_intent": identifier, "amount": 1})
    clock.advance(1)

    error = stripe.refused("POST", REFUNDS, {"payment_intent": identifier, "amount": 1})

    assert (error["type"], error["code"]) == ("invalid_request_error", "charge_not_refundable")
