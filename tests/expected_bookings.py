"""What the API returns for the new booking of `booking_body` and of `booking()`, without its id."""

from tests.builders import CUSTOMER

NEW_BOOKING = {
    "version": 1,
    "status": "pending",
    "payment_status": "awaiting_payment",
    "customer_id": CUSTOMER,
    "date": "2026-12-24",
    "time": "18:00",
    "timezone": "America/Los_Angeles",
    "starts_at": "2026-12-25T02:00:00Z",
    "guests": 12,
    "adults": 12,
    "children": 0,
    "toddlers": 0,
    "menu": {"upgrades": {}, "add_ons": {}},
    "venue": {
        "address_line1": "2100 Ocean Front Walk",
        "city": "Venice",
        "state": "CA",
        "postal_code": "90291",
    },
    "contact": {"name": "Aiko Tanaka", "email": "aiko@example.com", "phone": "+13105550142"},
    "special_requests": "",
    "travel_confirmed": False,
    "price": {
        "lines": [
            {
                "code": "adult",
                "description": "Adult (13 and over)",
                "quantity": 12,
                "unit_amount": 5500,
                "amount": 66000,
            },
            {
                "code": "travel",
                "description": "Travel beyond 30 miles",
                "quantity": 0,
                "unit_amount": 200,
                "amount": 0,
            },
        ],
        "subtotal": 66000,
        "travel_fee": 0,
        "tax": 5445,
        "total": 71445,
        "deposit_due": 10000,
        "balance_due": 61445,
        "amount_paid": 0,
        "amount_refunded": 0,
        "currency": "usd",
    },
    "policy_version": "2026-11",
    "payment_due_at": "2026-11-24T18:00:00Z",
    "balance_due_at": "2026-12-18T02:00:00Z",
    "created_at": "2026-11-23T18:00:00Z",
    "updated_at": "2026-11-23T18:00:00Z",
}

NEW_BOOKING_SUMMARY = {
    name: NEW_BOOKING[name]
    for name in (
        "version",
        "status",
        "payment_status",
        "customer_id",
        "date",
        "time",
        "timezone",
        "starts_at",
        "guests",
        "created_at",
    )
} | {"total": 71445}
