"""The sender, which posts the outbox's deliveries; its policy sets delays and failures."""

import random
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Final

import urllib3

from local.fakes.stripe.background import repeating
from local.fakes.stripe.webhooks.outbox import Delivery, Outbox

DEV_BACKOFF: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0, 30.0)
_POLL_SECONDS: Final = 0.05
_TIMEOUT_SECONDS: Final = 20.0
_WORKERS: Final = 4
_SPREAD_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class SenderPolicy:
    """The policy for sending. `duplicate` and `drop` are probabilities, drawn from the seed.

    With `reorder` each event waits for a random time. Without `retry` a failure is final.
    """

    delay_seconds: float = 0.0
    duplicate: float = 0.0
    drop: float = 0.0
    reorder: bool = False
    retry: bool = True


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One POST to an endpoint: Unix time, event, URL, and the status or the failure."""

    at: float
    event: str
    kind: str
    url: str
    outcome: str


class Sender:
    """Sends the outbox's deliveries over HTTP, four at a time."""

    def __init__(
        self, outbox: Outbox, policy: SenderPolicy | None = None, *, seed: int = 0
    ) -> None:
        self.policy = policy or SenderPolicy()
        self.attempts: deque[DeliveryAttempt] = deque(maxlen=200)
        self._outbox = outbox
        self._random = random.Random(seed)
        self._lock = Lock()
        self._ready_at: dict[str, float] = {}
        self._sending: set[str] = set()
        self._pool = ThreadPoolExecutor(_WORKERS)
        self._http = urllib3.PoolManager(timeout=_TIMEOUT_SECONDS, retries=False)
        outbox.backoff = DEV_BACKOFF

    @contextmanager
    def running(self) -> Iterator[None]:
        """Send in the background until the block ends."""
        with self._pool, repeating(self._send_due, every_seconds=_POLL_SECONDS):
            yield

    def _send_due(self) -> None:
        now = time.monotonic()
        for delivery in self._outbox.pending():
            ticket = f"{delivery.id}:{delivery.attempts}"
            with self._lock:
                ready_at = self._ready_at.setdefault(ticket, now + self._hold())
                if ready_at > now or delivery.id in self._sending:
                    continue
                del self._ready_at[ticket]
                self._sending.add(delivery.id)
            self._pool.submit(self._send, delivery)

    def _hold(self) -> float:
        spread = self._random.uniform(0, _SPREAD_SECONDS) if self.policy.reorder else 0.0
        return self.policy.delay_seconds + spread

    def _send(self, delivery: Delivery) -> None:
        policy = self.policy
        with self._lock:
            is_dropped = self._random.random() < policy.drop
            times = 2 if self._random.random() < policy.duplicate else 1
        try:
            if is_dropped:
                self._note(delivery, "dropped")
                self._outbox.drop(delivery)
                return
            for _ in range(times):
                is_delivered = self._post(delivery)
            if is_delivered:
                self._outbox.mark_delivered(delivery)
            elif policy.retry:
                self._outbox.mark_failed(delivery)
            else:
                self._outbox.drop(delivery)
        finally:
            with self._lock:
                self._sending.discard(delivery.id)

    def _post(self, delivery: Delivery) -> bool:
        headers = {
            "Accept": "*/*; q=0.5, application/xml",
            "Cache-Control": "no-cache",
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": self._outbox.sign(delivery),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        if delivery.host is not None:
            headers["Host"] = delivery.host
        try:
            answer = self._http.request(
                "POST", delivery.url, body=delivery.body, headers=headers, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            self._note(delivery, type(error).__name__)
            return False
        self._note(delivery, str(answer.status))
        return 200 <= answer.status < 300

    def _note(self, delivery: Delivery, outcome: str) -> None:
        event = delivery.event
        self.attempts.append(
            DeliveryAttempt(time.time(), event["id"], event["type"], delivery.url, outcome)
        )
