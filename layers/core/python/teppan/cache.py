"""A small cache: its store is the memory of the environment, or a server that all share.

A cache only saves time. After any error of its store it loads the value.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, Protocol

from teppan import clock
from teppan.domain.errors import CacheUnavailable
from teppan.observability.log import error_fields, logger
from teppan.observability.metrics import count
from teppan.settings import optional, settings

_MAX_ENTRIES: Final = 100
"""The maximum number of values that one cache keeps in memory."""


class Store(Protocol):
    """A store of texts; each is kept for less than its time to live."""

    kind: str

    def get(self, key: str) -> str | None:
        """Return the text at `key`, or None."""

    def put(self, key: str, text: str, ttl: timedelta) -> None:
        """Store `text` at `key`."""

    def delete(self, key: str) -> None:
        """Delete the text at `key`, if there is one."""

    def hit_ratio(self) -> float | None:
        """Return the share of all reads that found a text, or None if it is unknown."""


class Memory:
    """A store in this process. New entries replace the oldest ones.

    It measures age by the time of day, because the monotonic clock may stop while Lambda freezes
    an environment.
    """

    kind = "memory"

    def __init__(self) -> None:
        self._entries: dict[str, tuple[str, datetime, timedelta]] = {}
        self._lock = Lock()

    def get(self, key: str) -> str | None:
        """Return the text at `key`, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        text, stored_at, ttl = entry
        return text if clock.is_recent(stored_at, ttl) else None

    def put(self, key: str, text: str, ttl: timedelta) -> None:
        """Store `text` at `key`."""
        with self._lock:
            self._entries.pop(key, None)
            if len(self._entries) >= _MAX_ENTRIES:
                del self._entries[next(iter(self._entries))]
            self._entries[key] = text, clock.utc_now(), ttl

    def delete(self, key: str) -> None:
        """Delete the text at `key`, if there is one."""
        with self._lock:
            self._entries.pop(key, None)

    def hit_ratio(self) -> None:
        """Return None: the reads of one environment say nothing about the others."""


def connect(name: str) -> Store:
    """Return the store of the cache `name`: the shared one if `CACHE_URL` names its server."""
    url = optional("CACHE_URL")
    if not url:
        return Memory()
    # Imported here: only functions that may share a cache have the layer with the client.
    from teppan.shared_store import SharedStore  # noqa: PLC0415

    # Another deployment may store values of another form.
    return SharedStore(url, f"teppan:{settings().stage}:{settings().service_version}:{name}:")


class Cache:
    """Values by key, each for at most `ttl_seconds` after it was loaded.

    Metrics count its hits, misses and errors: `AvailabilityCacheHits`. `shared=False` keeps the
    values in memory even if there is a shared store.
    """

    def __init__(self, name: str, ttl_seconds: int, *, shared: bool = True) -> None:
        self._name = name
        self._ttl = timedelta(seconds=ttl_seconds)
        self._store = connect(name) if shared else Memory()

    def get_or_load[T](self, key: str, load: Callable[[], Any], decode: Callable[[Any], T]) -> T:
        """Return the value at `key`, or load and keep it; errors of `load` are not kept.

        `load` returns JSON and `decode` makes the value of it; what `decode` refuses is loaded
        again. The age counts from before the load, since the loaded value may be that old.
        """
        asked_at = clock.utc_now()
        try:
            text = self._store.get(key)
            if text is not None:
                value = decode(json.loads(text))
                self._count("Hits")
                return value
            self._count("Misses")
        except Exception as error:  # noqa: BLE001 - logged; whatever is wrong, the value is loaded
            self._record(error)
        loaded = load()
        self._keep(key, loaded, self._ttl - (clock.utc_now() - asked_at))
        return decode(loaded)

    def forget(self, key: str) -> None:
        """Delete the value at `key`."""
        self._store.delete(key)

    def _keep(self, key: str, value: Any, ttl: timedelta) -> None:
        if ttl <= timedelta(0):
            return
        try:
            self._store.put(key, json.dumps(value), ttl)
        except Exception as error:  # noqa: BLE001 - logged; the value is loaded the next time
            self._record(error)

    def _record(self, error: Exception) -> None:
        self._count("Errors")
        if not isinstance(error, CacheUnavailable):  # which is raised without asking the store
            logger.warning("cache failed", cache=self._name, **error_fields(error))

    def _count(self, what: str) -> None:
        count(f"{self._name.title()}Cache{what}")


@dataclass(frozen=True, slots=True)
class CacheHealth:
    """The kind of store, how long it took to answer, and the hit ratio if it is known."""

    kind: str
    milliseconds: float
    hit_ratio: float | None


def check(store: Store) -> CacheHealth:
    """Put, get and delete a text; raises `CacheUnavailable`."""
    started_at = time.perf_counter()
    text = os.urandom(16).hex()
    key = f"health:{text}"
    try:
        store.put(key, text, timedelta(seconds=10))
        is_kept = store.get(key) == text
        store.delete(key)
        milliseconds = (time.perf_counter() - started_at) * 1000
        hit_ratio = store.hit_ratio()
    except Exception as error:
        raise CacheUnavailable from error
    if not is_kept:
        raise CacheUnavailable
    return CacheHealth(store.kind, milliseconds, hit_ratio)
