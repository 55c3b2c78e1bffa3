"""Disputes: opened, answered and decided, with their balance transactions."""

import pytest
from local.fakes.stripe.fake import FakeStripe, StripeError
from tests.fakes.stripe.given import BANK, DISPUTED, NOW, Caller, Clock, intent, paid, types_of


def test_a_dispute_withdraws_the_disputed_amount_and_a_fee(
    fake: FakeStripe, stripe: Caller
) -> None:
    identifier = paid(fake)

    dispute = fake.dispute(identifier)

    assert dispute["status"] == "needs_response"
    assert dispute["amount"] == 10_000
    assert dispute["is_charge_refundable"] is False
    (withdrawn,) = dispute["balance_transactions"]
    assert (withdrawn["type"], withdrawn["reporting_category"]) == ("adjustment", "dispute")
    assert (withdrawn["amount"], withdrawn["fee"], withdrawn["net"]) == (-10_000, 1_500, -11_500)
    assert stripe.get(f"/v1/charges/{dispute['charge']}")["disputed"] is True
    assert types_of(fake)[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    assert fake.balance_by_intent() == {identifier: 0}


def test_a_won_dispute_reinstates_the_money(fake: FakeStripe) -> None:
    identifier = paid(fake)

    won = fake.close_dispute(fake.dispute(identifier)["id"], won=True)

    assert won["status"] == "won"
    assert [each["amount"] for each in won["balance_transactions"]] == [-10_000, 10_000]
    assert types_of(fake)[-3:] == [
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]
    assert fake.balance_by_intent() == {identifier: 10_000}


@pytest.mark.parametrize("won", [True, False])
def test_a_decided_dispute_can_reinstate_a_part_of_the_money(
    fake: FakeStripe, *, won: bool
) -> None:
    identifier = paid(fake)

    closed = fake.close_dispute(fake.dispute(identifier)["id"], won=won, reinstated=6_000)

    assert closed["status"] == ("won" if won else "lost")
    assert [each["amount"] for each in closed["balance_transactions"]] == [-10_000, 6_000]
    assert types_of(fake)[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]
    assert fake.balance_by_intent() == {identifier: 6_000}


def test_a_dispute_can_withdraw_in_parts_and_reinstate_later(fake: FakeStripe) -> None:
    identifier = paid(fake)
    dispute = fake.dispute(identifier, amount=4_000)["id"]

    fake.withdraw(dispute, 6_000)
    fake.close_dispute(dispute, won=True, reinstated=0)
    reinstated_later = fake.reinstate(dispute, 9_000)

    assert [each["amount"] for each in reinstated_later["balance_transactions"]] == [
        -4_000,
        -6_000,
        9_000,
    ]
    assert [each["fee"] for each in reinstated_later["balance_transactions"]] == [1_500, 0, 0]
    assert types_of(fake)[-1] == "charge.dispute.funds_reinstated"
    assert fake.balance_by_intent() == {identifier: 9_000}


def test_a_dispute_withdraws_at_most_the_charge_and_reinstates_at_most_the_withdrawals(
    fake: FakeStripe,
) -> None:
    dispute = fake.dispute(paid(fake), amount=4_000)["id"]

    with pytest.raises(StripeError):
        fake.withdraw(dispute, 6_001)
    with pytest.raises(StripeError):
        fake.reinstate(dispute, 1)  # it is open
    with pytest.raises(StripeError):
        fake.close_dispute(dispute, won=True, reinstated=4_001)


def test_an_inquiry_refuses_a_withdrawal(fake: FakeStripe) -> None:
    with pytest.raises(StripeError):
        fake.withdraw(fake.dispute(paid(fake), inquiry=True)["id"], 100)


def test_a_lost_dispute_reinstates_no_money(fake: FakeStripe) -> None:
    identifier = paid(fake)

    lost = fake.close_dispute(fake.dispute(identifier)["id"], won=False)

    assert lost["status"] == "lost"
    assert types_of(fake)[-1] == "charge.dispute.closed"
    assert fake.balance_by_intent() == {identifier: 0}


def test_an_accepted_dispute_is_lost(fake: FakeStripe, stripe: Caller) -> None:
    dispute = fake.dispute(paid(fake))

    assert stripe.post(f"/v1/disputes/{dispute['id']}/close")["status"] == "lost"


@pytest.mark.parametrize("won", [True, False])
def test_a_closed_dispute_cannot_be_closed_again(
    fake: FakeStripe, stripe: Caller, *, won: bool
) -> None:
    dispute = fake.dispute(paid(fake))["id"]
    fake.close_dispute(dispute, won=won)

    with pytest.raises(StripeError):
        fake.close_dispute(dispute, won=not won)
    stripe.refused("POST", f"/v1/disputes/{dispute}/close")
    stripe.refused("POST", f"/v1/disputes/{dispute}", {"evidence[uncategorized_text]": "Mine."})


def test_an_inquiry_moves_no_money(fake: FakeStripe) -> None:
    identifier = paid(fake)

    inquiry = fake.dispute(identifier, inquiry=True)
    closed = fake.close_dispute(inquiry["id"], won=True)

    assert inquiry["status"] == "warning_needs_response"
    assert inquiry["is_charge_refundable"] is True
    assert closed["status"] == "warning_closed"
    assert types_of(fake)[-2:] == ["charge.dispute.created", "charge.dispute.closed"]
    assert fake.balance_by_intent() == {identifier: 10_000}


def test_a_lost_inquiry_becomes_a_dispute_first(fake: FakeStripe) -> None:
    identifier = paid(fake)

    lost = fake.close_dispute(fake.dispute(identifier, inquiry=True)["id"], won=False)

    assert lost["status"] == "lost"
    assert types_of(fake)[-3:] == [
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ]
    assert fake.balance_by_intent() == {identifier: 0}


def test_an_escalated_inquiry_withdraws_the_money(fake: FakeStripe) -> None:
    identifier = paid(fake)

    dispute = fake.escalate_inquiry(fake.dispute(identifier, inquiry=True)["id"])

    assert dispute["status"] == "needs_response"
    assert dispute["payment_method_details"]["card"]["case_type"] == "chargeback"
    with pytest.raises(StripeError):
        fake.escalate_inquiry(dispute["id"])


def test_an_accepted_inquiry_is_closed(fake: FakeStripe, stripe: Caller) -> None:
    inquiry = fake.dispute(paid(fake), inquiry=True)

    assert stripe.post(f"/v1/disputes/{inquiry['id']}/close")["status"] == "warning_closed"


@pytest.mark.parametrize(
    ("evidence", "status"),
    [("winning_evidence", "won"), ("losing_evidence", "lost"), ("A menu.", "under_review")],
)
def test_stripes_test_evidence_decides_a_dispute(
    fake: FakeStripe, stripe: Caller, evidence: str, status: str
) -> None:
    path = f"/v1/disputes/{fake.dispute(paid(fake))['id']}"

    stripe.post(path, {"evidence[uncategorized_text]": evidence, "submit": "true"})

    shown = stripe.get(path)
    assert shown["status"] == status
    assert shown["evidence"]["uncategorized_text"] == evidence
    assert shown["evidence_details"]["submission_count"] == 1


def test_staged_dispute_evidence_is_not_submitted(fake: FakeStripe, stripe: Caller) -> None:
    path = f"/v1/disputes/{fake.dispute(paid(fake))['id']}"

    staged = stripe.post(path, {"evidence[uncategorized_text]": "A menu.", "submit": "false"})

    assert staged["status"] == "needs_response"
    assert staged["evidence_details"]["has_evidence"] is True
    assert types_of(fake)[-1] == "charge.dispute.updated"


def test_a_dispute_can_be_about_a_part_of_a_payment(fake: FakeStripe) -> None:
    identifier = paid(fake)

    dispute = fake.dispute(identifier, amount=2_500)

    assert dispute["amount"] == 2_500
    assert fake.balance_by_intent() == {identifier: 7_500}


def test_a_dispute_leaves_out_the_refunded_amount(fake: FakeStripe) -> None:
    identifier = paid(fake)
    fake.refund(identifier, 4_000)

    assert fake.dispute(identifier)["amount"] == 6_000


def test_a_dispute_that_is_too_high_a_second_one_or_unpaid_is_refused(
    fake: FakeStripe, stripe: Caller
) -> None:
    identifier = paid(fake)

    with pytest.raises(StripeError):
        fake.dispute(identifier, amount=10_001)
    fake.dispute(identifier)
    with pytest.raises(StripeError):
        fake.dispute(identifier)
    with pytest.raises(StripeError):
        fake.dispute(intent(stripe))
    with pytest.raises(StripeError):
        fake.dispute("pi_nobody")


def test_a_dispute_is_past_due_after_its_deadline(
    fake: FakeStripe, stripe: Caller, clock: Clock
) -> None:
    path = f"/v1/disputes/{fake.dispute(paid(fake))['id']}"
    details = stripe.get(path)["evidence_details"]
    assert details["due_by"] == NOW + 9 * 86_400
    assert details["past_due"] is False

    clock.advance(10 * 86_400)

    assert stripe.get(path)["evidence_details"]["past_due"] is True


def test_a_dispute_of_a_bank_debit_has_no_card_details(fake: FakeStripe) -> None:
    identifier = paid(fake, BANK)
    fake.finish_processing(identifier)

    assert "payment_method_details" not in fake.dispute(identifier)


def test_disputes_are_filtered_by_payment_intent(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake, DISPUTED)
    paid(fake, DISPUTED)

    (dispute,) = stripe.get("/v1/disputes", payment_intent=identifier)["data"]

    assert stripe.get("/v1/disputes", charge=dispute["charge"])["data"] == [dispute]
    assert dispute["payment_intent"] == identifier
