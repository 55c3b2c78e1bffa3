"""A fake of Stripe's HTTP client: it opens no socket and records each request."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import stripe
from tests.unit.conftest import Secrets

from teppan_payments.client import Stripe, connect

type Answer = tuple[int, Any] | Exception


@dataclass(frozen=True)
class SentRequest:
    method: str
    path: str
    form: dict[str, str]
    headers: Mapping[str, str]

    @property
    def key(self) -> str:
        return self.headers["Authorization"].removeprefix("Bearer ")

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("Idempotency-Key")


@dataclass
class Traffic:
    requests: list[SentRequest] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


class Wire(stripe.HTTPClient):
    """Returns the prepared answers, one a request; the last one answers all further requests."""

    name = "hand-made"

    def __init__(self) -> None:
        super().__init__()
        self.traffic = Traffic()

    def answers(self, *answers: Answer) -> None:
        self.traffic.answers = list(answers)

    @property
    def requests(self) -> list[SentRequest]:
        """The requests that were sent, in order."""
        return self.traffic.requests

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_of_telemetry: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        parts = urlsplit(url)
        form = dict(parse_qsl(post_data or parts.query))
        self.traffic.requests.append(SentRequest(method.upper(), parts.path, form, headers or {}))
        prepared = self.traffic.answers
        answer = prepared.pop(0) if len(prepared) > 1 else prepared[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        text = body if isinstance(body, str) else json.dumps(body)
        return text, status, {"request-id": "req_1"}

    def _sleep_time_seconds(self, _num_retries: int) -> float:
        return 0

    def close(self) -> None:
        """Do nothing: no connection is open."""


def error_answer(
    status: int, kind: str = "invalid_request_error", code: str | None = None
) -> Answer:
    """Return an error in the form of Stripe's API."""
    error = {"type": kind, "message": "aiko@example.com"} | ({"code": code} if code else {})
    return status, {"error": error}


def list_of(*objects: Any, has_more: bool = False) -> Answer:
    return 200, {"object": "list", "url": "/v1/x", "data": list(objects), "has_more": has_more}


@pytest.fixture
def keys(secrets: Secrets) -> Secrets:
    """The valid API keys, the current one first."""
    secrets.values = ("sk_test_new",)
    return secrets


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, keys: Secrets) -> Wire:
    fake = Wire()
    monkeypatch.setattr(stripe, "RequestsClient", lambda **_: fake)
    return fake


@pytest.fixture
def api(wire: Wire) -> Iterator[Stripe]:
    """The process's client, connected as in a function, with the fake HTTP client."""
    connect.cache_clear()
    yield connect()
    connect.cache_clear()
