"""Bookings over HTTP with the deployed template and contract: two customers and staff."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from local.api import Api
from tests.caches import ANY_TOKEN
from tests.cloud.people import Customer
from tests.sizes import SIZES

type NewCustomer = Callable[[], str]


@pytest.fixture
def aiko(api: Api, new_customer: NewCustomer) -> Customer:
    return Customer(api, new_customer())


@pytest.fixture
def ben(api: Api, new_customer: NewCustomer) -> Customer:
    return Customer(api, new_customer())


@pytest.fixture
def staff(api: Api, admin_token: str) -> Customer:
    return Customer(api, admin_token)


def times_free(api: Api, day: str) -> list[str]:
    query = {"from": day, "to": day}
    answer = api.request("GET", "/api/v1/availability", query=query, token=ANY_TOKEN)
    assert answer.status == 200
    return [slot["time"] for slot in answer.json()["slots"] if slot["available"]]


def test_a_booking_works_from_availability_to_cancellation(
    api: Api, aiko: Customer, day: str
) -> None:
    # Given a day with free slots only, and a quote for the party
    assert times_free(api, day) == ["12:00", "15:00", "18:00", "21:00"]
    party: dict[str, Any] = {"guests": 12, "menu": {"upgrades": {"filet_mignon": 4}}}
    quote = api.request("POST", "/api/v1/quotes", body=party).json()

    # When she books it
    booked = aiko.book(date=day, time="18:00", **party)

    # Then the price is the quoted one, and the slot is taken
    booking = booked.json()
    assert booked.status == 201
    assert booking["price"] == quote["price"]
    assert booked.headers["ETag"] == '"1"'
    assert times_free(api, day) == ["12:00", "15:00", "21:00"]

    # And she can list and read it
    path = f"/bookings/{booking['booking_id']}"
    assert f"/{booked.headers['Location']}" == path
    assert aiko("GET", path).json() == booking
    listed = aiko("GET", "/bookings").json()
    assert [item["booking_id"] for item in listed["items"]] == [booking["booking_id"]]

    # When she moves it to another time and brings two more guests
    changed = aiko("PUT", path, {"time": "21:00", "guests": 14}, If_Match='"1"')

    # Then the old slot is free again, and the price has changed
    assert changed.status == 200
    assert changed.headers["ETag"] == '"2"'
    assert (changed.json()["refund_percentage"], changed.json()["refund_limit"]) == (100, 97)
    assert changed.json()["price"]["total"] > booking["price"]["total"]
    assert times_free(api, day) == ["12:00", "15:00", "18:00"]

    # And a change of the old version is refused
    stale = aiko("PUT", path, {"guests": 15}, If_Match='"1"')
    assert (stale.status, stale.json()["code"]) == (412, "version_mismatch")

    # When she cancels
    _cancel_as_quoted(aiko, path)

    # Then every slot is free, and each step has an audit event
    assert times_free(api, day) == ["12:00", "15:00", "18:00", "21:00"]
    events = aiko("GET", f"{path}/events").json()["items"]
    assert [event["type"] for event in events] == ["created", "updated", "cancelled"]
    again = aiko("DELETE", path)
    assert (again.status, again.json()["code"]) == (409, "already_cancelled")


def _cancel_as_quoted(customer: Customer, path: str) -> None:
    """Cancel a booking, and check that its refund is the one of the cancellation quote."""
    quoted = customer("GET", f"{path}/cancellation-quote").json()
    cancelled = customer("DELETE", path)
    assert cancelled.status == 200
    assert cancelled.json()["refund_amount"] == quoted["refund_amount"] == 0
    assert cancelled.json()["refund_percentage"] == quoted["refund_percentage"] == 100


def test_a_taken_slot_is_refused_with_the_available_times(
    aiko: Customer, ben: Customer, day: str
) -> None:
    aiko.book(date=day, time="15:00")

    refused_booking = ben.book(date=day, time="15:00")

    assert refused_booking.status == 409
    assert refused_booking.json()["code"] == "slot_unavailable"
    assert refused_booking.json()["available_times"] == ["12:00", "18:00", "21:00"]


def test_a_retried_booking_request_makes_one_booking(aiko: Customer, day: str) -> None:
    first = aiko.book("my-key", date=day)
    again = aiko.book("my-key", date=day)
    other = aiko.book("my-key", date=day, guests=20)

    assert first.json() == again.json()
    assert again.status == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status, other.json()["code"]) == (422, "idempotency_key_reused")


def test_one_of_many_parallel_customers_gets_the_slot(
    api: Api, new_customer: NewCustomer, day: str
) -> None:
    rivals = [Customer(api, new_customer()) for _ in range(SIZES.rivals)]

    with ThreadPoolExecutor(SIZES.rivals) as pool:
        answers = list(pool.map(lambda rival: rival.book(date=day, time="12:00"), rivals))

    statuses = sorted(answer.status for answer in answers)
    assert statuses == [201] + [409] * (SIZES.rivals - 1)


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("GET", "", None),
        ("PUT", "", {"guests": 5}),
        ("DELETE", "", None),
        ("GET", "/cancellation-quote", None),
        ("GET", "/events", None),
    ],
)
def test_another_customers_booking_is_not_found(
    aiko: Customer, ben: Customer, day: str, method: str, suffix: str, body: object
) -> None:
    path = f"/bookings/{aiko.book(date=day).json()['booking_id']}"

    refused = ben(method, path + suffix, body)

    assert (refused.status, refused.json()["code"]) == (404, "booking_not_found")
    assert aiko("GET", path).json()["version"] == 1


def test_staff_see_all_bookings_set_capacities_and_override_refunds(
    api: Api, aiko: Customer, ben: Customer, staff: Customer, day: str
) -> None:
    # Given a slot for which staff have set the capacity 2
    opened = staff("PUT", f"/availability/{day}/18:00", {"capacity": 2})
    assert opened.json() == {
        "date": day,
        "time": "18:00",
        "capacity": 2,
        "booked": 0,
        "remaining": 2,
    }
    bookings: list[dict[str, Any]] = [
        each.book(date=day, time="18:00").json() for each in (aiko, ben)
    ]
    assert "18:00" not in times_free(api, day)

    # When they list the day
    listed = staff("GET", f"/bookings?date_from={day}&date_to={day}").json()["items"]

    # Then both bookings are listed, and staff can cancel them with their own refund percentage
    ids = {booking["booking_id"] for booking in bookings}
    assert {item["booking_id"] for item in listed} == ids
    override = {"refund_percentage": 100, "reason": "The chef is ill."}
    cancelled = staff("DELETE", f"/bookings/{bookings[0]['booking_id']}", override).json()
    assert (cancelled["refund_percentage"], cancelled["cancelled_by"]) == (100, "admin")
    refused = ben("DELETE", f"/bookings/{bookings[1]['booking_id']}", override)
    assert (refused.status, refused.json()["code"]) == (403, "forbidden")


def test_a_lists_cursor_returns_the_next_page_to_its_customer_only(
    aiko: Customer, ben: Customer, day: str
) -> None:
    ids = [
        aiko.book(date=day, time=time).json()["booking_id"] for time in ("12:00", "15:00", "21:00")
    ]

    first = aiko("GET", "/bookings?limit=2").json()
    second = aiko("GET", f"/bookings?limit=2&cursor={first['next_cursor']}").json()
    others_page = ben("GET", f"/bookings?limit=2&cursor={first['next_cursor']}")

    assert [item["booking_id"] for item in first["items"] + second["items"]] == ids
    assert "next_cursor" not in second
    assert (others_page.status, others_page.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed_json"),
        (b'{"guests": 51}', 422, "validation_failed"),
        (b"[]", 422, "validation_failed"),
        (b" " * 20_000, 413, "body_too_large"),
    ],
    ids=["cut off", "too many guests", "a list", "too large"],
)
def test_an_invalid_body_is_answered_with_its_errors(
    aiko: Customer, body: bytes, status: int, code: str
) -> None:
    answer = aiko("POST", "/bookings", body, Idempotency_Key=str(uuid.uuid4()))

    assert (answer.status, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
