"""Stripe's objects as its API documents them, with the fields that we read."""

from typing import Any

from tests.builders import NOW

CREATED = int(NOW.timestamp())
METADATA = {"booking_id": "bkg_1", "payment_type": "deposit", "attempt": "2"}


def intent(**changes: Any) -> dict[str, Any]:
    """Return a payment intent; `changes` replace its fields."""
    return {
        "id": "pi_1",
        "object": "payment_intent",
        "amount": 10_000,
        "amount_received": 10_000,
        "client_secret": "pi_1_secret_x",
        "created": CREATED - 60,
        "currency": "usd",
        "latest_charge": charge(),
        "livemode": False,
        "metadata": METADATA,
        "status": "succeeded",
    } | changes


def charge(**changes: Any) -> dict[str, Any]:
    return {
        "id": "ch_1",
        "object": "charge",
        "amount": 10_000,
        "created": CREATED,
        "disputed": False,
        "payment_intent": "pi_1",
        "refunds": {"object": "list", "url": "/v1/refunds", "data": [], "has_more": False},
    } | changes


def refund(refund_id: str = "re_1", **changes: Any) -> dict[str, Any]:
    return {
        "id": refund_id,
        "object": "refund",
        "amount": 9_700,
        "created": CREATED + 60,
        "metadata": {"booking_id": "bkg_1", "refund": "cancellation-2-1"},
        "payment_intent": "pi_1",
        "status": "succeeded",
    } | changes


def refunds(*data: dict[str, Any], has_more: bool = False) -> dict[str, Any]:
    return {"object": "list", "url": "/v1/refunds", "data": list(data), "has_more": has_more}


def dispute(status: str, *movements: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": "dp_1",
        "object": "dispute",
        "amount": 10_000,
        "balance_transactions": [
            {
                "id": f"txn_{n}",
                "object": "balance_transaction",
                "amount": amount,
                "created": CREATED + n,
                "reporting_category": "dispute" if amount < 0 else "dispute_reversal",
            }
            for n, amount in enumerate(movements)
        ],
        "created": CREATED,
        "payment_intent": "pi_1",
        "status": status,
    } | changes
