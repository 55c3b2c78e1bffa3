"""The sender posts over HTTP to a receiver."""

import json
from collections.abc import Iterator

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.sender import Sender, SenderPolicy
from stripe import WebhookSignature
from tests.fakes.stripe.given import Caller, intent
from tests.fakes.stripe.serving import Sink, sink, until

SECRET = "whsec_of_ours"


@pytest.fixture
def fake() -> FakeStripe:
    """Return a fake with the system's clock, so that failed deliveries become due again."""
    return FakeStripe()


@pytest.fixture
def receiver() -> Iterator[Sink]:
    with sink() as receiving:
        yield receiving


def _ids(receiver: Sink) -> list[str]:
    return [json.loads(each.body)["id"] for each in receiver.received]


def _sent(fake: FakeStripe) -> bool:
    return not fake.outbox.pending(include_later=True)


def test_a_sent_event_has_stripes_headers_and_signature(fake: FakeStripe, receiver: Sink) -> None:
    fake.outbox.subscribe(receiver.url, secret=SECRET)
    sender = Sender(fake.outbox)

    with sender.running():
        intent(Caller(fake))
        until(lambda: _sent(fake))

    (request,) = receiver.received
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.headers["User-Agent"] == "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
    header = request.headers["Stripe-Signature"]
    assert WebhookSignature.verify_header(request.body.decode(), header, SECRET, 300)
    assert json.loads(request.body)["type"] == "payment_intent.created"
    assert fake.all_objects("events")[0]["pending_webhooks"] == 0
    assert [each.outcome for each in sender.attempts] == ["200"]


def test_an_event_is_sent_with_the_endpoints_host_header(fake: FakeStripe, receiver: Sink) -> None:
    fake.outbox.subscribe(receiver.url, host="abc.lambda-url.us-west-2.on.aws")

    with Sender(fake.outbox).running():
        intent(Caller(fake))
        until(lambda: _sent(fake))

    assert receiver.received[0].headers["Host"] == "abc.lambda-url.us-west-2.on.aws"


def test_a_failed_delivery_is_sent_again(fake: FakeStripe, receiver: Sink) -> None:
    fake.outbox.subscribe(receiver.url)
    receiver.answers = [500, 302]
    sender = Sender(fake.outbox)
    fake.outbox.backoff = (0.05, 0.05)

    with sender.running():
        intent(Caller(fake))
        until(lambda: len(receiver.received) == 3 and _sent(fake))

    assert len(set(_ids(receiver))) == 1
    assert [each.outcome for each in sender.attempts] == ["500", "302", "200"]


def test_a_failed_delivery_is_final_without_retries(fake: FakeStripe, receiver: Sink) -> None:
    fake.outbox.subscribe(receiver.url)
    receiver.answers = [500]

    with Sender(fake.outbox, SenderPolicy(retry=False)).running():
        intent(Caller(fake))
        until(lambda: _sent(fake))

    assert len(receiver.received) == 1


def test_a_delivery_to_an_unreachable_endpoint_is_retried(fake: FakeStripe) -> None:
    fake.outbox.subscribe("http://127.0.0.1:1/hooks")
    sender = Sender(fake.outbox)
    fake.outbox.backoff = (0.05,)

    with sender.running():
        intent(Caller(fake))
        until(lambda: _sent(fake))

    assert len(sender.attempts) == 2
    assert {each.outcome for each in sender.attempts} == {"NewConnectionError"}


def test_the_sender_can_send_every_event_twice(fake: FakeStripe, receiver: Sink) -> None:
    fake.outbox.subscribe(receiver.url)

    with Sender(fake.outbox, SenderPolicy(duplicate=1)).running():
        for _ in range(3):
            intent(Caller(fake))
        until(lambda: _sent(fake))

    assert sorted(_ids(receiver)) == sorted(
        event["id"] for event in fake.all_objects("events") for _ in range(2)
    )


def test_the_sender_can_drop_every_event(fake: FakeStripe, receiver: Sink) -> None:
    fake.outbox.subscribe(receiver.url)
    sender = Sender(fake.outbox, SenderPolicy(drop=1))

    with sender.running():
        intent(Caller(fake))
        until(lambda: _sent(fake))

    assert receiver.received == []
    assert [each.outcome for each in sender.attempts] == ["dropped"]
    assert fake.all_objects("events")[0]["pending_webhooks"] == 1


def test_the_sender_can_reorder_events(
    fake: FakeStripe, receiver: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.fakes.stripe.webhooks.sender._SPREAD_SECONDS", 0.5)
    fake.outbox.subscribe(receiver.url)

    with Sender(fake.outbox, SenderPolicy(reorder=True)).running():
        for _ in range(12):
            intent(Caller(fake))
        until(lambda: _sent(fake))

    created = [event["id"] for event in reversed(fake.all_objects("events"))]
    assert sorted(_ids(receiver)) == sorted(created)
    assert _ids(receiver) != created


def test_the_sender_can_delay_events(fake: FakeStripe, receiver: Sink) -> None:
    fake.outbox.subscribe(receiver.url)
    sender = Sender(fake.outbox, SenderPolicy(delay_seconds=0.3))

    with sender.running():
        intent(Caller(fake))
        made_at = fake.outbox.pending()[0].due_at
        until(lambda: _sent(fake))

    assert sender.attempts[0].at - made_at >= 0.3
