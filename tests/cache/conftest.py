"""Fixtures of the cache suite: a real server for each test, and the counted metrics."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.valkey_servers import Server, valkey_server

from teppan import cache
from teppan.cache import Cache

type MakeCache = Callable[[], Cache]


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of the test's own."""
    with valkey_server() as running:
        yield running


@pytest.fixture(params=["memory", "shared"])
def make_cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> MakeCache:
    """A function that makes a cache of ten seconds, in memory or on a server."""
    if request.param == "shared":
        monkeypatch.setenv("CACHE_URL", request.getfixturevalue("server").url)
    return lambda: Cache("slots", 10)


@pytest.fixture
def shared(server: Server, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """A cache on the server."""
    monkeypatch.setenv("CACHE_URL", server.url)
    return Cache("slots", 10)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The number of hits, misses and errors so far, by the name of the metric."""
    counter: Counter[str] = Counter()
    monkeypatch.setattr(cache, "count", lambda name: counter.update([name]))
    return counter


@dataclass
class Source:
    """The source of the cached values; it counts how often it is asked."""

    value: Any = field(default_factory=lambda: {"18:00": [1, 0]})
    loads: int = 0

    def load(self) -> Any:
        self.loads += 1
        return self.value


@pytest.fixture
def source() -> Source:
    """A source with one value."""
    return Source()
