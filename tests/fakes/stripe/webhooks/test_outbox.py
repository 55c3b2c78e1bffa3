"""The outbox: the deliveries of events, their signatures and their retries."""

import json

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.outbox import BACKOFF
from stripe import SignatureVerificationError, Webhook, WebhookSignature
from tests.fakes.stripe.given import NOW, Caller, Clock, intent, paid

URL = "https://example.com/hooks"
SECRET = "whsec_of_ours"


def test_an_event_is_queued_for_every_endpoint_that_receives_it(fake: FakeStripe) -> None:
    fake.outbox.subscribe(URL, ("payment_intent.succeeded", "charge.refunded"))
    fake.outbox.subscribe("https://example.com/all")

    paid(fake)

    queued = [(each.event["type"], each.url) for each in fake.outbox.pending()]
    assert queued.count(("payment_intent.succeeded", URL)) == 1
    assert {kind for kind, url in queued if url == URL} == {"payment_intent.succeeded"}
    assert len([url for _, url in queued if url != URL]) == 4


def test_an_event_without_an_endpoint_is_not_queued(fake: FakeStripe) -> None:
    paid(fake)

    assert fake.outbox.pending(include_later=True) == []
    assert {event["pending_webhooks"] for event in fake.all_objects("events")} == {0}


def test_an_event_holds_the_object_as_it_was(fake: FakeStripe, stripe: Caller) -> None:
    fake.outbox.subscribe(URL)
    identifier = intent(stripe, {"metadata[a]": "1"})

    stripe.post(f"/v1/payment_intents/{identifier}", {"metadata[a]": "2", "amount": 20_000})
    fake.pay(identifier)

    (created, *_) = fake.outbox.pending()
    shown = json.loads(created.body)["data"]["object"]
    assert shown["status"] == "requires_payment_method"
    assert shown["amount"] == 10_000
    assert shown["metadata"] == {"a": "1"}


def test_an_event_names_the_request_that_caused_it(fake: FakeStripe, stripe: Caller) -> None:
    reply = stripe.send(
        "POST",
        "/v1/payment_intents",
        {"amount": 5_000, "currency": "usd"},
        {"Idempotency-Key": "booking-1"},
    )

    (event,) = fake.all_objects("events")
    assert event["request"] == {
        "id": reply.headers["Request-Id"],
        "idempotency_key": "booking-1",
    }
    assert event["api_version"] == "2026-05-27.dahlia"
    assert event["created"] == NOW


def test_stripes_own_library_accepts_the_signature(fake: FakeStripe, clock: Clock) -> None:
    clock.at = _system_time()
    fake.outbox.subscribe(URL, secret=SECRET)
    paid(fake)

    for delivery in fake.outbox.pending():
        body = delivery.body.decode()
        event = Webhook.construct_event(body, fake.outbox.sign(delivery), SECRET)
        assert event.id == delivery.event["id"]
        assert json.loads(body) == delivery.event


def test_a_signature_depends_on_time_body_and_secret(fake: FakeStripe) -> None:
    fake.outbox.subscribe(URL, secret=SECRET)
    paid(fake)
    (delivery, other, *_) = fake.outbox.pending()

    header = fake.outbox.sign(delivery)

    assert header.startswith(f"t={NOW},v1=")
    WebhookSignature.verify_header(delivery.body.decode(), header, SECRET, None)
    for body, secret in ((other.body.decode(), SECRET), (delivery.body.decode(), "whsec_x")):
        with pytest.raises(SignatureVerificationError):
            WebhookSignature.verify_header(body, header, secret, None)
    assert fake.outbox.sign(delivery, at=NOW - 301).startswith(f"t={NOW - 301},")
    forged = fake.outbox.sign(delivery, secret="whsec_x")
    WebhookSignature.verify_header(delivery.body.decode(), forged, "whsec_x", None)


