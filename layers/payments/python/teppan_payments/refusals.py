"""The meaning of Stripe's error codes, for each call (`domain.md §7`).

Stripe documents the codes at https://docs.stripe.com/error-codes. A code that is not in the tables
has the call's default meaning.
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


class StripeCall(StrEnum):
    """A kind of request to Stripe."""

    OPEN = "open"
    RETRIEVE = "retrieve"
    CANCEL = "cancel"
    REFUND = "refund"
    LIST = "list"


class Meaning(StrEnum):
    """The meaning of a refusal."""

    FINAL = "final"
    """Stripe will never accept the request."""
    FOR_NOW = "for_now"
    """Stripe refuses the request now; it may accept it days later."""
    DISPUTED = "disputed"
    """Stripe refuses refunds of a payment while its dispute is open, and after a lost dispute."""
    BUSY = "busy"
    """Stripe may accept the same request in a moment."""
    OURS = "ours"
    """The request is wrong or the account is not set up for it: an engineer must repair it."""


_ANY_CALL: Final[Mapping[str, Meaning]] = MappingProxyType(
    {
        "lock_timeout": Meaning.BUSY,
        "idempotency_key_in_use": Meaning.BUSY,
        "rate_limit": Meaning.BUSY,
        "payment_intent_rate_limit_exceeded": Meaning.BUSY,
    }
)

_BY_CALL: Final[Mapping[StripeCall, Mapping[str, Meaning]]] = MappingProxyType(
    {
        StripeCall.OPEN: MappingProxyType(
            {
                "amount_too_small": Meaning.FINAL,
                "amount_too_large": Meaning.FINAL,
                "invalid_charge_amount": Meaning.FINAL,
                "charge_exceeds_transaction_limit": Meaning.FINAL,
                "payment_method_currency_mismatch": Meaning.FINAL,
            }
        ),
        StripeCall.RETRIEVE: MappingProxyType({"resource_missing": Meaning.FINAL}),
        StripeCall.CANCEL: MappingProxyType(
            {
                "payment_intent_unexpected_state": Meaning.FINAL,
                "resource_missing": Meaning.FINAL,
            }
        ),
        StripeCall.REFUND: MappingProxyType(
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
        StripeCall.LIST: MappingProxyType({}),
    }
)

_DEFAULT: Final[Mapping[StripeCall, Meaning]] = MappingProxyType(
    # A refused refund stays owed. Each refusal raises an alarm, and the retries are limited.
    {call: Meaning.FOR_NOW if call is StripeCall.REFUND else Meaning.OURS for call in StripeCall}
)


class RefusedError(Exception):
    """A refusal by Stripe with the meaning `FINAL`, `FOR_NOW` or `DISPUTED`."""

    def __init__(self, code: str, meaning: Meaning) -> None:
        """Keep Stripe's error code and its meaning."""
        super().__init__(code)
        self.code = code
        self.meaning = meaning


def meaning_of(call: StripeCall, code: str | None) -> Meaning:
    """Return the meaning of Stripe's error code `code` for `call`."""
    meaning = _ANY_CALL.get(code or "") or _BY_CALL[call].get(code or "")
    return meaning or _DEFAULT[call]


def error_for_refusal(call: StripeCall, error: stripe.InvalidRequestError) -> Exception:
    """Return the error to raise for a refusal; a fault of ours is logged and emits an alarm."""
    code = error.code or "invalid_request"
    meaning = meaning_of(call, error.code)
    if call is StripeCall.RETRIEVE and error.http_status != _NOT_FOUND:
        meaning = Meaning.OURS  # only a 404 means that the object does not exist
    if meaning is Meaning.BUSY:
        return PaymentProviderUnavailable()
    if meaning is Meaning.OURS:
        # The parameter is not logged: Stripe may quote the request in it.
        logger.error("request rejected", call=call.value, error_code=code)
        emit_alarm_metric(Alarm.REQUESTS_REJECTED, 1)
        return PaymentRequestRejected()
    return RefusedError(code, meaning)
