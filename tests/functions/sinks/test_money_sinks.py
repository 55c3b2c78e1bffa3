"""Stripe's secrets and personal data reach no log, no metric and no trace.

Each function runs in its own process, as in `test_sinks`, with the fake Stripe on a socket.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any, Final

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.webhooks.signature import signature_header
from tests.builders import NOW
from tests.functions import contract
from tests.functions.example import declared
from tests.functions.given import stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import PaymentSteps, open_payment, paid_booking
from tests.functions.requests import good_request
from tests.functions.sinks.test_sinks import Sinks, run
from tests.functions.stripe import API_KEY, WEBHOOK_SECRET, url_event

type Event = dict[str, Any]

MARK: Final = "Xanthippe"
START_TIMES: Final = tuple(time(hour) for hour in (12, 15, 21))
OPERATIONS: Final = [
    name for name in declared() if contract.function_of(name).startswith("payments/")
]
TO_STRIPE: Final = [
    name for name in OPERATIONS if "payments" in contract.layers_of(contract.function_of(name))
]
PERSON: Final = {
    "receipt_email": f"{MARK}@example.com",
    "description": f"{MARK}'s party",
    "shipping": {"name": MARK, "phone": "+19998887776", "address": {"line1": f"1 {MARK} Street"}},
}
BOOKED: Final = frozenset({"Aiko", "Tanaka", "aiko@example.com", "+13105550142", "Ocean Front"})
"""The personal data of a booking."""

STATUSES: Final = (400, 401, 402, 403, 404, 409, 429, 500, 503)
"""The statuses that the quoting Stripe answers, in order."""


@contextmanager
def on_a_socket(answer: Any) -> Iterator[str]:
    """Serve HTTP by `answer(method, target, headers, body)` and yield the URL."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, content = answer(self.command, self.path, dict(self.headers), body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - as http.server names it

        def log_message(self, *_: object) -> None:
            """Write nothing to the test's own output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextmanager
def reachable(fake: FakeStripe) -> Iterator[str]:
    """Serve the fake for other processes, and yield its URL."""

    def answer(*request: Any) -> tuple[int, bytes]:
        reply = fake.handle(*request)
        return reply.status, reply.body

    with on_a_socket(answer) as url:
        yield url


@contextmanager
def quoting_stripe() -> Iterator[str]:
    """Serve a Stripe that refuses each request, quoting it and a card; yield its URL."""
    statuses = cycle(STATUSES)

    def answer(method: str, target: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        quoted = f"{MARK}: {method} {target} {headers} {body!r}"
        error = {
            "type": "invalid_request_error",
            "code": "resource_missing",
            "param": MARK,
            "message": quoted,
            "payment_intent": {"client_secret": "pi_1_secret_2", **PERSON},
        }
        return next(statuses), json.dumps({"error": error}).encode()

    with on_a_socket(answer) as url:
        yield url


def secrets_of(stripe: FakeStripe, *more: str) -> set[str]:
    """Return the secrets: Stripe's keys, the client secrets of intents, and personal data."""
    intents = stripe.all_objects("payment_intents")
    return {
        API_KEY,
        WEBHOOK_SECRET,
        MARK,
        "+19998887776",
        *BOOKED,
        *(intent["client_secret"] for intent in intents),
        *more,
    }


def assert_silent(sinks: Sinks, runs: int, secrets: set[str]) -> None:
    """Check that each sink was written to, and none of the secrets into any."""
    assert len(sinks.statuses) == runs
    assert sinks.stdout.count('"message":"answered"') + sinks.stdout.count('"failed"') >= runs
    assert '"_aws"' in sinks.stdout
    assert "INFO:botocore" in sinks.stderr
    assert sinks.segments
    assert sinks.found(secrets) == {}
    assert MARK.lower() not in (sinks.stdout + sinks.stderr + sinks.segments).lower()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_payment_operation_leaks_no_secret(
    call: Handlers, stripe: FakeStripe, table_name: str, operation: str
) -> None:
    # Given good and bad requests, with a confidential reason
    request = good_request(operation, call)
    if operation == "refundPayment":
        request["body"]["reason"] = f"{MARK} was ill"
    requests = [request, request | {"query": {MARK: MARK}}]
    if "body" in request:
        requests.append(request | {"body": request["body"] | {MARK: MARK}})
        requests.append(request | {"body": f'{{"{MARK}'})
    events = [call.event(operation, **each) for each in requests]

    with reachable(stripe) as url:
        sinks = run(operation, events, TABLE_NAME=table_name, STRIPE_API_BASE=url)

    assert sinks.statuses[0] < 300
    assert set(sinks.statuses[1:]) <= {400, 422}
    assert_silent(sinks, len(events), secrets_of(stripe))


