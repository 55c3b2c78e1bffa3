"""The payment provider as the services see it; `teppan_payments` is the one for Stripe."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from teppan.domain.money import Cents
from teppan.domain.payments.attempt import Intent, IntentStatus, PaymentAttempt
from teppan.domain.payments.event import PaymentEvent
from teppan.domain.payments.refund import RefundObligation
from teppan.domain.payments.snapshot import PaymentSnapshot


class RefundRefusedError(Exception):
    """The provider does not make that refund; it stays owed.

    `code` is the provider's error code; a refusal that `is_final` is so for ever, one that
    `is_disputed` while the payment is in dispute, and for ever when the dispute was lost.
    """

    def __init__(self, code: str, *, is_final: bool = False, is_disputed: bool = False) -> None:
        """Keep why."""
        super().__init__(code)
        self.code = code
        self.is_final = is_final
        self.is_disputed = is_disputed


class PaymentProvider(Protocol):
    """What we ask of the provider; the same question twice has one effect.

    All raise `PaymentProviderUnavailable` and `PaymentProviderFailed`.
    """

    def open(self, attempt: PaymentAttempt) -> Intent:
        """Make the intent of the attempt, or return the one that it has made.

        Raises `PaymentRefused` when there can never be one.
        """
        ...

    def intent(self, intent_id: str) -> Intent:
        """Return the intent as it is now."""
        ...

    def cancel(self, intent_id: str) -> IntentStatus:
        """Cancel the intent; return how it stands then: canceled, or too late for that."""
        ...

    def snapshot(self, intent_id: str) -> PaymentSnapshot | None:
        """Return all that is known of the payment now; None when it is unknown or not ours."""
        ...

    def send_refund(self, booking_id: str, refund: RefundObligation) -> None:
        """Make the refund; raises `RefundRefusedError`."""
        ...

    def events(self, since: datetime) -> Iterator[PaymentEvent]:
        """Yield the events of the types we handle that were made since then, oldest first."""
        ...

    def movements(self, since: datetime) -> Iterator[tuple[str, Cents]]:
        """Yield each movement of the balance since then: the payment intent and the cents."""
        ...
