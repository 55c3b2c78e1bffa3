"""The protocol of the payment provider; `teppan_payments` implements it for Stripe."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from teppan.domain.money import Cents
from teppan.domain.payments.attempt import Intent, IntentStatus, PaymentAttempt
from teppan.domain.payments.event import PaymentEvent
from teppan.domain.payments.refund import RefundObligation
from teppan.domain.payments.snapshot import PaymentSnapshot


class RefundRefusedError(Exception):
    """The provider refused a refund; the refund stays owed.

    `code` is the provider's error code. If `is_final`, the provider will never make the refund. If
    `is_disputed`, it refuses while the payment is in dispute, and for ever if the dispute is lost.
    """

    def __init__(self, code: str, *, is_final: bool = False, is_disputed: bool = False) -> None:
        """Keep the provider's error code and the kind of refusal."""
        super().__init__(code)
        self.code = code
        self.is_final = is_final
        self.is_disputed = is_disputed


class PaymentProvider(Protocol):
    """The calls to the provider; each can be repeated without a second effect.

    All raise `PaymentProviderUnavailable` and `PaymentProviderFailed`.
    """

    def open(self, attempt: PaymentAttempt) -> Intent:
        """Create the intent of the attempt, or return the existing one.

        Raises `PaymentRefused` if the provider will never create it.
        """
        ...

    def intent(self, intent_id: str) -> Intent:
        """Return the intent as it is now."""
        ...

    def cancel(self, intent_id: str) -> IntentStatus:
        """Cancel the intent; return its status, which is not `CANCELED` if it was too late."""
        ...

    def snapshot(self, intent_id: str) -> PaymentSnapshot | None:
        """Return the payment as it is now; None if it is unknown or not ours."""
        ...

    def send_refund(self, booking_id: str, refund: RefundObligation) -> None:
        """Send the refund; raises `RefundRefusedError`."""
        ...

    def events(self, since: datetime) -> Iterator[PaymentEvent]:
        """Yield the events created since then, of the types that we handle, oldest first."""
        ...

    def movements(self, since: datetime) -> Iterator[tuple[str, Cents]]:
        """Yield each balance movement since then: the payment intent and the cents."""
        ...
