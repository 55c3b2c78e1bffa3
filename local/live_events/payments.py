"""Change the events of `events/` about payments so that they can be sent today.

The demo customer pays at the fake Stripe with a test card. A webhook event is signed again with the
stack's present secret.
"""

import re
import uuid
from typing import Any, Final

import stripe

from local.api import Api
from local.aws.emulator import Aws
from local.aws.stack import STACK, outputs_of
from local.demo.seed import open_deposit, pay_deposit
from local.demo.users import token_of
from local.description import Description
from local.errors import CommandError
from local.fakes.stripe.process import pay

NEEDS_PAID_BOOKING: Final = {
    "list_payments",
    "refund_payment",
    "follow_up_payments",
    "stripe_webhook",
}
"""The functions whose event needs a booking with a payment."""

BOOKING: Final = re.compile(r"\bbkg_[a-z2-7]{26}\b")
_INTENT: Final = re.compile(r"\bpi_[A-Za-z0-9]+")
_EVENT: Final = re.compile(r"\bevt_[A-Za-z0-9]+")


def with_paid_booking(text: str, cloud: Description) -> str:
    """Replace the booking and the payment in `text` by paid ones of the demo customer."""
    api, token = Api(cloud.api_url), token_of(cloud, "customer")
    booking_id, intent_id = _paid_booking(api, token, cloud.stripe_url)
    return _INTENT.sub(intent_id, BOOKING.sub(booking_id, text))


def with_new_payment(text: str, cloud: Description, booking_id: str) -> str:
    """Pay the deposit of a booking without confirming it; put that payment into `text`."""
    intent = open_deposit(Api(cloud.api_url), token_of(cloud, "customer"), booking_id)
    pay(cloud.stripe_url, intent["client_secret"])
    return _INTENT.sub(intent["payment_intent_id"], text)


def signed_delivery(event: dict[str, Any], cloud: Description) -> dict[str, Any]:
    """Return the delivery with a new event id, signed now."""
    body = _EVENT.sub(f"evt_{uuid.uuid4().hex}", event["body"])
    aws = Aws(cloud.aws_endpoint_url, cloud.region)
    outputs = outputs_of(aws.client("cloudformation"), STACK)
    secret = aws.client("secretsmanager").get_secret_value(
        SecretId=outputs["StripeWebhookSecretArn"]
    )["SecretString"]
    headers = {
        "content-length": str(len(body.encode())),
        "stripe-signature": stripe.WebhookSignature.generate_signature_header(body, secret),
    }
    return event | {"body": body, "headers": event["headers"] | headers}


def _paid_booking(api: Api, token: str, stripe_url: str) -> tuple[str, str]:
    """Return the ids of a paid booking and its payment; pay the latest pending one if none is."""
    query = {"status": "confirmed", "order": "desc", "limit": "10"}
    confirmed = api.request("GET", "/api/v1/bookings", token=token, query=query).json()["items"]
    for item in confirmed:
        path = f"/api/v1/bookings/{item['booking_id']}/payments"
        payments = api.request("GET", path, token=token).json()
        if payments["balance"]["refundable"]:
            return item["booking_id"], payments["entries"][0]["payment_intent_id"]
    booking_id = pending_booking(api, token)["booking_id"]
    return booking_id, pay_deposit(api, token, booking_id, stripe_url)


def pending_booking(api: Api, token: str) -> dict[str, Any]:
    """Return the customer's latest pending booking. Raises CommandError if there is none."""
    query = {"status": "pending", "order": "desc", "limit": "1"}
    items = api.request("GET", "/api/v1/bookings", token=token, query=query).json()["items"]
    if not items:
        raise CommandError(
            "The demo customer has no pending booking left: make one with "
            "`make invoke F=create_booking`."
        )
    booking: dict[str, Any] = items[0]
    return booking
