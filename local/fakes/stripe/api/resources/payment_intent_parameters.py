"""The parameters of the operations of payment intents."""

from typing import Final

from local.fakes.stripe.api.metadata import Metadata
from local.fakes.stripe.api.operation import EXPAND
from local.fakes.stripe.api.parameters import (
    Array,
    Boolean,
    Choice,
    Group,
    Integer,
    Parameter,
    Text,
)

_KINDS: Final = ("card", "us_bank_account", "sepa_debit")
_ADDRESS: Final = Group(
    parts=dict.fromkeys(("line1", "line2", "city", "state", "postal_code", "country"), Text())
)
CREATE: Final[dict[str, Parameter]] = EXPAND | {
    "amount": Integer(minimum=1, required=True),
    "currency": Choice(values=("usd", "eur"), ignores_case=True, required=True),
    "automatic_payment_methods": Group(
        parts={
            "enabled": Boolean(required=True),
            "allow_redirects": Choice(values=("always", "never")),
        }
    ),
    "capture_method": Choice(values=("automatic", "automatic_async")),
    "confirm": Boolean(),
    "description": Text(max_length=1000),
    "mandate_data": Group(
        parts={
            "customer_acceptance": Group(
                parts={
                    "accepted_at": Integer(),
                    "type": Choice(values=("offline",), required=True),
                },
                required=True,
            )
        }
    ),
    "metadata": Metadata(),
    "payment_method": Text(),
    "payment_method_types": Array(item=Choice(values=_KINDS)),
    "receipt_email": Text(),
    "return_url": Text(),
    "shipping": Group(parts={"address": _ADDRESS, "name": Text(), "phone": Text()}),
    "statement_descriptor_suffix": Text(max_length=22),
}
UPDATE: Final[dict[str, Parameter]] = EXPAND | {
    "amount": Integer(minimum=1),
    "description": Text(max_length=1000),
    "metadata": Metadata(clearable=True),
    "payment_method": Text(),
    "receipt_email": Text(clearable=True),
    "statement_descriptor_suffix": Text(max_length=22),
}
CONFIRM: Final[dict[str, Parameter]] = EXPAND | {
    "client_secret": Text(),
    "payment_method": Text(),
    "receipt_email": Text(clearable=True),
    "return_url": Text(),
}
CANCEL: Final[dict[str, Parameter]] = EXPAND | {
    "cancellation_reason": Choice(
        values=("abandoned", "duplicate", "fraudulent", "requested_by_customer")
    )
}
