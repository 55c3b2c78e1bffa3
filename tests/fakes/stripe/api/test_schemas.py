"""Every object in every reachable state matches Stripe's OpenAPI document."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from local.fakes.stripe.cards import CARDS
from local.fakes.stripe.fake import FakeStripe, StripeError
from local.fakes.stripe.objects import Json
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


def _take_random_steps(fake: FakeStripe, clock: Clock, choices: random.Random, steps: int) -> None:
    """Take random steps; the fake refuses many of them."""
    stripe = Caller(fake)

    def random_id(kind: str) -> str:
        objects = fake.all_objects(kind)
        return str(choices.choice(objects)["id"]) if objects else "none"

    def create() -> object:
        card = choices.choice(CARDS)
        parameters: Json = {"amount": choices.randint(50, 90_000), "currency": "usd"}
        if card.kind == "sepa_debit":
            parameters["currency"] = "eur"
        parameters |= choices.choice(
            (
                {"description": "Dinner", "metadata[booking_id]": "b_1"},
                {"shipping[name]": "Aiko", "shipping[address][city]": "Fresno"},
                {"capture_method": "automatic", "receipt_email": "aiko@example.com"},
                {"statement_descriptor_suffix": "DINNER", "payment_method_types[]": card.kind},
            )
        )
        created = stripe.send("POST", "/v1/payment_intents", parameters).json()
        return fake.pay(created["id"], card.number)

    steps_to_choose: tuple[Callable[[], object], ...] = (
        create,
        create,
        lambda: fake.authenticate(random_id("payment_intents"), succeed=choices.random() < 0.7),
        lambda: fake.finish_processing(
            random_id("payment_intents"), succeed=choices.random() < 0.7
        ),
        lambda: stripe.send("POST", f"/v1/payment_intents/{random_id('payment_intents')}/cancel"),
        lambda: stripe.send(
            "POST", f"/v1/payment_intents/{random_id('payment_intents')}", {"metadata[a]": "1"}
        ),
        lambda: fake.refund(random_id("payment_intents"), choices.randint(1, 40_000)),
        lambda: fake.set_refund_status(
            random_id("refunds"),
            choices.choice(("pending", "requires_action", "succeeded", "failed", "canceled")),
        ),
        lambda: stripe.send("POST", f"/v1/refunds/{random_id('refunds')}/cancel"),
        lambda: stripe.send("POST", f"/v1/refunds/{random_id('refunds')}", {"metadata[a]": "1"}),
        lambda: fake.dispute(random_id("payment_intents"), inquiry=choices.random() < 0.5),
        lambda: fake.close_dispute(random_id("disputes"), won=choices.random() < 0.5),
        lambda: fake.escalate_inquiry(random_id("disputes")),
        lambda: stripe.send(
            "POST",
            f"/v1/disputes/{random_id('disputes')}",
            {"evidence[uncategorized_text]": "Mine."},
        ),
        lambda: clock.advance(choices.choice((1, 3_600, 200_000))),
    )
    for _ in range(steps):
        try:
            choices.choice(steps_to_choose)()
        except StripeError:
            continue


@settings(max_examples=examples(12), deadline=None)
@drawn(seed=st.integers(0, 2**32))
def test_objects_and_their_copies_in_events_match_stripes_schemas_in_every_state(seed: int) -> None:
    clock = Clock()
    fake = FakeStripe(clock=clock, seed=seed)
    fake.outbox.subscribe("https://example.com/hooks")

    _take_random_steps(fake, clock, random.Random(seed), 40)

    mismatches = {
        (thing["object"], complaint)
        for kind in _KINDS
        for thing in fake.all_objects(kind)
        for complaint in spec.complaints(thing)
    }
    mismatches |= {
        (event["type"], complaint)
        for event in fake.all_objects("events")
        for complaint in spec.complaints(event["data"]["object"])
    }
    assert not mismatches


@settings(max_examples=examples(40), deadline=None)
@drawn(seed=st.integers(0, 2**32))
def test_the_balance_is_the_sum_of_payments_refunds_and_disputes_after_random_steps(
    seed: int,
) -> None:
    clock = Clock()
    fake = FakeStripe(clock=clock, seed=seed)

    _take_random_steps(fake, clock, random.Random(seed), 80)

    expected: dict[str, int] = {}
    for charge in fake.all_objects("charges"):
        if charge["balance_transaction"] is not None:
            kept = charge["amount"] if charge["status"] != "failed" else 0
            expected[charge["payment_intent"]] = expected.get(charge["payment_intent"], 0) + kept
    for refund in fake.all_objects("refunds"):
        if refund["status"] not in ("failed", "canceled"):
            expected[refund["payment_intent"]] -= refund["amount"]
    for dispute in fake.all_objects("disputes"):
        if dispute["status"] in ("needs_response", "under_review", "lost"):
            expected[dispute["payment_intent"]] -= dispute["amount"]
    assert fake.balance_by_intent() == expected


@settings(max_examples=examples(40), deadline=None)
@drawn(seed=st.integers(0, 2**32))
def test_a_charges_refunded_amount_is_the_sum_of_its_refunds_after_random_steps(seed: int) -> None:
    clock = Clock()
    fake = FakeStripe(clock=clock, seed=seed)

    _take_random_steps(fake, clock, random.Random(seed), 80)

    for charge in fake.all_objects("charges"):
        counted = sum(
            refund["amount"]
            for refund in fake.all_objects("refunds")
            if refund["charge"] == charge["id"] and refund["status"] not in ("failed", "canceled")
        )
        assert charge["amount_refunded"] == counted <= charge["amount"]
        assert charge["refunded"] == (counted == charge["amount"])


@pytest.mark.parametrize("answer", ["deleted", "created"])
def test_the_answers_about_a_webhook_endpoint_match_stripes_schema(
    stripe: Caller, answer: str
) -> None:
    created = stripe.post(
        "/v1/webhook_endpoints",
        {"url": "https://example.com/hooks", "enabled_events[]": "charge.refunded"},
    )

    if answer == "created":
        assert spec.complaints(created) == []
    else:
        deleted = stripe.delete(f"/v1/webhook_endpoints/{created['id']}")
        assert spec.complaints(deleted, "deleted_webhook_endpoint") == []
