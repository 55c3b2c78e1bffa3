"""Every object, in every state that any steps lead to, is as Stripe's document says."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from local.fakes.stripe.fake import FakeStripe, StripeError
from local.fakes.stripe.objects import Json
from local.fakes.stripe.payments.cards import CARDS
from tests.fakes.stripe import spec
from tests.fakes.stripe.given import Caller, Clock
from tests.sizes import examples

_KINDS = (
    "payment_intents",
    "charges",
    "refunds",
    "disputes",
    "balance_transactions",
    "payment_methods",
    "events",
    "webhook_endpoints",
)


def _walk(fake: FakeStripe, clock: Clock, choices: random.Random, steps: int) -> None:
    """Do whatever comes to the mind of chance; much of it is refused."""
    stripe = Caller(fake)

    def some(kind: str) -> str:
        there = fake.everything(kind)
        return str(choices.choice(there)["id"]) if there else "none"

    def create() -> object:
        card = choices.choice(CARDS)
        given: Json = {"amount": choices.randint(50, 90_000), "currency": "usd"}
        if card.kind == "sepa_debit":
            given["currency"] = "eur"
        given |= choices.choice(
            (
                {"description": "Dinner", "metadata[booking_id]": "b_1"},
                {"shipping[name]": "Aiko", "shipping[address][city]": "Fresno"},
                {"capture_method": "automatic", "receipt_email": "aiko@example.com"},
                {"statement_descriptor_suffix": "DINNER", "payment_method_types[]": card.kind},
            )
        )
        made = stripe.send("POST", "/v1/payment_intents", given).json()
        return fake.pay(made["id"], card.number)

    moves: tuple[Callable[[], object], ...] = (
        create,
        create,
        lambda: fake.authenticate(some("payment_intents"), succeed=choices.random() < 0.7),
        lambda: fake.settle(some("payment_intents"), succeed=choices.random() < 0.7),
        lambda: stripe.send("POST", f"/v1/payment_intents/{some('payment_intents')}/cancel"),
        lambda: stripe.send(
            "POST", f"/v1/payment_intents/{some('payment_intents')}", {"metadata[a]": "1"}
        ),
        lambda: fake.refund(some("payment_intents"), choices.randint(1, 40_000)),
        lambda: fake.settle_refund(
            some("refunds"),
            choices.choice(("pending", "requires_action", "succeeded", "failed", "canceled")),
        ),
        lambda: stripe.send("POST", f"/v1/refunds/{some('refunds')}/cancel"),
        lambda: stripe.send("POST", f"/v1/refunds/{some('refunds')}", {"metadata[a]": "1"}),
        lambda: fake.dispute(some("payment_intents"), inquiry=choices.random() < 0.5),
        lambda: fake.close_dispute(some("disputes"), won=choices.random() < 0.5),
        lambda: fake.escalate_inquiry(some("disputes")),
        lambda: stripe.send(
            "POST", f"/v1/disputes/{some('disputes')}", {"evidence[uncategorized_text]": "Mine."}
        ),
        lambda: clock.advance(choices.choice((1, 3_600, 200_000))),
    )
    for _ in range(steps):
        try:
            choices.choice(moves)()
        except StripeError:
            continue


@settings(max_examples=examples(12), deadline=None)
@drawn(seed=st.integers(0, 2**32))
def test_objects_and_snapshots_are_as_documented_in_every_state(seed: int) -> None:
    clock = Clock()
    fake = FakeStripe(clock=clock, seed=seed)
    fake.outbox.subscribe("https://example.com/hooks")

    _walk(fake, clock, random.Random(seed), 40)

    wrong = {
        (thing["object"], complaint)
        for kind in _KINDS
        for thing in fake.everything(kind)
        for complaint in spec.complaints(thing)
    }
    wrong |= {
        (event["type"], complaint)
        for event in fake.everything("events")
        for complaint in spec.complaints(event["data"]["object"])
    }
    assert not wrong


@settings(max_examples=examples(40), deadline=None)
@drawn(seed=st.integers(0, 2**32))
def test_the_balance_adds_up_whatever_happens(seed: int) -> None:
    clock = Clock()
    fake = FakeStripe(clock=clock, seed=seed)

    _walk(fake, clock, random.Random(seed), 80)

    expected: dict[str, int] = {}
    for charge in fake.everything("charges"):
        if charge["balance_transaction"] is not None:
            kept = charge["amount"] if charge["status"] != "failed" else 0
            expected[charge["payment_intent"]] = expected.get(charge["payment_intent"], 0) + kept
    for refund in fake.everything("refunds"):
        if refund["status"] not in ("failed", "canceled"):
            expected[refund["payment_intent"]] -= refund["amount"]
    for dispute in fake.everything("disputes"):
        if dispute["status"] in ("needs_response", "under_review", "lost"):
            expected[dispute["payment_intent"]] -= dispute["amount"]
    assert fake.balance_by_intent() == expected


@settings(max_examples=examples(40), deadline=None)
@drawn(seed=st.integers(0, 2**32))
def test_a_charge_counts_its_refunds_whatever_happens(seed: int) -> None:
    clock = Clock()
    fake = FakeStripe(clock=clock, seed=seed)

    _walk(fake, clock, random.Random(seed), 80)

    for charge in fake.everything("charges"):
        counted = sum(
            refund["amount"]
            for refund in fake.everything("refunds")
            if refund["charge"] == charge["id"] and refund["status"] not in ("failed", "canceled")
        )
        assert charge["amount_refunded"] == counted <= charge["amount"]
        assert charge["refunded"] == (counted == charge["amount"])


@pytest.mark.parametrize("answer", ["deleted", "created"])
def test_a_webhook_endpoint_answers_as_documented(stripe: Caller, answer: str) -> None:
    made = stripe.post(
        "/v1/webhook_endpoints",
        {"url": "https://example.com/hooks", "enabled_events[]": "charge.refunded"},
    )

    if answer == "created":
        assert spec.complaints(made) == []
    else:
        deleted = stripe.delete(f"/v1/webhook_endpoints/{made['id']}")
        assert spec.complaints(deleted, "deleted_webhook_endpoint") == []
