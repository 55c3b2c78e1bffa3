"""The outbox: the deliveries of events until they succeed or are given up."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Final

from local.fakes.stripe.account import webhook_endpoints
from local.fakes.stripe.account.account import Account
from local.fakes.stripe.objects import Json
from local.fakes.stripe.webhooks.signature import signature_header

# Seconds from one attempt to the next, growing over three days; then Stripe gives up.
BACKOFF: Final = (
    300, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800, 28_800, 43_200, 43_200, 43_200,
)  # fmt: skip


@dataclass(eq=False)
class Delivery:
    """One event for one endpoint. `attempts` counts the failed ones; `due_at` is a Unix time.

    `host` is the Host header to send; by default it is the host of `url`.
    """

    id: str
    event: Json
    endpoint: str
    url: str
    due_at: float
    host: str | None = None
    attempts: int = 0

    @cached_property
    def body(self) -> bytes:
        """The bytes that are signed and sent."""
        return json.dumps(self.event, indent=2, ensure_ascii=False).encode()


class Outbox:
    """Deliveries in the order of their events. Each method takes the fake's lock."""

    def __init__(self, account: Account, lock: RLock) -> None:
        self._account = account
        self._lock = lock
        self._deliveries: dict[str, Delivery] = {}
        self._hosts: dict[str, str | None] = {}
        self.backoff: tuple[float, ...] = BACKOFF

    def subscribe(
        self,
        url: str,
        enabled_events: Sequence[str] = ("*",),
        *,
        secret: str | None = None,
        host: str | None = None,
    ) -> Json:
        """Create a webhook endpoint with a chosen secret and Host header."""
        with self._lock:
            parameters = {"url": url, "enabled_events": list(enabled_events)}
            endpoint = webhook_endpoints.create(self._account, parameters, secret)
            self._hosts[endpoint["id"]] = host
            return endpoint | {"secret": self._account.secrets.current(endpoint["id"])}

    def publish(self, event: Json) -> int:
        """Queue an event for each endpoint that receives it; return the number of endpoints."""
        endpoints = [
            endpoint
            for endpoint in self._account.webhook_endpoints.newest_first()
            if webhook_endpoints.is_subscribed(endpoint, event["type"])
        ]
        if not endpoints:
            return 0
        # The object in an event never changes, but the number of pending endpoints does.
        pending_count = {"pending_webhooks": len(endpoints)} if "pending_webhooks" in event else {}
        counted_event = event | pending_count
        for endpoint in endpoints:
            delivery = Delivery(
                self._account.identifiers.new("wd"),
                counted_event,
                endpoint["id"],
                endpoint["url"],
                self._account.clock(),
                self._hosts.get(endpoint["id"]),
            )
            self._deliveries[delivery.id] = delivery
        return len(endpoints)

    def pending(self, *, include_later: bool = False) -> list[Delivery]:
        """Return the deliveries that are due now, oldest event first, or all of them."""
        with self._lock:
            now = self._account.clock()
            return [
                each
                for each in self._deliveries.values()
                if (include_later or each.due_at <= now)
                and each.endpoint in self._account.webhook_endpoints
            ]

    def sign(
        self, delivery: Delivery, *, secret: str | None = None, at: float | None = None
    ) -> str:
        """Return the delivery's `Stripe-Signature`, made with every valid secret or with `secret`.

        `at` is the Unix time of sending, by default now.
        """
        with self._lock:
            moment = int(self._account.clock() if at is None else at)
            valid = self._account.secrets.valid(delivery.endpoint, moment)
            return signature_header(delivery.body, [secret] if secret else valid, moment)

    def roll_secret(self, endpoint: str, expires_in: float = 86_400) -> str:
        """Give an endpoint a new secret; the old one also signs for `expires_in` seconds."""
        with self._lock:
            secret = webhook_endpoints.new_secret(self._account)
            until = self._account.clock() + expires_in
            self._account.secrets.roll(endpoint, secret, expires_at=until)
            return secret

    def mark_delivered(self, delivery: Delivery) -> None:
        """Remove a delivery that its endpoint has answered with 2xx."""
        with self._lock:
            event = self._account.events.get(delivery.event["id"])  # v2 events are in no list
            if self._deliveries.pop(delivery.id, None) is not None and event is not None:
                event["pending_webhooks"] -= 1

    def drop(self, delivery: Delivery) -> None:
        """Remove a delivery that is not delivered."""
        with self._lock:
            self._deliveries.pop(delivery.id, None)

    def mark_failed(self, delivery: Delivery) -> None:
        """Delay a delivery until Stripe's next attempt; remove it after the last one."""
        with self._lock:
            if delivery.id not in self._deliveries:
                return
            if delivery.attempts >= len(self.backoff):
                self.drop(delivery)
                return
            delivery.due_at = self._account.clock() + self.backoff[delivery.attempts]
            delivery.attempts += 1
