"""Faults: the effect of each kind on a request, and the requests that it applies to."""

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.faults import AnswerLost, ConnectionReset, NoAnswer, TimedOut
from tests.fakes.stripe.given import PARTY, Caller

INTENTS = "/v1/payment_intents"


def _intent_count(fake: FakeStripe) -> int:
    return len(fake.all_objects("payment_intents"))


def test_a_request_with_a_lost_answer_takes_effect(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.fail_next("lose_answer")

    with pytest.raises(AnswerLost):
        stripe.post(INTENTS, PARTY)

    assert _intent_count(fake) == 1


def test_a_request_that_times_out_takes_effect(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.fail_next("timeout")

    with pytest.raises(TimedOut):
        stripe.post(INTENTS, PARTY)

    assert _intent_count(fake) == 1


def test_a_request_with_a_reset_connection_has_no_effect(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.fail_next("reset")

    with pytest.raises(ConnectionReset):
        stripe.post(INTENTS, PARTY)

    assert _intent_count(fake) == 0


def test_a_500_fault_can_occur_before_or_after_the_effect(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.fail_next("error_500")
    assert stripe.refused("POST", INTENTS, PARTY, status=500)["type"] == "api_error"
    assert _intent_count(fake) == 0

    fake.faults.fail_next("error_500_after")
    assert stripe.refused("POST", INTENTS, PARTY, status=500)["type"] == "api_error"
    assert _intent_count(fake) == 1


def test_a_429_fault_has_no_effect(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.fail_next("error_429")

    assert stripe.refused("POST", INTENTS, PARTY, status=429)["code"] == "rate_limit"
    assert _intent_count(fake) == 0


def test_a_fault_applies_to_the_set_number_of_requests(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.fail_next("error_429", times=2)

    statuses = [stripe.send("GET", INTENTS).status for _ in range(3)]

    assert statuses == [429, 429, 200]


def test_a_fault_applies_to_its_method_and_path(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.fail_next("error_429", method="POST", path_prefix="/v1/refunds")

    assert stripe.send("GET", "/v1/refunds").status == 200
    assert stripe.send("POST", INTENTS, PARTY).status == 200
    assert stripe.send("POST", "/v1/refunds").status == 429


def test_queued_faults_apply_in_order(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.fail_next("error_500")
    fake.faults.fail_next("error_429")

    assert [stripe.send("GET", INTENTS).status for _ in range(3)] == [500, 429, 200]


def test_random_faults_are_the_same_for_the_same_seed() -> None:
    def statuses() -> list[int]:
        fake = FakeStripe(seed=3)
        fake.faults.set_rate("error_500", 0.3)
        fake.faults.set_rate("error_429", 0.1)
        return [Caller(fake).send("GET", INTENTS).status for _ in range(200)]

    found = statuses()

    assert found == statuses()
    assert 30 < found.count(500) < 90
    assert 3 < found.count(429) < 40


def test_cleared_faults_do_not_occur(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.set_rate("error_500", 1)
    fake.faults.fail_next("reset", times=100)

    fake.faults.clear()

    assert stripe.send("GET", INTENTS).status == 200


def test_the_errors_of_lost_connections_have_one_base_class() -> None:
    assert all(issubclass(each, NoAnswer) for each in (AnswerLost, ConnectionReset, TimedOut))


def test_an_unknown_fault_is_refused(fake: FakeStripe) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        fake.faults.fail_next("fire")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no such fault"):
        fake.faults.set_rate("flood", 0.5)  # type: ignore[arg-type]


def test_a_slow_fault_delays_the_request(fake: FakeStripe, stripe: Caller) -> None:
    fake.faults.fail_next("slow", seconds=0)

    assert stripe.send("POST", INTENTS, PARTY).status == 200
