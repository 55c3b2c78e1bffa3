"""Stripe's API as a hand-made HTTP client answers it: no socket, and every request is kept."""

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
class Asked:
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
class Log:
    asked: list[Asked] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


class Wire(stripe.HTTPClient):
    """Answers what a test has prepared, one answer a request; the last one for ever."""

    name = "hand-made"

    def __init__(self) -> None:
        super().__init__()
        self.log = Log()

    def answers(self, *answers: Answer) -> None:
        self.log.answers = list(answers)

    @property
    def asked(self) -> list[Asked]:
        return self.log.asked

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        **_of_telemetry: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        parts = urlsplit(url)
        sent = parse_qsl(post_data or parts.query)
        self.log.asked.append(Asked(method.upper(), parts.path, dict(sent), headers or {}))
        prepared = self.log.answers
        answer = prepared.pop(0) if len(prepared) > 1 else prepared[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        text = body if isinstance(body, str) else json.dumps(body)
        return text, status, {"request-id": "req_1"}

    def _sleep_time_seconds(self, _num_retries: int) -> float:
        return 0

    def close(self) -> None:
        """Nothing is open."""


def refusal_entry(
    status: int, kind: str = "invalid_request_error", code: str | None = None
) -> Answer:
    """Return an error as Stripe tells it."""
    error = {"type": kind, "message": "aiko@example.com"} | ({"code": code} if code else {})
    return status, {"error": error}


def list_of(*objects: Any, more: bool = False) -> Answer:
    return 200, {"object": "list", "url": "/v1/x", "data": list(objects), "has_more": more}


@pytest.fixture
def keys(secrets: Secrets) -> Secrets:
    """The API keys that are valid, the current one first."""
    secrets.values = ("sk_test_new",)
    return secrets


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch, keys: Secrets) -> Wire:
    found = Wire()
    monkeypatch.setattr(stripe, "RequestsClient", lambda **_: found)
    return found


@pytest.fixture
def api(wire: Wire) -> Iterator[Stripe]:
    """The process's client, made as a function makes it, on the wire of the test."""
    connect.cache_clear()
    yield connect()
    connect.cache_clear()