@pytest.mark.parametrize("operation", TO_STRIPE)
def test_a_payment_operation_leaks_nothing_that_stripe_quotes(
    call: Handlers, stripe: FakeStripe, table_name: str, operation: str
) -> None:
    events = [
        call.event(
            operation, **good_request(operation, call, stored_booking(call.table, time=start))
        )
        for start in START_TIMES
    ]

    with quoting_stripe() as url:
        sinks = run(operation, events * 3, TABLE_NAME=table_name, STRIPE_API_BASE=url)

    assert set(sinks.statuses) <= {404, 500, 502, 503}
    assert len(set(sinks.statuses)) > 1
    assert_silent(sinks, len(events) * 3, secrets_of(stripe, "pi_1_secret_2"))


@pytest.mark.parametrize("quotes", [False, True])
def test_the_webhook_leaks_no_secret(
    call: Handlers, stripe: FakeStripe, table_name: str, quotes: bool
) -> None:
    # Given an event with personal data: received, repeated, forged and malformed
    stripe.pay(open_payment(call, stored_booking(call.table)))
    (delivery,) = stripe.outbox.pending()
    event = json.loads(delivery.body)
    event["data"]["object"] |= PERSON
    raw = json.dumps(event).encode()
    broken = f'{{"{MARK}'.encode()
    header = signed(raw)
    events = [
        url_event(raw, header),
        url_event(raw, header),
        url_event(raw, header.replace("v1=", f"v1={MARK}")),
        url_event(broken, signed(broken)),
        url_event(raw, header, method="GET"),
    ]

    with quoting_stripe() if quotes else reachable(stripe) as url:
        sinks = run(contract.WEBHOOK, events, TABLE_NAME=table_name, STRIPE_API_BASE=url)

    assert sinks.statuses == [*([500, 502] if quotes else [200, 200]), 400, 400, 405]
    assert_silent(sinks, len(events), secrets_of(stripe, header.partition("v1=")[2]))


@pytest.mark.parametrize(
    ("job", "event"),
    [
        ("followUpPayments", None),
        ("releaseUnpaidBookings", {}),
        ("completePastBookings", {}),
        ("reconcilePayments", {"scope": "recent"}),
        ("reconcilePayments", {"scope": "full"}),
    ],
)
def test_a_payment_job_leaks_no_secret(
    call: Handlers,
    steps: PaymentSteps,
    stripe: FakeStripe,
    table_name: str,
    job: str,
    event: Event | None,
) -> None:
    # Given a refund with a confidential reason, and a lost event of a payment
    steps.refund(paid_booking(call), 100)
    stripe.pay(open_payment(call, stored_booking(call.table, time=START_TIMES[0])))
    events = [event if event is not None else {"Records": steps.stream.read()}]

    with reachable(stripe) as url:
        sinks = run(job, events, TABLE_NAME=table_name, STRIPE_API_BASE=url)

    assert_silent(sinks, 1, secrets_of(stripe, "Cold noodles"))


def test_a_payment_job_leaks_nothing_that_stripe_quotes(
    call: Handlers, steps: PaymentSteps, stripe: FakeStripe, table_name: str
) -> None:
    steps.refund(paid_booking(call), 100)
    events = [{"Records": steps.stream.read()}] * len(STATUSES)

    with quoting_stripe() as url:
        sinks = run("followUpPayments", events, TABLE_NAME=table_name, STRIPE_API_BASE=url)

    assert_silent(sinks, len(events), secrets_of(stripe, "pi_1_secret_2"))


def signed(raw: bytes) -> str:
    return signature_header(raw, [WEBHOOK_SECRET], int(NOW.timestamp()))
