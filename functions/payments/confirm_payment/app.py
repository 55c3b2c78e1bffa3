"""POST /api/v1/payments/confirm-payment: confirm a payment (`domain.md §7`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.representations.payments import payment as represent
from teppan.http.request import Request
from teppan.http.response import Response, versioned
from teppan.http.schemas.payments.payment import ConfirmPaymentBody
from teppan.observability.payment_metrics import record_entries
from teppan.services.payments.confirm_payment import confirm_payment
from teppan.store.table import connect
from teppan_payments.stripe_provider import provider

table, stripe = connect(), provider()


@endpoint("confirmPayment", roles=EVERYONE, body=ConfirmPaymentBody)
def handler(request: Request[ConfirmPaymentBody]) -> Response:
    """Read the payment at Stripe and return its status and that of its booking."""
    applied = confirm_payment(table, stripe, request.body.payment_intent_id, request.caller)
    record_entries(applied.entries)
    return versioned(represent.confirmation(applied), applied.booking.version)
