"""What Lambda reads from the table's stream after a booking was cancelled.

Amazon DynamoDB developer guide, "Process DynamoDB stream records using Lambda".
"""

import json
from typing import Any, Final

from boto3.dynamodb.types import TypeSerializer

from local.event_sources.story import ACCOUNT, BOOKING, CANCELLED_AT, PAYMENT, REGION, instant

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
"""The item that says which payment of the booking is open: here the balance."""

_MARKED: Final = _GUARD | {
    "gsi4pk": "CLOSE",
    "gsi4sk": f"{instant(CANCELLED_AT)}#{BOOKING}#4",
}
"""The same, marked: the payment must be closed at Stripe."""

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


def _record(number: int, new: _Item, old: _Item | None = None) -> dict[str, Any]:
    images = {"NewImage": _attributes(new)} | ({"OldImage": _attributes(old)} if old else {})
    keys = _attributes({name: new[name] for name in ("pk", "sk")})
    return {
        "eventID": f"a{number}c4e8a1f07b3d5926",
        "eventName": "MODIFY" if old else "INSERT",
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


RECORDS: Final = {"Records": [_record(1, _MARKED, _GUARD), _record(2, _OBLIGATION)]}
"""A payment to close, and a refund to send."""
