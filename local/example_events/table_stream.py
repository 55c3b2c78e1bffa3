"""The records that Lambda reads from the table's stream after a cancellation.

Amazon DynamoDB developer guide, "Process DynamoDB stream records using Lambda".
"""

import json
from typing import Any, Final

from boto3.dynamodb.types import TypeSerializer

from local.example_events.example_values import (
    ACCOUNT,
    BOOKING,
    CANCELLED_AT,
    PAYMENT,
    REGION,
    instant,
)

type _Item = dict[str, Any]

_STREAM: Final = (
    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/teppan-dev-Table-1KX3Q8ZL5M2PA"
    "/stream/2026-11-01T09:12:44.318"
)
_PARTITION: Final = f"BOOKING#{BOOKING}"
_REFUND: Final = "cancellation-4-1"

_GUARD: Final[_Item] = {
    "pk": _PARTITION,
    "sk": "OPEN_PAYMENT",
    "open": f"{BOOKING}:balance:1",
    "attempts": 2,
}
"""The item that names the open payment of the booking; here it is the balance."""

_MARKED: Final = _GUARD | {
    "gsi4pk": "CLOSE",
    "gsi4sk": f"{instant(CANCELLED_AT)}#{BOOKING}#4",
}
"""The same item, marked because the payment must be closed at Stripe."""

_OBLIGATION: Final[_Item] = {
    "pk": _PARTITION,
    "sk": f"LEDGER#{_REFUND}#refund_owed",
    "reference": _REFUND,
    "kind": "refund_owed",
    "amount": 9700,
    "at": instant(CANCELLED_AT),
    "payment": PAYMENT,
    "refund": _REFUND,
    "reason": "cancellation",
}
"""The ledger entry of the refund that is owed."""


def _record(number: int, new_item: _Item, old_item: _Item | None = None) -> dict[str, Any]:
    old_image = {"OldImage": _attributes(old_item)} if old_item else {}
    images = {"NewImage": _attributes(new_item)} | old_image
    keys = _attributes({name: new_item[name] for name in ("pk", "sk")})
    return {
        "eventID": f"a{number}c4e8a1f07b3d5926",
        "eventName": "MODIFY" if old_item else "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": int(CANCELLED_AT.timestamp()),
            "Keys": keys,
            **images,
            "SequenceNumber": f"442158450000000001745043916{number}",
            "SizeBytes": len(json.dumps([keys, images])),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": _STREAM,
    }


def _attributes(item: _Item) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in item.items()}


STREAM_EVENT: Final = {"Records": [_record(1, _MARKED, _GUARD), _record(2, _OBLIGATION)]}
"""Two records: a payment to close and a refund to send."""
