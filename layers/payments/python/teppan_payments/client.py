"""The client of Stripe's API, one a process, with short timeouts and a pinned API version."""

import logging
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

import stripe
from stripe import RequestOptions, StripeClient

from teppan import secret
from teppan.domain.alarm import Alarm
from teppan.domain.payments.errors import (
    PaymentProviderErred,
    PaymentProviderFailed,
    PaymentProviderUnavailable,
    PaymentsNotConfigured,
    WrongPaymentMode,
)
from teppan.observability.log import logger
from teppan.observability.metrics import emit_alarm_metric
from teppan.settings import required, settings
from teppan_payments.refusals import StripeCall, error_for_refusal

API_VERSION: Final = "2026-05-27.dahlia"
"""The API version that our code is written for."""

_CONNECT_SECONDS: Final = 2.0
_READ_SECONDS: Final = 6.0
_RETRIES: Final = 1
_PLACEHOLDER: Final = "sk_of_each_request"
_BUSY_STATUSES: Final = frozenset({409, 429})
_FAILED_DEPENDENCY: Final = 424
_KEY: Final = re.compile(r"(?:sk|rk)_(live|test)_.+")

# At INFO the library logs Stripe's error messages, which may quote the request.
logging.getLogger("stripe").setLevel(logging.WARNING)

type StripeRequest = Callable[[StripeClient, RequestOptions], Any]
"""A function that makes one request through the client, with the given options."""


class Stripe:
    """Stripe's API, called with the keys that are valid now; during a rotation there are two."""

    def __init__(self, client: StripeClient, key_arn: str) -> None:
        """Call through `client` with the keys in the secret at `key_arn`."""
        self._client = client
        self._key_arn = key_arn

    def call(self, ask: StripeRequest, idempotency_key: str | None = None) -> Any:
        """Return Stripe's answer to `ask`.

        A retry with the same `idempotency_key` has no second effect. Raises
        `PaymentProviderUnavailable`, `PaymentProviderErred`, `PaymentProviderFailed` if Stripe
        accepts none of our keys, `PaymentsNotConfigured` if there is no key, `WrongPaymentMode` if
        the keys are for another stage, and `stripe.InvalidRequestError` if Stripe refuses the
        request for its content.
        """
        for key in self._keys():
            options: RequestOptions = {"api_key": key}
            if idempotency_key is not None:
                options["idempotency_key"] = idempotency_key
            try:
                return ask(self._client, options)
            except stripe.AuthenticationError:
                continue
            except stripe.APIConnectionError as error:
                raise PaymentProviderUnavailable from error
            except stripe.StripeError as error:
                if error.http_status in _BUSY_STATUSES:
                    raise PaymentProviderUnavailable from error
                # An idempotency key that Stripe knows for another request can only fail again. The
                # next payment attempt has another key.
                if (
                    (error.http_status or 500) >= 500
                    or error.http_status == _FAILED_DEPENDENCY
                    or isinstance(error, stripe.IdempotencyError)
                ):
                    raise PaymentProviderErred from error
                if isinstance(error, stripe.InvalidRequestError):
                    raise
                raise PaymentProviderFailed from error
        raise PaymentProviderFailed

    def _keys(self) -> Iterator[str]:
        """Yield the keys to try; raises `PaymentsNotConfigured` or `WrongPaymentMode` for none.

        A new secret holds a random value until an operator stores a key. That value remains the
        previous version of the first key, so it is skipped.
        """
        has_key, has_usable_key = False, False
        for key in secret.valid(self._key_arn):
            if match := _KEY.fullmatch(key):
                has_key = True
                if check_payment_mode(is_live=match[1] == "live"):
                    has_usable_key = True
                    yield key
        if not has_usable_key:
            raise WrongPaymentMode if has_key else PaymentsNotConfigured

    def all_of(self, list_: StripeRequest) -> list[dict[str, Any]]:
        """Return the objects of all pages of a list, as plain values.

        Raises the errors of `call`, and `PaymentRequestRejected` if Stripe refuses the request.
        """
        try:
            found: list[dict[str, Any]] = self.call(
                lambda client, options: [
                    each.to_dict() for each in list_(client, options).auto_paging_iter()
                ]
            )
        except stripe.InvalidRequestError as error:
            raise error_for_refusal(StripeCall.LIST, error) from error
        return found


def check_payment_mode(*, is_live: bool) -> bool:
    """Return whether the stage takes live or test money, as given; emit an alarm if not."""
    fits = is_live is settings().takes_live_money
    if not fits:
        logger.error("wrong payment mode", live=is_live)
        emit_alarm_metric(Alarm.FOREIGN, 1)
    return fits


@cache
def connect() -> Stripe:
    """Return the client at `STRIPE_API_BASE`, with the keys in the secret `STRIPE_API_KEY_ARN`."""
    client = StripeClient(
        _PLACEHOLDER,
        stripe_version=API_VERSION,
        base_addresses={"api": required("STRIPE_API_BASE")},
        max_network_retries=_RETRIES,
        http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, _READ_SECONDS)),
    )
    return Stripe(client, required("STRIPE_API_KEY_ARN"))
