"""The account itself: every object it holds, its clock, and who is told of what happens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from local.fakes.stripe.account.collection import Collection
from local.fakes.stripe.account.identifiers import Identifiers
from local.fakes.stripe.account.signing_secrets import SigningSecrets
from local.fakes.stripe.objects import Json
from local.fakes.stripe.payments.cards import Card

DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class Cause:
    """The request that an event comes from; empty when no request of ours caused it."""

    request_id: str | None = None
    idempotency_key: str | None = None


def _nobody(_event: Json) -> int:
    return 0


@dataclass(slots=True)
class Account:
    """Everything one account holds. Not thread-safe: FakeStripe holds its lock around each use.

    `publish` is told of each event, and answers how many webhook endpoints will receive it.
    `livemode` is what each object says of itself; no money moves either way. `minimum` is the least
    amount of a payment, in cents: Stripe has one for the currency in which the account settles.
    """

    clock: Callable[[], float]
    identifiers: Identifiers
    public_url: str = "http://127.0.0.1:12111"
    livemode: bool = False
    minimum: int = 50
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
    # What Stripe's objects do not show: the test card behind a method or a charge, whose
    # payment a balance transaction belongs to, where a customer returns to after paying an
    # intent, and what the endpoints' messages are signed with.
    cards: dict[str, Card] = field(default_factory=dict)
    intents_of_transactions: dict[str, str] = field(default_factory=dict)
    return_urls: dict[str, str] = field(default_factory=dict)
    secrets: SigningSecrets = field(default_factory=SigningSecrets)
    cause: Cause = field(default_factory=Cause)
    publish: Callable[[Json], int] = _nobody

    def now(self) -> int:
        """Return the time in whole unix seconds."""
        return int(self.clock())
