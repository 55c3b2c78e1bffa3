"""A request with an idempotency key has one effect and one answer, however often it is sent."""

import threading

import pytest
from local.fakes.stripe.fake import FakeStripe, Reply
from local.fakes.stripe.faults import AnswerLost
from tests.fakes.stripe.given import CARD_ONLY, PARTY, Caller, Clock, paid

INTENTS = "/v1/payment_intents"
KEY = {"Idempotency-Key": "booking-1"}
DAY = 86_400


def test_a_repeated_idempotency_key_returns_the_first_answer(
    fake: FakeStripe, stripe: Caller
) -> None:
    first = stripe.send("POST", INTENTS, PARTY, KEY)
    again = stripe.send("POST", INTENTS, PARTY, KEY)

    assert again.status == first.status == 200
    assert again.body == first.body
    assert len(fake.all_objects("payment_intents")) == 1


def test_a_replayed_answer_has_a_header_that_marks_it(stripe: Caller) -> None:
    first = stripe.send("POST", INTENTS, PARTY, KEY)
    again = stripe.send("POST", INTENTS, PARTY, KEY)

    assert first.headers["Idempotency-Key"] == "booking-1"
    assert first.headers["Original-Request"] == first.headers["Request-Id"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert again.headers["Request-Id"] != first.headers["Request-Id"]


def test_a_replayed_answer_shows_the_object_as_it_was(fake: FakeStripe, stripe: Caller) -> None:
    created = stripe.post(INTENTS, PARTY, "booking-1")
    fake.pay(created["id"])

    again = stripe.post(INTENTS, PARTY, "booking-1")

    assert again["status"] == "requires_payment_method"


def test_the_order_of_parameters_does_not_matter_for_an_idempotency_key(stripe: Caller) -> None:
    first = stripe.post(INTENTS, {"amount": 5_000, "currency": "usd"}, "k")

    assert stripe.post(INTENTS, {"currency": "usd", "amount": 5_000}, "k") == first


def test_an_idempotency_key_with_other_parameters_is_refused(stripe: Caller) -> None:
    stripe.post(INTENTS, PARTY, "booking-1")

    reply = stripe.send("POST", INTENTS, PARTY | {"amount": "20000"}, KEY)

    assert reply.status == 400
    error = reply.json()["error"]
    assert error["type"] == "idempotency_error"
    assert "same parameters" in error["message"]


def test_an_idempotency_key_with_another_path_is_refused(fake: FakeStripe, stripe: Caller) -> None:
    identifier = paid(fake)
    stripe.post(INTENTS, PARTY, "booking-1")

    reply = stripe.send("POST", "/v1/refunds", {"payment_intent": identifier}, KEY)

    assert reply.status == 400
    assert reply.json()["error"]["type"] == "idempotency_error"
    assert "('/v1/refunds' vs '/v1/payment_intents')" in reply.json()["error"]["message"]


def test_another_idempotency_key_is_another_request(fake: FakeStripe, stripe: Caller) -> None:
    stripe.post(INTENTS, PARTY, "booking-1")
    stripe.post(INTENTS, PARTY, "booking-2")

    assert len(fake.all_objects("payment_intents")) == 2


def test_an_idempotency_key_expires_after_a_day(
    fake: FakeStripe, stripe: Caller, clock: Clock
) -> None:
    first = stripe.post(INTENTS, PARTY, "booking-1")
    clock.advance(DAY - 1)
    assert stripe.post(INTENTS, PARTY, "booking-1") == first

    clock.advance(1)

    assert stripe.post(INTENTS, PARTY, "booking-1")["id"] != first["id"]


def test_a_declined_payment_is_replayed_for_its_idempotency_key(
    fake: FakeStripe, stripe: Caller
) -> None:
    parameters = PARTY | CARD_ONLY | {"confirm": "true", "payment_method": "pm_card_chargeDeclined"}

    first = stripe.send("POST", INTENTS, parameters, KEY)
    again = stripe.send("POST", INTENTS, parameters, KEY)

    assert first.status == again.status == 402
    assert again.body == first.body
    assert len(fake.all_objects("charges")) == 1


def test_a_refused_operation_is_replayed_for_its_idempotency_key(
    fake: FakeStripe, stripe: Caller
) -> None:
    identifier = stripe.post(INTENTS, PARTY)["id"]
    first = stripe.send("POST", "/v1/refunds", {"payment_intent": identifier}, KEY)
    fake.pay(identifier)

    again = stripe.send("POST", "/v1/refunds", {"payment_intent": identifier}, KEY)

    assert first.status == again.status == 400
    assert again.body == first.body


@pytest.mark.parametrize("kind", ["error_500", "error_500_after"])
def test_a_500_is_replayed_for_its_idempotency_key(
    fake: FakeStripe, stripe: Caller, kind: str
) -> None:
    fake.faults.fail_next("error_500" if kind == "error_500" else "error_500_after")

    first = stripe.send("POST", INTENTS, PARTY, KEY)
    again = stripe.send("POST", INTENTS, PARTY, KEY)

    assert first.status == again.status == 500
    assert again.body == first.body
    assert len(fake.all_objects("payment_intents")) == (0 if kind == "error_500" else 1)


def test_a_request_that_was_not_executed_does_not_use_its_idempotency_key(
    fake: FakeStripe, stripe: Caller
) -> None:
    assert Caller(fake, "sk_wrong").send("POST", INTENTS, PARTY, KEY).status == 401
    assert stripe.send("POST", INTENTS, {"amount": "ten"}, KEY).status == 400
    fake.faults.fail_next("error_429")
    assert stripe.send("POST", INTENTS, PARTY, KEY).status == 429

    reply = stripe.send("POST", INTENTS, PARTY, KEY)

    assert reply.status == 200
    assert "Idempotent-Replayed" not in reply.headers


def test_a_lost_answer_is_returned_for_its_idempotency_key(
    fake: FakeStripe, stripe: Caller
) -> None:
    fake.faults.fail_next("lose_answer")
    with pytest.raises(AnswerLost):
        stripe.send("POST", INTENTS, PARTY, KEY)

    again = stripe.send("POST", INTENTS, PARTY, KEY)

    assert again.headers["Idempotent-Replayed"] == "true"
    (created,) = fake.all_objects("payment_intents")
    assert again.json()["id"] == created["id"]


def test_an_idempotency_key_in_use_is_409_and_later_replays(
    fake: FakeStripe, stripe: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, resume = threading.Event(), threading.Event()

    def sleep(_seconds: float) -> None:
        started.set()
        assert resume.wait(5)

    monkeypatch.setattr("local.fakes.stripe.api.server.time.sleep", sleep)
    fake.faults.fail_next("slow")
    answers: list[Reply] = []
    slow = threading.Thread(target=lambda: answers.append(stripe.send("POST", INTENTS, PARTY, KEY)))
    slow.start()
    assert started.wait(5)

    busy = stripe.send("POST", INTENTS, PARTY, KEY)
    unaffected = stripe.send("GET", INTENTS)
    resume.set()
    slow.join()
    replayed = stripe.send("POST", INTENTS, PARTY, KEY)

    assert busy.status == 409
    assert busy.json()["error"]["code"] == "idempotency_key_in_use"
    assert busy.json()["error"]["type"] == "idempotency_error"
    assert unaffected.status == 200
    assert [answer.status for answer in answers] == [200]
    assert replayed.body == answers[0].body
    assert len(fake.all_objects("payment_intents")) == 1


def test_parallel_requests_with_one_idempotency_key_have_one_effect(
    fake: FakeStripe, stripe: Caller
) -> None:
    start = threading.Barrier(8)
    answers: list[Reply] = []

    def send() -> None:
        start.wait()
        answers.append(stripe.send("POST", INTENTS, PARTY, KEY))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.body for answer in answers if answer.status == 200} == {answers[0].body}
    assert len(fake.all_objects("payment_intents")) == 1


def test_a_get_ignores_an_idempotency_key(stripe: Caller) -> None:
    stripe.post(INTENTS, PARTY, "booking-1")

    reply = stripe.send("GET", INTENTS, headers=KEY)

    assert reply.status == 200
    assert "Idempotent-Replayed" not in reply.headers


def test_an_idempotency_key_has_at_most_255_characters(stripe: Caller) -> None:
    assert stripe.send("POST", INTENTS, PARTY, {"Idempotency-Key": "k" * 255}).status == 200
    assert stripe.send("POST", INTENTS, PARTY, {"Idempotency-Key": "k" * 256}).status == 400
