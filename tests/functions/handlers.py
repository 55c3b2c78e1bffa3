"""Calls handlers as API Gateway, Stripe and Lambda do, by the name of the function."""

import base64
import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from unittest.mock import patch

from tests.builders import ADMIN, CUSTOMER, HOME, gateway_event, lambda_context, load_function
from tests.caches import availability_cache
from tests.contract.documents import FUNCTIONS, pascal
from tests.functions import contract
from tests.functions.cognito import emulated
from tests.functions.operations.docs_site import use_site
from tests.functions.secrets_manager import (
    keep_cursor_secret,
    keep_pseudonym_secret,
    keep_stripe_secrets,
)
from tests.functions.stripe import gateway_to, new_fake, url_event

from teppan.identity.scopes import API
from teppan.store import table as store
from teppan.store.table import Table

__all__ = ["Answer", "Handlers", "handlers", "keep_cursor_secret", "keep_pseudonym_secret"]

type Event = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """The answer of a handler; a JSON body is parsed, and any other is text."""

    operation: str
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def problem(self) -> tuple[int, str | None]:
        """The status and the problem's code (None: no problem)."""
        return self.status, self.body.get("code") if isinstance(self.body, dict) else None

    @property
    def visible(self) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Everything that a caller sees except the request id."""
        headers = {name: text for name, text in self.headers.items() if name != "X-Request-Id"}
        return self.status, headers, self.body | {"request_id": ""}

    @property
    def faults(self) -> list[str]:
        """The places that the problem's errors point to: `body /guests`."""
        return [f"{each['in']} {each['pointer']}" for each in self.body.get("errors", [])]


@contextmanager
def handlers(table: Table) -> Iterator["Handlers"]:
    """Run all functions, and their check of ended sessions, on one table."""
    functions = Handlers(table)
    usual = {name: os.environ[name] for name in ("USER_POOL_CLIENT_ID", "USER_POOL_ID")}
    try:
        with patch.object(store, "connect", lambda *_: functions.table):
            yield functions
    finally:
        os.environ |= usual


