"""The client of Stripe's API: one a process, with short timeouts and a pinned API version."""

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
from teppan_payments.refusals import Call, refused

API_VERSION: Final = "2026-05-27.dahlia"
"""The version that our requests and objects are written for."""

_CONNECT_SECONDS: Final = 2.0
_READ_SECONDS: Final = 6.0
_RETRIES: Final = 1
_PLACEHOLDER: Final = "sk_of_each_request"
_BUSY: Final = frozenset({409, 429})
_FAILED_DEPENDENCY: Final = 424
_KEY: Final = re.compile(r"(?:sk|rk)_(live|test)_.+")

# It logs what Stripe says of an error, which may quote what was sent.
logging.getLogger("stripe").setLevel(logging.WARNING)

type Ask = Callable[[StripeClient, RequestOptions], Any]


class Stripe:
    """Stripe's API under one of the keys that are valid now; during a rotation two are."""

    def __init__(self, client: StripeClient, key_arn: str) -> None:
        """Call through `client` with the key that the secret `key_arn` holds."""
        self._client = client
        self._key_arn = key_arn

    def call(self, ask: Ask, idempotency_key: str | None = None) -> Any:
        """Return what Stripe answers to `ask`.

        A repetition under the same `idempotency_key` has no second effect. Raises
        `PaymentProviderUnavailable`, `PaymentProviderErred`, `PaymentProviderFailed` when Stripe
        takes none of our keys, `PaymentsNotConfigured` when we have none, `WrongPaymentMode` when
        ours are for another stage, and `stripe.InvalidRequestError` for what Stripe refuses by its
        content.
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
                if error.http_status in _BUSY:
                    raise PaymentProviderUnavailable from error
                # A key that was used for another request is of no use: the next try has another.
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
        """Yield the keys to try; raises `PaymentsNotConfigured` and `WrongPaymentMode` for none.

        Before a key is stored the secret has a random value, and its first key has that before it.
        """
        known, usable = False, False
        for key in secret.valid(self._key_arn):
            if form := _KEY.fullmatch(key):
                known = True
                if fits_stage(is_live=form[1] == "live"):
                    usable = True
                    yield key
        if not usable:
            raise WrongPaymentMode if known else PaymentsNotConfigured

    def all_of(self, list_: Ask) -> list[dict[str, Any]]:
        """Return the objects of all pages of a list, as plain values.

        Raises as `call` does, and `PaymentRequestRejected` for a list that Stripe refuses.
        """
        try:
            found: list[dict[str, Any]] = self.call(
                lambda client, options: [
                    each.to_dict() for each in list_(client, options).auto_paging_iter()
                ]
            )
        except stripe.InvalidRequestError as error:
            raise refused(Call.LIST, error) from error
        return found


def fits_stage(*, is_live: bool) -> bool:
    """Return whether live money, or test money, is what the stage takes; raise the alarm if not."""
    fits = is_live is settings().takes_live_money
    if not fits:
        logger.error("wrong payment mode", live=is_live)
        emit_alarm_metric(Alarm.FOREIGN, 1)
    return fits


@cache
def connect() -> Stripe:
    """Return Stripe at `STRIPE_API_BASE`, by the key that `STRIPE_API_KEY_ARN` names."""
    client = StripeClient(
        _PLACEHOLDER,
        stripe_version=API_VERSION,
        base_addresses={"api": required("STRIPE_API_BASE")},
        max_network_retries=_RETRIES,
        http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, _READ_SECONDS)),
    )
    return Stripe(client, required("STRIPE_API_KEY_ARN"))
