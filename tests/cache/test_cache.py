"""What holds for a cache in memory and for a shared one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from tests.builders import NOW
from tests.cache.conftest import MakeCache, Source
from tests.conftest import Clock

from teppan.cache import Cache, check, connect
from teppan.domain.errors import StorageUnavailable


def as_it_is(value: Any) -> Any:
    return value


def get(cache: Cache, source: Source, key: str = "2026-12") -> Any:
    return cache.get_or_load(key, source.load, as_it_is)


def test_a_value_is_loaded_once(make_cache: MakeCache, source: Source) -> None:
    cache = make_cache()

    assert [get(cache, source) for _ in range(3)] == [source.value] * 3

    assert source.loads == 1


def test_a_value_is_decoded_whether_it_is_loaded_or_cached(
    make_cache: MakeCache, source: Source
) -> None:
    cache = make_cache()

    decoded = [cache.get_or_load("2026-12", source.load, sorted) for _ in range(2)]

    assert decoded == [["18:00"], ["18:00"]]


@pytest.mark.parametrize("value", [None, False, 0, "", [], {}])
def test_an_empty_value_is_cached_too(make_cache: MakeCache, value: Any) -> None:
    cache, source = make_cache(), Source(value)

    assert [get(cache, source), get(cache, source)] == [value, value]
    assert source.loads == 1


def test_each_key_has_its_own_value(make_cache: MakeCache) -> None:
    cache = make_cache()

    assert get(cache, Source("december"), "2026-12") == "december"
    assert get(cache, Source("january"), "2027-01") == "january"
    assert get(cache, Source("new"), "2026-12") == "december"


def test_a_value_is_forgotten_at_once(make_cache: MakeCache, source: Source) -> None:
    cache = make_cache()
    get(cache, source)

    cache.forget("2026-12")
    get(cache, source)

    assert source.loads == 2


def test_an_error_of_the_source_is_raised_and_not_cached(
    make_cache: MakeCache, source: Source, counted: Counter[str]
) -> None:
    cache = make_cache()

    def fail() -> Any:
        raise StorageUnavailable

    with pytest.raises(StorageUnavailable):
        cache.get_or_load("2026-12", fail, as_it_is)

    assert get(cache, source) == source.value
    assert counted == {"SlotsCacheMisses": 2}


def test_hits_and_misses_are_counted_by_the_name_of_the_cache(
    make_cache: MakeCache, source: Source, counted: Counter[str]
) -> None:
    cache = make_cache()

    for _ in range(4):
        get(cache, source)

    assert counted == {"SlotsCacheMisses": 1, "SlotsCacheHits": 3}


def test_the_age_of_a_value_counts_from_before_it_was_loaded(
    make_cache: MakeCache, now: Clock, source: Source
) -> None:
    cache = make_cache()

    def load_slowly() -> Any:
        now.set(NOW + timedelta(seconds=10))
        return source.load()

    cache.get_or_load("2026-12", load_slowly, as_it_is)
    get(cache, source)

    assert source.loads == 2


def test_threads_share_a_cache(make_cache: MakeCache, counted: Counter[str]) -> None:
    cache = make_cache()
    keys = [f"key {n % 7}" for n in range(210)]

    with ThreadPoolExecutor(max_workers=20) as pool:
        values = list(pool.map(lambda key: get(cache, Source(key), key), keys))

    assert values == keys
    assert counted["SlotsCacheErrors"] == 0
    assert counted["SlotsCacheHits"] > 100


@pytest.mark.parametrize("runs", [1, 3])
def test_a_cache_that_answers_is_healthy(make_cache: MakeCache, runs: int) -> None:
    make_cache()
    store = connect("health")

    found = [check(store) for _ in range(runs)]

    assert all(each.milliseconds >= 0 for each in found)
    assert {each.kind for each in found} == {store.kind}