class Handlers:
    """All functions on one table and one fake Stripe, which uses the clock of the tests.

    Keeps every answer, to check it against the contract. A test that replaces `table`, `provider`
    or `cache` replaces it for all functions.
    """

    def __init__(self, table: Table) -> None:
        keep_stripe_secrets()
        self.table = table
        self.stripe = new_fake()
        self.provider = gateway_to(self.stripe, os.environ["STRIPE_API_KEY_ARN"])
        self.cache = availability_cache()
        self.answers: list[Answer] = []

    def __call__(self, operation: str, body: Any = None, **request: Any) -> Answer:
        """Send a request to the function of `operation`; the arguments are those of `event`."""
        return self.send(operation, self.event(operation, body, **request))

    def event(
        self,
        operation: str,
        body: Any = None,
        *,
        by: str | None = CUSTOMER,
        token: str | None = None,
        claims: Mapping[str, str] | None = None,
        query: Mapping[str, str | list[str]] | None = None,
        headers: Mapping[str, str | list[str] | None] | None = None,
        source_ip: str = HOME,
        **path_parameters: str,
    ) -> Event:
        """Return the gateway event of a request for `operation` by the account `by`, or by nobody.

        An access `token` replaces the account; `claims` replace single claims. A str `body` is sent
        unchanged, and a header that is None is left out. An operation that requires an idempotency
        key gets a new one unless `headers` contain it. `source_ip` is the caller's network.
        """
        if token:
            use_cognito()
        prepare(operation)
        called = contract.OPERATIONS[operation]
        is_keyed = "Idempotency-Key" in contract.parameters(operation, "header")
        usual = {"Idempotency-Key": str(uuid.uuid4())} if is_keyed else {}
        if token and by:
            usual["Authorization"] = f"Bearer {token}"
        sent: dict[str, str | list[str] | None] = {**usual, **(headers or {})}
        event = gateway_event(
            called.method,
            called.path.replace("+", "").format(**path_parameters),
            body=body,
            account=by,
            groups="admin" if by == ADMIN else "customer",
            token={**(claims_of(token) if token else {}), **(claims or {})},
            headers={name: text for name, text in sent.items() if text is not None},
            path_parameters=path_parameters or None,
            query=dict(query or {}),
            source_ip=source_ip,
        )
        for name in (name for name, text in sent.items() if text is None):
            event["headers"].pop(name, None)
            event["multiValueHeaders"].pop(name, None)
        return event

    def webhook(
        self, raw: bytes, signature: str | None, *, method: str = "POST", encoded: bool = False
    ) -> Answer:
        """Send the bytes to the webhook's URL as Stripe does; `encoded` means in base64."""
        event = url_event(raw, signature, method=method, encoded=encoded)
        return self.send("stripeWebhook", event)

    def deliver(self, *types: str) -> list[Answer]:
        """Deliver the events that are due, oldest first; only those of `types` if any are named.

        The fake Stripe delivers an event again later if the webhook does not answer 2xx.
        """
        outbox = self.stripe.outbox
        answers = []
        for delivery in outbox.pending():
            if types and delivery.event["type"] not in types:
                continue
            answers.append(self.webhook(delivery.body, outbox.sign(delivery)))
            taken = answers[-1].status < 300
            (outbox.mark_delivered if taken else outbox.mark_failed)(delivery)
        return answers

    def job(
        self, name: str, event: Event | None = None, time_left: Callable[[], float] | None = None
    ) -> Any:
        """Run a job by its name, such as `followUpPayments`, and return its result.

        `time_left` returns the seconds until Lambda stops the job: by default the timeout of the
        template. Raises `TriggerFailedError`.
        """
        context = lambda_context()
        timeout = float(FUNCTIONS[pascal(name) + "Function"]["Properties"]["Timeout"])
        seconds = time_left or (lambda: timeout)
        context.get_remaining_time_in_millis = lambda: int(seconds() * 1000)
        return self._function(name).handler(event or {}, context)

    def send(self, operation: str, event: Event) -> Answer:
        """Pass `event` to the function that serves `operation` and return its answer."""
        result = self._function(operation).handler(event, lambda_context())
        text = result["body"]
        answer = Answer(
            operation,
            result["statusCode"],
            result["headers"],
            _parsed(text, result["headers"].get("Content-Type", "")),
        )
        self.answers.append(answer)
        return answer

    def check_answers(self) -> None:
        """Check every answer so far against the contract, or the rules of the webhook."""
        for answer in self.answers:
            contract.check(answer.operation, answer.status, answer.headers, answer.body)

    def _function(self, operation: str) -> ModuleType:
        prepare(operation)
        function = load_function(contract.function_of(operation))
        for name, ours in (
            ("table", self.table),
            ("stripe", self.provider),
            ("cache", self.cache),
        ):
            if hasattr(function, name):
                vars(function)[name] = ours
        return function


def _parsed(text: str, media_type: str) -> Any:
    if not text:
        return None
    return json.loads(text.encode()) if media_type.endswith("json") else text


def prepare(operation: str) -> None:
    """Start the services that `operation` needs, before its function connects to them."""
    if contract.function_of(operation) == "operations/get_docs":
        use_site()
    if contract.function_of(operation).startswith("accounts/"):
        use_cognito()
        keep_pseudonym_secret()


def use_cognito() -> None:
    """Set the emulator's user pool in the environment of our functions and of events."""
    os.environ |= emulated().settings


def claims_of(token: str) -> dict[str, str]:
    """Return the claims of an access token as API Gateway passes them: every value as text.

    Adds the scope of our API, because the emulated pool has no trigger that adds it.
    """
    read = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in (read | {"scope": API}).items()
    }
