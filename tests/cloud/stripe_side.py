"""Stripe in the tests of the cloud: its pages, its actions, its API and its events."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import stripe
from local.api import Answer, Api
from local.aws.stack import STACK
from local.fakes.stripe.process import API_KEY
from tests.cloud.conftest import RunningCloud

DEFAULT_POLICY = {
    "delay_seconds": 0.0,
    "duplicate": 0.0,
    "drop": 0.0,
    "reorder": False,
    "retry": True,
}
"""The fake's policy for sending events without faults."""

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class StripeSide:
    """A client of a cloud's fake Stripe."""

    cloud: RunningCloud
    _stripe: Api = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_stripe", Api(self.cloud.description.stripe_url))

    def page(self, path: str, **fields: str) -> str:
        """Open a page, or send its form with `fields`; return the resulting page."""
        answer = self._stripe.request("GET", path) if not fields else self._press(path, fields)
        while answer.status == 303:
            answer = self._stripe.request("GET", answer.headers["Location"])
        return answer.body.decode()

    def _press(self, path: str, fields: dict[str, str]) -> Answer:
        answer = self._stripe.request("POST", path, body=urlencode(fields).encode(), headers=_FORM)
        assert answer.status == 303, answer.body
        return answer

    def pay(self, intent: dict[str, Any], card: str = "4242424242424242") -> str:
        """Pay an intent on the checkout page; return the resulting page."""
        return self.page(f"/checkout/{intent['client_secret']}", card=card)

    def run_action(self, name: str, **fields: Any) -> Any:
        """Run an action of a bank, of the dashboard or of the network."""
        answer = self._stripe.request("POST", f"/_fake/{name}", body=fields)
        assert answer.status == 200, answer.body
        return answer.json()

    def get(self, path: str) -> Any:
        """Return the answer of Stripe's API to a GET."""
        return self._stripe.request("GET", path, token=API_KEY).json()

    @contextmanager
    def sender_policy(self, **policy: Any) -> Iterator[None]:
        """Change the policy for sending events until the block ends."""
        self._send(policy)
        try:
            yield
        finally:
            self._send(DEFAULT_POLICY)

    def _send(self, policy: dict[str, Any]) -> None:
        assert self._stripe.request("PUT", "/_fake/sender", body=policy).status == 200

    def events(self, intent: str) -> list[dict[str, Any]]:
        """Return the events of our subscription about an intent, oldest first."""
        listed = self.get("/v1/events?limit=100")["data"]
        about = [each for each in reversed(listed) if intent in json.dumps(each)]
        return [
            each for each in about if not re.search(r"created$|charge\.succ|dated$", each["type"])
        ]

    def outcomes(self, kind: str) -> list[str]:
        """Return the outcomes of sending events of a kind, from the dashboard."""
        cells = re.findall(r"<tr>(.*?)</tr>", self.page("/"), re.DOTALL)
        rows = [re.findall(r"<td>(.*?)</td>", each, re.DOTALL) for each in cells]
        return [row[-1] for row in rows if len(row) == 5 and row[2] == kind]

    def send_event(self, body: bytes, **headers: str) -> Answer:
        """Send a request to the webhook's public URL."""
        named_headers = {name.replace("_", "-"): text for name, text in headers.items()}
        all_headers = {"Content-Type": "application/json; charset=utf-8"} | named_headers
        url = Api(self.cloud.description.stripe_webhook_url)
        return url.request("POST", "", body=body, headers=all_headers)


def signature_header(body: str, secret: str, *, age: int = 0) -> str:
    """Return Stripe's signature of a body, made `age` seconds ago."""
    at = int(time.time()) - age
    sign = stripe.WebhookSignature.generate_signature_header
    header: str = sign(body, secret, timestamp=at)
    return header


def run_job(cloud: RunningCloud, name: str, event: dict[str, Any] | None = None) -> None:
    """Run a job now; wait first if its schedule has started it, as it runs once at a time."""
    functions = cloud.client("lambda")
    payload = json.dumps(event or {}).encode()

    def run() -> bool:
        try:
            result = functions.invoke(FunctionName=f"{STACK}-{name}", Payload=payload)
        except functions.exceptions.TooManyRequestsException:
            return False
        assert "FunctionError" not in result, result["Payload"].read()
        return True

    eventually(run, bool)


def eventually[T](read: Callable[[], T], holds: Callable[[T], object]) -> T:
    """Return the first result of `read` for which `holds` is true; wait for it if necessary."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds(found := read()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found
