"""The events with which EventBridge starts the scheduled jobs.

Amazon EventBridge user guide, "Scheduled events". A rule with an `Input` sends the input instead.
"""

from datetime import timedelta
from typing import Any, Final

from local.example_events.example_values import ACCOUNT, CANCELLED_AT, REGION, instant


def _scheduled(event_id: str, rule: str) -> dict[str, Any]:
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": instant(CANCELLED_AT + timedelta(minutes=5)),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/teppan-dev-{rule}-6kQz1XcVbN8m"],
        "detail": {},
    }


SCHEDULED_EVENTS: Final[dict[str, dict[str, Any]]] = {
    "completePastBookings": _scheduled(
        "0b8d6f42-3a17-4c9e-8e5f-2d1a7b6c9e04", "CompletePastBookingsRule"
    ),
    "releaseUnpaidBookings": _scheduled(
        "9e1c3b7a-5d24-4f80-a6b2-7c0d8e9f1a35", "ReleaseUnpaidBookingsRule"
    ),
    "reconcilePayments": {"scope": "recent"},
}
"""The event of each job, by the job's name."""
