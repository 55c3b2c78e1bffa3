"""Whether the functions run."""

import os

from tests.functions.example import Example, Request
from tests.functions.handlers import Handlers

OPERATION = Example(
    request=lambda _: Request(),
    reads={"Health": "status service version stage"},
)


def test_health_returns_service_version_and_stage(call: Handlers) -> None:
    answer = call("getHealth", by=None)

    assert answer.status == 200
    assert answer.body == {
        "status": "ok",
        "service": "teppan",
        "stage": os.environ["STAGE"],
        "version": os.environ["SERVICE_VERSION"],
    }


def test_health_answers_head_without_a_body(call: Handlers) -> None:
    request_id = {"X-Request-Id": "7c0f4a52-6d0e-4d2b-9f0a-1b7f3f3a9d10"}
    got = call("getHealth", by=None, headers=dict(request_id))

    answer = call("headHealth", by=None, headers=dict(request_id))

    assert (answer.status, answer.body) == (200, None)
    assert answer.headers == got.headers
