"""What a refusal of Stripe's means, by the call and Stripe's error code (`domain.md §7`).

The codes and what they say: https://docs.stripe.com/error-codes. A code that is not in the table
means what `_OTHERWISE` says of the call.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import stripe

from teppan.domain.alarm import Alarm
from teppan.domain.payments.errors import PaymentProviderUnavailable, PaymentRequestRejected
from teppan.observability.log import logger
from teppan.observability.metrics import emit_alarm_metric

_NOT_FOUND: Final = 404


class Call(StrEnum):
    """What Stripe was asked."""

    OPEN = "open"
    RETRIEVE = "retrieve"
    CANCEL = "cancel"
    REFUND = "refund"
    LIST = "list"


class Meaning(StrEnum):
    """What follows from a refusal."""

    FINAL = "final"
    """Stripe will never do it."""
    FOR_NOW = "for_now"
    """Stripe does not do it while things stand as they do; days later it may."""
    DISPUTED = "disputed"
    """Stripe refunds nothing of a payment in dispute, and never again once that is lost."""
    BUSY = "busy"
    """The same request may pass in a moment."""
    OURS = "ours"
    """The request is wrong, or the account is not set up for it: somebody has to repair that."""


_ANY_CALL: Final[Mapping[str, Meaning]] = MappingProxyType(
    {
        "lock_timeout": Meaning.BUSY,
        "idempotency_key_in_use": Meaning.BUSY,
        "rate_limit": Meaning.BUSY,
        "payment_intent_rate_limit_exceeded": Meaning.BUSY,
    }
)

_BY_CALL: Final[Mapping[Call, Mapping[str, Meaning]]] = MappingProxyType(
    {
        Call.OPEN: MappingProxyType(
            {
                "amount_too_small": Meaning.FINAL,
                "amount_too_large": Meaning.FINAL,
                "invalid_charge_amount": Meaning.FINAL,
                "charge_exceeds_transaction_limit": Meaning.FINAL,
                "payment_method_currency_mismatch": Meaning.FINAL,
            }
        ),
        Call.RETRIEVE: MappingProxyType({"resource_missing": Meaning.FINAL}),
        Call.CANCEL: MappingProxyType(
            {
                "payment_intent_unexpected_state": Meaning.FINAL,
                "resource_missing": Meaning.FINAL,
            }
        ),
        Call.REFUND: MappingProxyType(
            {
                "charge_already_refunded": Meaning.FINAL,
                "charge_not_refundable": Meaning.FINAL,
                "payment_method_unsupported_type": Meaning.FINAL,
                "charge_disputed": Meaning.DISPUTED,
                "refund_disputed_payment": Meaning.DISPUTED,
                "insufficient_funds": Meaning.FOR_NOW,
                "balance_insufficient": Meaning.FOR_NOW,
            }
        ),
        Call.LIST: MappingProxyType({}),
    }
)

_OTHERWISE: Final[Mapping[Call, Meaning]] = MappingProxyType(
    # A refund that is refused stays owed, raises an alarm each time, and is refused so often only.
    {call: Meaning.FOR_NOW if call is Call.REFUND else Meaning.OURS for call in Call}
)


class RefusedError(Exception):
    """Stripe refuses a call; not for being busy, and not for a fault of ours."""

    def __init__(self, code: str, meaning: Meaning) -> None:
        """Keep Stripe's error code, and what it means."""
        super().__init__(code)
        self.code = code
        self.meaning = meaning


def meaning_of(call: Call, code: str | None) -> Meaning:
    """Return what it means that Stripe refuses `call` with the error code `code`."""
    meaning = _ANY_CALL.get(code or "") or _BY_CALL[call].get(code or "")
    return meaning or _OTHERWISE[call]


def refused(call: Call, error: stripe.InvalidRequestError) -> Exception:
    """Return what to raise for a refusal; one that is our fault is logged and raises an alarm."""
    code = error.code or "invalid_request"
    meaning = meaning_of(call, error.code)
    if call is Call.RETRIEVE and error.http_status != _NOT_FOUND:
        meaning = Meaning.OURS  # only a 404 says that what we ask for does not exist
    if meaning is Meaning.BUSY:
        return PaymentProviderUnavailable()
    if meaning is Meaning.OURS:
        # Not the parameter: Stripe may quote there what was sent.
        logger.error("request rejected", call=call.value, error_code=code)
        emit_alarm_metric(Alarm.REQUESTS_REJECTED, 1)
        return PaymentRequestRejected()
    return RefusedError(code, meaning)
