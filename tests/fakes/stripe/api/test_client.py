"""Stripe's own Python library, unchanged, works with the fake on a real port."""

from collections.abc import Iterator

import pytest
import stripe
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe.given import AUTHENTICATED, DISPUTED, Caller, paid
from tests.fakes.stripe.serving import served

VERSION = "2026-05-27.dahlia"


@pytest.fixture
def client(fake: FakeStripe) -> Iterator[stripe.StripeClient]:
    http = stripe.RequestsClient(timeout=1)
    with served(fake) as url:
        yield stripe.StripeClient(
            "sk_test_fake",
            stripe_version=VERSION,
            base_addresses={"api": url},
            http_client=http,
            max_network_retries=0,
        )
    http.close()  # type: ignore[no-untyped-call]


def _retrying(client: stripe.StripeClient, times: int) -> stripe.StripeClient:
    client._requestor._options.max_network_retries = times
    return client


def test_stripes_library_creates_reads_and_lists_payment_intents(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    intents = client.v1.payment_intents
    created = intents.create(
        {
            "amount": 10_000,
            "currency": "usd",
            "automatic_payment_methods": {"enabled": True},
            "metadata": {"booking_id": "bk_1", "payment_type": "deposit"},
        },
        {"idempotency_key": "bk_1:deposit:1"},
    )
    fake.pay(created.id)

    retrieved = intents.retrieve(created.id, {"expand": ["latest_charge.refunds"]})
    intents_listed = intents.list({"created": {"gte": created.created}, "limit": 1})

    assert retrieved.status == "succeeded"
    assert retrieved.metadata is not None
    assert retrieved.metadata.to_dict() == {"booking_id": "bk_1", "payment_type": "deposit"}
    assert isinstance(retrieved.latest_charge, stripe.Charge)
    assert retrieved.latest_charge.refunds is not None
    assert [each.id for each in intents_listed.auto_paging_iter()] == [created.id]
    other = intents.create({"amount": 500, "currency": "usd"})
    assert intents.update(other.id, {"amount": 600}).amount == 600
    assert intents.cancel(other.id).status == "canceled"


def test_stripes_library_lists_charges_and_balance_transactions(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    identifier = paid(fake)

    (charge,) = client.v1.charges.list({"payment_intent": identifier}).data
    page = client.v1.balance_transactions.list({"expand": ["data.source"], "limit": 100})

    assert client.v1.charges.retrieve(charge.id).payment_intent == identifier
    (transaction,) = page.auto_paging_iter()
    assert isinstance(transaction.source, stripe.Charge)
    assert transaction.source.id == charge.id


def test_stripes_library_creates_updates_and_reads_refunds(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    identifier = paid(fake)
    refunds = client.v1.refunds

    created = refunds.create({"payment_intent": identifier, "amount": 100})

    assert created.status == "succeeded"
    updated = refunds.update(created.id, {"metadata": {"a": "1"}})
    assert updated.metadata is not None
    assert updated.metadata.to_dict() == {"a": "1"}
    assert [each.id for each in refunds.list({"payment_intent": identifier})] == [created.id]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refunds.create({"payment_intent": identifier, "amount": 10_000})
    assert refused.value.param == "amount"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        refunds.cancel(created.id)
    assert refused.value.http_status == 400


def test_stripes_library_answers_disputes(fake: FakeStripe, client: stripe.StripeClient) -> None:
    identifier = paid(fake, DISPUTED)

    (dispute,) = client.v1.disputes.list({"payment_intent": identifier}).data

    assert dispute.balance_transactions[0].amount == -10_000
    assert client.v1.disputes.close(dispute.id).status == "lost"


def test_stripes_library_lists_events(fake: FakeStripe, client: stripe.StripeClient) -> None:
    paid(fake)

    kinds = [event.type for event in client.v1.events.list({"limit": 2}).auto_paging_iter()]
    newest = client.v1.events.list({"types": ["payment_intent.succeeded"]}).data[0]

    assert len(kinds) == 4
    assert client.v1.events.retrieve(newest.id).data.object["status"] == "succeeded"


def test_stripes_library_creates_and_deletes_webhook_endpoints(client: stripe.StripeClient) -> None:
    endpoints = client.v1.webhook_endpoints

    created = endpoints.create(
        {"url": "https://a.example/hooks", "enabled_events": ["charge.refunded"]}
    )

    assert created.secret is not None
    assert endpoints.update(created.id, {"disabled": True}).status == "disabled"
    assert len(endpoints.list().data) == 1
    assert endpoints.delete(created.id).deleted is True


def test_stripes_library_raises_its_own_errors_for_the_fakes_refusals(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    create = client.v1.payment_intents.create
    with pytest.raises(stripe.CardError) as declined:
        create(
            {
                "amount": 500,
                "currency": "usd",
                "payment_method": "pm_card_chargeDeclined",
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "confirm": True,
            }
        )
    assert declined.value.error is not None
    assert declined.value.error.decline_code == "generic_decline"
    create({"amount": 500, "currency": "usd"}, {"idempotency_key": "k"})
    with pytest.raises(stripe.IdempotencyError):
        create({"amount": 600, "currency": "usd"}, {"idempotency_key": "k"})
    fake.faults.fail_next("error_429")
    with pytest.raises(stripe.RateLimitError):
        create({"amount": 500, "currency": "usd"})
    fake.api_keys.clear()
    with pytest.raises(stripe.AuthenticationError):
        create({"amount": 500, "currency": "usd"})


@pytest.mark.parametrize("kind", ["lose_answer", "reset"])
def test_stripes_library_retries_a_broken_connection_with_one_effect(
    fake: FakeStripe, client: stripe.StripeClient, kind: str
) -> None:
    fake.faults.fail_next("lose_answer" if kind == "lose_answer" else "reset")

    created = _retrying(client, 1).v1.payment_intents.create({"amount": 500, "currency": "usd"})

    assert [each["id"] for each in fake.all_objects("payment_intents")] == [created.id]


def test_stripes_library_times_out_on_a_silent_connection(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    fake.faults.fail_next("timeout")

    with pytest.raises(stripe.APIConnectionError):
        client.v1.payment_intents.create({"amount": 500, "currency": "usd"})

    assert len(fake.all_objects("payment_intents")) == 1


def test_a_payment_that_needs_authentication_has_the_banks_url(
    fake: FakeStripe, client: stripe.StripeClient
) -> None:
    identifier = paid(fake, AUTHENTICATED)

    retrieved = client.v1.payment_intents.retrieve(identifier)

    assert retrieved.next_action is not None
    assert retrieved.next_action.redirect_to_url is not None
    assert Caller(fake).get("/v1/payment_intents")["data"][0]["id"] == identifier
