"""The account: its objects, its clock, and the function that publishes its events."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from local.fakes.stripe.account.collection import Collection
from local.fakes.stripe.account.identifiers import Identifiers
from local.fakes.stripe.account.signing_secrets import SigningSecrets
from local.fakes.stripe.cards import Card
from local.fakes.stripe.objects import Json
from local.processes import HOST

DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class RequestOrigin:
    """The request that caused an event; empty when none of our requests did."""

    request_id: str | None = None
    idempotency_key: str | None = None


def _publish_to_nobody(_event: Json) -> int:
    return 0


@dataclass(slots=True)
class Account:
    """One account. It is not thread-safe: FakeStripe holds its lock during each use.

    `publish` takes each event and returns the number of webhook endpoints that will receive it.
    `livemode` is copied into each object; no money moves in either mode. `minimum_amount` is the
    smallest amount of a payment in cents; Stripe has one for each settlement currency.
    """

    clock: Callable[[], float]
    identifiers: Identifiers
    public_url: str = f"http://{HOST}:12111"
    livemode: bool = False
    minimum_amount: int = 50
    payment_intents: Collection = field(default_factory=lambda: Collection("payment_intent"))
    charges: Collection = field(
        default_factory=lambda: Collection("charge", ("payment_intent",)),
    )
    refunds: Collection = field(
        default_factory=lambda: Collection("refund", ("payment_intent", "charge")),
    )
    disputes: Collection = field(
        default_factory=lambda: Collection("dispute", ("payment_intent", "charge")),
    )
    balance_transactions: Collection = field(
        default_factory=lambda: Collection("balance transaction", ("source",)),
    )
    payment_methods: Collection = field(default_factory=lambda: Collection("PaymentMethod"))
    events: Collection = field(default_factory=lambda: Collection("event"))
    webhook_endpoints: Collection = field(default_factory=lambda: Collection("webhook endpoint"))
    # Data that Stripe's objects do not have: the test card of a method or a charge, the payment
    # intent of a balance transaction, the page to return to after a payment, and the endpoints'
    # signing secrets.
    cards: dict[str, Card] = field(default_factory=dict)
    intents_of_transactions: dict[str, str] = field(default_factory=dict)
    return_urls: dict[str, str] = field(default_factory=dict)
    secrets: SigningSecrets = field(default_factory=SigningSecrets)
    origin: RequestOrigin = field(default_factory=RequestOrigin)
    publish: Callable[[Json], int] = _publish_to_nobody

    def now(self) -> int:
        """Return the time in whole Unix seconds."""
        return int(self.clock())
