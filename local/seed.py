"""A few bookings of the demo customer, made through the public API like any other."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from local.api import Api
from local.errors import LocalCloudError

_CONTACT: Final = {
    "name": "Casey Customer",
    "email": "customer@teppan.example",
    "phone": "+13105550100",
}
_VENUE: Final = {
    "address_line1": "1200 Ocean Avenue",
    "city": "Santa Monica",
    "state": "CA",
    "postal_code": "90401",
}
# Days from today, start time, and the party. The first is soon enough to owe everything at once;
# the others fall into each tier of the refund table (domain.md §6).
_PARTIES: Final[tuple[tuple[int, str, dict[str, Any]], ...]] = (
    (4, "18:00", {"guests": 10}),
    (10, "12:00", {"guests": 12, "adults": 8, "children": 3, "toddlers": 1}),
    (30, "18:00", {"guests": 16, "menu": {"upgrades": {"lobster_tail": 4}}}),
    (60, "15:00", {"guests": 24, "menu": {"add_ons": {"gyoza": 6, "edamame": 4}}}),
)


def seed_bookings(api: Api, token: str) -> int:
    """Book the demo parties; return how many. A customer who has bookings already gets none."""
    listed = api.request("GET", "/api/v1/bookings", token=token, query={"limit": "1"})
    if listed.status != 200:
        raise LocalCloudError(f"Listing bookings answered {listed.status}: {listed.body.decode()}")
    if listed.json()["items"]:
        return 0
    today = datetime.now(UTC).date()
    for days, time, party in _PARTIES:
        date = (today + timedelta(days=days)).isoformat()
        answer = api.request(
            "POST",
            "/api/v1/bookings",
            token=token,
            body={"date": date, "time": time, **party, "venue": _VENUE, "contact": _CONTACT},
            headers={"Idempotency-Key": f"demo-{date}-{time}"},
        )
        if answer.status != 201:
            raise LocalCloudError(f"Booking answered {answer.status}: {answer.body.decode()}")
    return len(_PARTIES)
