"""Availability is cached for ten seconds, for callers without a token, in memory or shared."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from tests.builders import ADMIN, NOW, booking_body, caller
from tests.caches import NOT_CACHED
from tests.conftest import Clock
from tests.functions.conftest import Output
from tests.functions.emf import counted
from tests.functions.handlers import Answer, Handlers
from tests.store.faults import Faults, refused
from tests.store.meter import Meter
from tests.valkey_servers import Server, valkey_server

from teppan.cache import Cache
from teppan.services.bookings.availability import CACHE_SECONDS, search_availability

DAY = "2026-12-24"


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of the test's own."""
    with valkey_server() as running:
        yield running


@pytest.fixture(params=["memory", "shared"])
def call(
    call: Handlers, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Handlers:
    """The functions, with an empty cache of either kind."""
    if request.param == "shared":
        monkeypatch.setenv("CACHE_URL", request.getfixturevalue("server").url)
        call.cache = Cache("availability", CACHE_SECONDS)
    return call


def search(call: Handlers, first: str = DAY, last: str | None = None, **request: Any) -> Answer:
    query: dict[str, str | list[str]] = {"from": first, "to": last or first}
    return call("searchAvailability", query=query, by=None, **request)


def free(answer: Answer) -> list[str]:
    return [slot["time"] for slot in answer.body["slots"] if slot["available"]]


def book(call: Handlers, time: str = "18:00") -> None:
    assert call("createBooking", booking_body(time=time)).status == 201


def test_a_second_search_does_not_read_the_table(call: Handlers, dynamodb: BaseClient) -> None:
    first = search(call)

    with Meter(dynamodb) as meter:
        again = search(call)

    assert again.body == first.body
    assert meter.calls == []


def test_ranges_of_a_month_share_what_is_cached(call: Handlers, dynamodb: BaseClient) -> None:
    fresh = search(call, "2026-12-30", "2027-01-02", headers=NOT_CACHED)
    search(call, "2026-12-01", "2026-12-31")

    with Meter(dynamodb) as meter:
        answer = search(call, "2026-12-30", "2027-01-02")

    assert answer.body == fresh.body
    assert meter.calls == ["Query"]


def test_a_customer_with_a_token_sees_the_own_booking_at_once(call: Handlers) -> None:
    assert "18:00" in free(search(call))
    book(call)

    assert "18:00" not in free(search(call, headers=NOT_CACHED))
    assert "18:00" in free(search(call))


@pytest.mark.parametrize("value", ["", " ", "Bearer x", "Basic dTpw", ["Bearer x", "Bearer y"]])
def test_only_an_authorization_header_that_is_present_bypasses_the_cache(
    call: Handlers, value: str | list[str]
) -> None:
    search(call)
    book(call)

    answer = search(call, headers={"authorization": value})

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "18:00" not in free(answer)


@pytest.mark.parametrize("call", ["memory"], indirect=True)
def test_a_month_in_memory_is_read_again_after_ten_seconds(call: Handlers, now: Clock) -> None:
    search(call)
    book(call)

    now.set(NOW + timedelta(seconds=CACHE_SECONDS) - timedelta.resolution)
    assert "18:00" in free(search(call))
    now.set(NOW + timedelta(seconds=CACHE_SECONDS))
    assert "18:00" not in free(search(call))


@pytest.mark.parametrize("call", ["shared"], indirect=True)
def test_a_shared_month_expires_within_ten_seconds(call: Handlers, server: Server) -> None:
    search(call)
    book(call)
    [key] = server.admin.keys()

    assert 0 < server.admin.pttl(key) <= CACHE_SECONDS * 1000
    server.admin.pexpire(key, 1)  # in place of a wait; the server has its own clock
    while server.admin.exists(key):
        pass

    assert "18:00" not in free(search(call))


def test_the_lead_time_is_measured_at_the_instant_of_the_answer(call: Handlers, now: Clock) -> None:
    last_moment = datetime(2026, 12, 25, 2, tzinfo=UTC) - timedelta(hours=48)
    now.set(last_moment)
    assert "18:00" in free(search(call))

    now.set(last_moment + timedelta.resolution)

    assert "18:00" not in free(search(call))


def test_browsers_may_keep_an_answer_as_long_as_the_cache_and_only_without_a_token(
    call: Handlers,
) -> None:
    cached = [search(call), search(call)]
    fresh = search(call, headers=NOT_CACHED)
    refused_search = search(call, DAY, "2026-12-23")

    assert {each.headers["Cache-Control"] for each in cached} == {"public, max-age=10"}
    assert fresh.headers["Cache-Control"] == "no-store"
    assert refused_search.headers["Cache-Control"] == "no-store"
    varying = {each.headers["Vary"] for each in (*cached, fresh)}
    assert varying == {"Origin, Authorization, Accept-Encoding"}


def test_hits_and_misses_of_availability_are_counted(call: Handlers, output: Output) -> None:
    for _ in range(3):
        search(call)
    search(call, headers=NOT_CACHED)

    text = output()

    assert counted(text, "AvailabilityCacheMisses") == 1
    assert counted(text, "AvailabilityCacheHits") == 2
    assert counted(text, "AvailabilityCacheErrors") == 0


def test_a_token_of_a_search_is_not_logged(call: Handlers, output: Output) -> None:
    search(call, headers={"Authorization": "Bearer eyJhbGciOi"})

    assert "eyJhbGciOi" not in output()


def test_an_outage_of_the_table_is_not_cached(call: Handlers, dynamodb: BaseClient) -> None:
    with Faults(dynamodb, "Query", *[refused("ThrottlingException")] * 20):
        assert search(call).problem == (503, "storage_unavailable")

    assert search(call).status == 200


def test_what_is_cached_survives_an_outage_of_the_table(
    call: Handlers, dynamodb: BaseClient
) -> None:
    first = search(call)

    with Faults(dynamodb, "*", *[refused("ThrottlingException")] * 20):
        assert search(call).body == first.body


def test_threads_get_the_same_slots(call: Handlers) -> None:
    days = date(2026, 12, 30), date(2027, 1, 2)

    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(
            pool.map(
                lambda _: search_availability(call.table, *days, caller(), call.cache), range(40)
            )
        )

    assert found == [search_availability(call.table, *days, caller())] * 40


def test_a_capacity_that_staff_set_is_seen_with_a_token(call: Handlers) -> None:
    search(call)
    call("setSlotCapacity", {"capacity": 0}, by=ADMIN, date=DAY, time="18:00")

    assert "18:00" not in free(search(call, headers=NOT_CACHED))


@pytest.mark.parametrize("call", ["shared"], indirect=True)
@pytest.mark.parametrize("failure", ["kill", "hang", "fill"])
def test_a_shared_cache_that_fails_breaks_no_search(
    call: Handlers, server: Server, output: Output, failure: str
) -> None:
    search(call)
    getattr(server, failure)()

    january = search(call, "2027-01-24")

    assert (january.status, len(free(january))) == (200, 4)
    assert counted(output(), "AvailabilityCacheErrors") == 1


@pytest.mark.parametrize("call", ["shared"], indirect=True)
@pytest.mark.parametrize(
    "garbage", ["[]", "[[1]]", '{"a": 1}', "[[null, null]]", "7", '[["1", "x"]]', "[[1, 0]]"]
)
def test_garbage_in_the_shared_cache_is_replaced(
    call: Handlers, server: Server, garbage: str
) -> None:
    expected = search(call).body
    [key] = server.admin.keys()
    server.admin.set(key, garbage)

    assert search(call).body == expected
    assert server.admin.get(key) != garbage


@pytest.mark.parametrize("call", ["shared"], indirect=True)
def test_the_shared_cache_holds_no_personal_data(call: Handlers, server: Server) -> None:
    book(call)
    search(call)

    [key] = server.admin.keys()

    assert key.startswith("teppan:local:test:availability:")
    assert key.endswith(":2026-11:2026-12")
    assert set(server.admin.get(key)) <= set("[]0123456789, ")
