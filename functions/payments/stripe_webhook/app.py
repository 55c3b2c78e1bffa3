"""Stripe's webhook, on a function URL: receive a payment event (`domain.md §7`)."""

from teppan.http.endpoint import PUBLIC, endpoint
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.observability.payment_metrics import record_webhook_event
from teppan.secret import valid
from teppan.services.payments.receive_event import receive_event, remove_alarm_mark
from teppan.settings import required
from teppan.store.table import connect
from teppan_payments.events import SENDER, read_event
from teppan_payments.signature import check_signature
from teppan_payments.stripe_provider import provider

table, stripe, secret = connect(), provider(), required("STRIPE_WEBHOOK_SECRET_ARN")


@endpoint("stripeWebhook", roles=PUBLIC, parameters=None, signed_by="stripe-signature")
def handler(request: Request[None]) -> Response:
    """Handle the event; Stripe repeats it for three days unless the status is 2xx."""
    check_signature(request.raw, request.signature, valid(secret), request.caller.at)
    event = read_event(request.raw)
    received = receive_event(table, stripe, event, request.caller.acting_as(SENDER))
    record_webhook_event(event, received)
    remove_alarm_mark(table, event, received)
    return Response(body={"received": True})