def test_a_rolled_secret_signs_together_with_the_old_one_until_that_expires(
    fake: FakeStripe, clock: Clock
) -> None:
    endpoint = fake.outbox.subscribe(URL, secret=SECRET)
    paid(fake)
    (delivery, *_) = fake.outbox.pending()

    new_secret = fake.outbox.roll_secret(endpoint["id"], expires_in=3_600)
    both = fake.outbox.sign(delivery)
    clock.advance(3_600)
    one = fake.outbox.sign(delivery)

    body = delivery.body.decode()
    assert both.count("v1=") == 2
    assert one.count("v1=") == 1
    WebhookSignature.verify_header(body, both, SECRET, None)
    WebhookSignature.verify_header(body, both, new_secret, None)
    WebhookSignature.verify_header(body, one, new_secret, None)
    with pytest.raises(SignatureVerificationError):
        WebhookSignature.verify_header(body, one, SECRET, None)


def test_a_second_roll_does_not_lengthen_the_life_of_the_oldest_secret(
    fake: FakeStripe, clock: Clock
) -> None:
    endpoint = fake.outbox.subscribe(URL, secret=SECRET)
    paid(fake)
    (delivery, *_) = fake.outbox.pending()

    fake.outbox.roll_secret(endpoint["id"], expires_in=3_600)
    fake.outbox.roll_secret(endpoint["id"], expires_in=7_200)

    assert fake.outbox.sign(delivery).count("v1=") == 3
    clock.advance(3_600)
    two = fake.outbox.sign(delivery)
    assert two.count("v1=") == 2
    with pytest.raises(SignatureVerificationError):
        WebhookSignature.verify_header(delivery.body.decode(), two, SECRET, None)


def test_a_delivered_event_is_not_pending(fake: FakeStripe, stripe: Caller) -> None:
    fake.outbox.subscribe(URL)
    intent(stripe)
    (delivery,) = fake.outbox.pending()
    assert stripe.get("/v1/events", delivery_success="false")["data"][0]["pending_webhooks"] == 1

    fake.outbox.mark_delivered(delivery)
    fake.outbox.mark_delivered(delivery)

    assert fake.outbox.pending(include_later=True) == []
    assert stripe.get("/v1/events", delivery_success="true")["data"][0]["pending_webhooks"] == 0
    assert stripe.get("/v1/events", delivery_success="false")["data"] == []


def test_a_dropped_delivery_does_not_count_as_delivered(fake: FakeStripe, stripe: Caller) -> None:
    fake.outbox.subscribe(URL)
    intent(stripe)
    (delivery,) = fake.outbox.pending()

    fake.outbox.drop(delivery)

    assert fake.outbox.pending(include_later=True) == []
    assert len(stripe.get("/v1/events", delivery_success="false")["data"]) == 1


def test_a_failed_delivery_is_retried_with_growing_pauses(
    fake: FakeStripe, stripe: Caller, clock: Clock
) -> None:
    fake.outbox.subscribe(URL)
    intent(stripe)
    (delivery,) = fake.outbox.pending()

    for pause in BACKOFF:
        fake.outbox.mark_failed(delivery)
        assert fake.outbox.pending() == []
        assert fake.outbox.pending(include_later=True) == [delivery]
        clock.advance(pause)
        assert fake.outbox.pending() == [delivery]
    assert delivery.attempts == len(BACKOFF)
    fake.outbox.mark_failed(delivery)

    assert fake.outbox.pending(include_later=True) == []
    fake.outbox.mark_failed(delivery)


def test_retries_of_a_delivery_end_after_about_three_days() -> None:
    assert 2 * 86_400 < sum(BACKOFF) < 3.5 * 86_400
    assert list(BACKOFF) == sorted(BACKOFF)


def _system_time() -> float:
    """Return the time with which Stripe's library checks the age of a signature."""
    import time

    return time.time()


def test_a_v2_event_is_sent_without_its_object_and_is_in_no_list(fake: FakeStripe) -> None:
    fake.outbox.subscribe("https://here.invalid/")

    fake.send_thin_event("v1.billing.meter.no_meter_found")

    (delivery,) = fake.outbox.pending()
    assert delivery.event["object"] == "v2.core.event"
    assert "data" not in delivery.event
    assert "pending_webhooks" not in delivery.event
    fake.outbox.mark_delivered(delivery)
    assert fake.all_objects("events") == []
