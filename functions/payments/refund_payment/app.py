"""POST /api/v1/payments/refund: staff refund a payment (`domain.md §7`)."""

from teppan.http.endpoint import STAFF, endpoint
from teppan.http.representations.payments import payment as represent
from teppan.http.request import Request
from teppan.http.response import Response, versioned
from teppan.http.schemas.payments.payment import RefundPaymentBody
from teppan.observability.payment_metrics import record_entries
from teppan.services.payments.refund_payment import refund_payment
from teppan.store.table import connect

table = connect()


@endpoint("refundPayment", roles=STAFF, body=RefundPaymentBody, idempotent=True)
def handler(request: Request[RefundPaymentBody]) -> Response:
    """Record the refund obligation; `send_refunds` sends it to Stripe."""
    refund_request = request.body.to_request()
    refund = refund_payment(table, refund_request, request.idempotency, request.caller)
    record_entries(() if refund.replayed else refund.entries)
    return versioned(
        represent.refund(refund, refund_request.reason),
        refund.booking.version,
        status=201,
        headers={"Idempotency-Replayed": "true"} if refund.replayed else {},
    )
