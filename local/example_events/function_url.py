"""A webhook event of Stripe as Lambda's function URL passes it on: payload version 2.0.

AWS Lambda developer guide, "Invoking Lambda function URLs"; Stripe API, `payment_intent.succeeded`.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any, Final

from local.example_events.example_values import BOOKED_AT, BOOKING, PAID_AT, PAYMENT, REGION

_EVENT: Final = Path(__file__).with_name("payment_intent_succeeded.json")
_URL: Final = "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6"
_DOMAIN: Final = f"{_URL}.lambda-url.{REGION}.on.aws"
_SENDER: Final = "3.18.12.63"
_AGENT: Final = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
_SIGNATURE: Final = "38b0257bb14fc6f44ebb73b413ddb7d92f1d7ab5fcc1a3d3a99d5212b5d1171a"
"""Made with a secret that no stage has; the sender of the event signs it again."""


def webhook_event() -> dict[str, Any]:
    """Return the delivery of `payment_intent.succeeded` for the booking's deposit."""
    body = _payment_succeeded()
    sent_at = PAID_AT + timedelta(seconds=1)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": _headers(body, sent_at),
        "requestContext": _request_context(sent_at),
        "body": body,
        "isBase64Encoded": False,
    }


def _headers(body: str, sent_at: datetime) -> dict[str, str]:
    return {
        "accept": "*/*; q=0.5, application/xml",
        "cache-control": "no-cache",
        "content-length": str(len(body.encode())),
        "content-type": "application/json; charset=utf-8",
        "host": _DOMAIN,
        "stripe-signature": f"t={sent_at.timestamp():.0f},v1={_SIGNATURE}",
        "user-agent": _AGENT,
        "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
        "x-amzn-tls-version": "TLSv1.3",
        "x-amzn-trace-id": "Root=1-6bef2b0d-0d3f5a7c9e1b2d4f6a8c0e1b",
        "x-forwarded-for": _SENDER,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def _request_context(sent_at: datetime) -> dict[str, Any]:
    return {
        "accountId": "anonymous",
        "apiId": _URL,
        "domainName": _DOMAIN,
        "domainPrefix": _URL,
        "http": {
            "method": "POST",
            "path": "/",
            "protocol": "HTTP/1.1",
            "sourceIp": _SENDER,
            "userAgent": _AGENT,
        },
        "requestId": "4d8f1b6c-2a90-4e7d-b3c5-6f1e0a9d8c72",
        "routeKey": "$default",
        "stage": "$default",
        "time": f"{sent_at:%d/%b/%Y:%H:%M:%S +0000}",
        "timeEpoch": int(sent_at.timestamp()) * 1000 + 412,
    }


def _payment_succeeded() -> str:
    """Return Stripe's event, indented as Stripe sends it."""
    text = Template(_EVENT.read_text(encoding="utf-8")).substitute(
        booking=BOOKING,
        payment=PAYMENT,
        opened=int((BOOKED_AT + timedelta(seconds=30)).timestamp()),
        paid=int(PAID_AT.timestamp()),
    )
    return json.dumps(json.loads(text), indent=2)
