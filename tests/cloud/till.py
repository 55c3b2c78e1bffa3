"""The other side of a payment: Stripe's page, its staff, its network, and what it tells us."""

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
from local.aws.deployment import STACK
from local.fakes.stripe.process import API_KEY
from tests.cloud.conftest import RunningCloud

PROMPT = {"delay_seconds": 0.0, "duplicate": 0.0, "drop": 0.0, "reorder": False, "retry": True}
"""How the fake sends events when nothing is wrong."""

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Till:
    """The fake Stripe of a cloud."""

    cloud: RunningCloud
    _stripe: Api = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_stripe", Api(self.cloud.description.stripe_url))

    def page(self, path: str, **given: str) -> str:
        """Open a page, or press its button with what is filled in; return where that leads."""
        answer = self._stripe.request("GET", path) if not given else self._press(path, given)
        while answer.status == 303:
            answer = self._stripe.request("GET", answer.headers["Location"])
        return answer.body.decode()

    def _press(self, path: str, given: dict[str, str]) -> Answer:
        answer = self._stripe.request("POST", path, body=urlencode(given).encode(), headers=_FORM)
        assert answer.status == 303, answer.body
        return answer

    def pay(self, opened: dict[str, Any], card: str = "4242424242424242") -> str:
        """Pay an intent on the checkout page; return what it says then."""
        return self.page(f"/checkout/{opened['client_secret']}", card=card)

    def act(self, name: str, **given: Any) -> Any:
        """Do what only banks, staff at Stripe's dashboard or its network can do."""
        done = self._stripe.request("POST", f"/_fake/{name}", body=given)
        assert done.status == 200, done.body
        return done.json()

    def get(self, path: str) -> Any:
        """Return what Stripe's API knows."""
        return self._stripe.request("GET", path, token=API_KEY).json()

    @contextmanager
    def sending(self, **policy: Any) -> Iterator[None]:
        """Send events in another way until the block ends."""
        self._send(policy)
        try:
            yield
        finally:
            self._send(PROMPT)

    def _send(self, policy: dict[str, Any]) -> None:
        assert self._stripe.request("PUT", "/_fake/sender", body=policy).status == 200

    def events(self, intent: str) -> list[dict[str, Any]]:
        """Return the events about an intent that we have subscribed to, oldest first."""
        listed = self.get("/v1/events?limit=100")["data"]
        about = [each for each in reversed(listed) if intent in json.dumps(each)]
        return [
            each for each in about if not re.search(r"created$|charge\.succ|dated$", each["type"])
        ]

    def outcomes(self, kind: str) -> list[str]:
        """Return how the attempts went to send events of a kind, as the dashboard shows them."""
        cells = re.findall(r"<tr>(.*?)</tr>", self.page("/"), re.DOTALL)
        rows = [re.findall(r"<td>(.*?)</td>", each, re.DOTALL) for each in cells]
        return [row[-1] for row in rows if len(row) == 5 and row[2] == kind]

    def emit_alarm_metric(self, body: bytes, **headers: str) -> Answer:
        """Send something to the webhook, as anybody can."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        sent = {"Content-Type": "application/json; charset=utf-8"} | named
        url = Api(self.cloud.description.stripe_webhook_url)
        return url.request("POST", "", body=body, headers=sent)


def signature_header(body: str, secret: str, *, age: int = 0) -> str:
    """Sign as Stripe does, `age` seconds ago."""
    at = int(time.time()) - age
    sign = stripe.WebhookSignature.generate_signature_header
    header: str = sign(body, secret, timestamp=at)
    return header


def run_job(cloud: RunningCloud, name: str, event: dict[str, Any] | None = None) -> None:
    """Run a job now; one on a schedule runs alone, so one that runs already is waited for."""
    functions = cloud.client("lambda")
    payload = json.dumps(event or {}).encode()

    def run() -> bool:
        try:
            done = functions.invoke(FunctionName=f"{STACK}-{name}", Payload=payload)
        except functions.exceptions.TooManyRequestsException:
            return False
        assert "FunctionError" not in done, done["Payload"].read()
        return True

    eventually(run, bool)


def eventually[T](read: Callable[[], T], holds: Callable[[T], object]) -> T:
    """Return what `read` returns once it holds: webhooks, streams and jobs take their time."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds(found := read()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found
