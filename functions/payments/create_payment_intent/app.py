"""POST /api/v1/payments/create-payment-intent: create a payment intent (`domain.md §7`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.representations.payments import payment as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.payments.payment import CreatePaymentIntentBody
from teppan.services.payments.create_payment_intent import create_payment_intent
from teppan.store.table import connect
from teppan_payments.stripe_provider import provider

table, stripe = connect(), provider()


@endpoint("createPaymentIntent", roles=EVERYONE, body=CreatePaymentIntentBody, idempotent=True)
def handler(request: Request[CreatePaymentIntentBody]) -> Response:
    """Return a payment intent to pay with; the same idempotency key returns the same intent."""
    opened = create_payment_intent(
        table,
        stripe,
        request.body.booking_id,
        request.body.to_type(),
        request.idempotency,
        request.caller,
    )
    return Response(
        201,
        represent.payment_intent(opened),
        headers={"Idempotency-Replayed": "true"} if opened.replayed else {},
    )
