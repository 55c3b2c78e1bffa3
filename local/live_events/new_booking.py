"""Make room for one more booking of the demo customer: a free day, and an empty quota."""

from datetime import date, timedelta
from typing import Final

from local.api import Api
from local.aws.emulator import Aws
from local.description import Description
from local.errors import CommandError

_SEARCHED_DAYS: Final = 31
"""The days of one search; more are refused."""

_SEARCHES: Final = 10


def free_day(api: Api, day: str, time: str) -> str:
    """Return the next day from `day` on whose slot at `time` is free. Raises CommandError."""
    for number in range(_SEARCHES):
        begin = shifted(day, number * _SEARCHED_DAYS)
        query = {"from": begin, "to": shifted(begin, _SEARCHED_DAYS - 1)}
        # Any value of this header prevents a cached answer.
        headers = {"Authorization": "none"}
        answer = api.request("GET", "/api/v1/availability", query=query, headers=headers)
        answer.require(200, "search_availability")
        for slot in answer.json()["slots"]:
            if slot["time"] == time and slot["available"]:
                return str(slot["date"])
    raise CommandError(f"No slot at {time} is free in {_SEARCHES * _SEARCHED_DAYS} days.")


def shifted(day: str, days: int) -> str:
    """Return the date `days` after `day`."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def empty_quota(cloud: Description, customer_id: str) -> None:
    """Forget which bookings count towards the customer's limits (domain.md, section 4.4)."""
    Aws(cloud.aws_endpoint_url, cloud.region).client("dynamodb").delete_item(
        TableName=cloud.table,
        Key={"pk": {"S": f"CUSTOMER#{customer_id}"}, "sk": {"S": "QUOTA"}},
    )
