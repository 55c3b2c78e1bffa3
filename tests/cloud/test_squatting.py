"""Limits for an account that books every slot without paying (`domain.md §4`), over HTTP."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import pytest
from local.api import Answer, Api
from tests.caches import ANY_TOKEN
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Party
from tests.cloud.stripe_side import StripeSide
from tests.sizes import SIZES

from teppan.domain.policy import CURRENT

STARTS = ("12:00", "15:00", "18:00", "21:00")
MOST_UNPAID = CURRENT.max_pending_bookings
MOST_MADE = CURRENT.max_bookings_in_window

type Places = list[tuple[str, str]]


@pytest.fixture(scope="module")
def places(new_day: Callable[[], str]) -> Places:
    """Return as many free slots as an account could take before there were limits."""
    free = ((day, at) for day in iter(new_day, "") for at in STARTS)
    return list(islice(free, SIZES.squatted_slots))


@pytest.fixture
def squatter(api: Api, new_customer: Callable[[], str]) -> Customer:
    return Customer(api, new_customer())


def book(who: Customer, place: tuple[str, str]) -> Answer:
    day, at = place
    return who.book(date=day, time=at)


def outcomes(answers: list[Answer]) -> Counter[str]:
    return Counter(
        "booked" if answer.status == 201 else str(answer.json()["code"]) for answer in answers
    )


def test_a_customer_holds_at_most_three_unpaid_slots(squatter: Customer, places: Places) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda place: book(squatter, place), places))

    assert outcomes(answers) == {
        "booked": MOST_UNPAID,
        "too_many_pending_bookings": SIZES.squatted_slots - MOST_UNPAID,
    }
    assert len(squatter("GET", "/bookings?status=pending").json()["items"]) == MOST_UNPAID
    # And the other slots are free
    booked_slots = {
        (each["date"], each["time"]) for each in squatter("GET", "/bookings").json()["items"]
    }
    assert booked_slots <= set(places)


def test_a_customer_makes_at_most_ten_bookings_a_day_with_cancelled_ones(
    squatter: Customer, places: Places
) -> None:
    answers = []
    for place in places[:30]:
        answers.append(book(squatter, place))
        if answers[-1].status == 201:
            path = f"/bookings/{answers[-1].json()['booking_id']}"
            assert squatter("DELETE", path).status == 200

    counted = outcomes(answers)
    taken = counted.pop("slot_unavailable", 0)  # by the customer of the other test
    assert counted == {"booked": MOST_MADE, "too_many_bookings_in_a_day": 30 - MOST_MADE - taken}
    refused = answers[-1]
    assert refused.status == 429
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400
    assert squatter("GET", "/bookings?status=pending").json()["items"] == []


def test_a_customer_who_pays_can_book_more(
    cloud: RunningCloud, squatter: Customer, free: Iterator[tuple[str, str]]
) -> None:
    stripe_side = StripeSide(cloud)
    for _ in range(MOST_UNPAID + 1):
        booked = book(squatter, next(free))
        assert booked.status == 201, booked.body
        party = Party(squatter, booked.json()["booking_id"])
        intent = party.open()
        stripe_side.pay(intent)
        assert party.confirm(intent)["booking_status"] == "confirmed"


@pytest.fixture
def free(api: Api, places: Places) -> Iterator[tuple[str, str]]:
    """Yield the slots that are still free."""
    return (place for place in reversed(places) if _is_free(api, place))


def _is_free(api: Api, place: tuple[str, str]) -> bool:
    day, at = place
    query = {"from": day, "to": day}
    answer = api.request("GET", "/api/v1/availability", query=query, token=ANY_TOKEN)
    return any(slot["available"] for slot in answer.json()["slots"] if slot["time"] == at)
