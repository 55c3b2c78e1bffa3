"""The parameters of the operations of payment intents."""

from typing import Final

from local.fakes.stripe.api.metadata import Metadata
from local.fakes.stripe.api.operation import EXPAND
from local.fakes.stripe.api.parameters import (
    Boolean,
    Choice,
    Group,
    Integer,
    Listed,
    Parameter,
    Text,
)

_KINDS: Final = ("card", "us_bank_account", "sepa_debit")
_ADDRESS: Final = Group(
    parts=dict.fromkeys(("line1", "line2", "city", "state", "postal_code", "country"), Text())
)
CREATE: Final[dict[str, Parameter]] = EXPAND | {
    "amount": Integer(least=1, required=True),
    "currency": Choice(words=("usd", "eur"), any_case=True, required=True),
    "automatic_payment_methods": Group(
        parts={
            "enabled": Boolean(required=True),
            "allow_redirects": Choice(words=("always", "never")),
        }
    ),
    "capture_method": Choice(words=("automatic", "automatic_async")),
    "confirm": Boolean(),
    "description": Text(longest=1000),
    "mandate_data": Group(
        parts={
            "customer_acceptance": Group(
                parts={"accepted_at": Integer(), "type": Choice(words=("offline",), required=True)},
                required=True,
            )
        }
    ),
    "metadata": Metadata(),
    "payment_method": Text(),
    "payment_method_types": Listed(item=Choice(words=_KINDS)),
    "receipt_email": Text(),
    "return_url": Text(),
    "shipping": Group(parts={"address": _ADDRESS, "name": Text(), "phone": Text()}),
    "statement_descriptor_suffix": Text(longest=22),
}
UPDATE: Final[dict[str, Parameter]] = EXPAND | {
    "amount": Integer(least=1),
    "description": Text(longest=1000),
    "metadata": Metadata(clears=True),
    "payment_method": Text(),
    "receipt_email": Text(clears=True),
    "statement_descriptor_suffix": Text(longest=22),
}
CONFIRM: Final[dict[str, Parameter]] = EXPAND | {
    "client_secret": Text(),
    "payment_method": Text(),
    "receipt_email": Text(clears=True),
    "return_url": Text(),
}
CANCEL: Final[dict[str, Parameter]] = EXPAND | {
    "cancellation_reason": Choice(
        words=("abandoned", "duplicate", "fraudulent", "requested_by_customer")
    )
}
