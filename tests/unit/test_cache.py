"""A cache in the memory of a process: ages and room.

`tests/cache` has what holds for every store.
"""

from datetime import timedelta
from typing import Any

import pytest
from tests.builders import NOW
from tests.conftest import Clock
from tests.unit.conftest import LogLines

from teppan.cache import Cache, Memory, check

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("passed", "is_kept"),
    [
        pytest.param(timedelta(0), True, id="at once"),
        pytest.param(10 * SECOND - timedelta(microseconds=1), True, id="nearly ten seconds"),
        pytest.param(10 * SECOND, False, id="ten seconds"),
        pytest.param(timedelta(days=400), False, id="long after"),
        pytest.param(-SECOND, False, id="the clock was set back"),
    ],
)
def test_memory_keeps_a_text_for_less_than_its_time_to_live(
    now: Clock, passed: timedelta, is_kept: bool
) -> None:
    memory = Memory()
    memory.put("key", "text", 10 * SECOND)

    now.set(NOW + passed)

    assert memory.get("key") == ("text" if is_kept else None)


def test_a_new_text_in_memory_has_its_own_time_to_live(now: Clock) -> None:
    memory = Memory()
    memory.put("key", "old", 10 * SECOND)
    now.set(NOW + 9 * SECOND)
    memory.put("key", "new", 10 * SECOND)

    now.set(NOW + 18 * SECOND)

    assert memory.get("key") == "new"


def test_memory_drops_the_oldest_text_when_it_is_full() -> None:
    memory = Memory()
    for n in range(100):
        memory.put(f"key {n}", "text", SECOND)

    memory.put("key 99", "text", SECOND)
    assert memory.get("key 0") == "text"
    memory.put("one more", "text", SECOND)

    assert [memory.get(key) for key in ("key 0", "key 1", "one more")] == [None, "text", "text"]


def test_a_delete_in_memory_may_be_repeated() -> None:
    memory = Memory()
    memory.put("key", "text", SECOND)

    memory.delete("key")
    memory.delete("key")

    assert memory.get("key") is None


def test_the_health_of_memory_has_no_hit_ratio() -> None:
    health = check(Memory())

    assert (health.kind, health.hit_ratio) == ("memory", None)


def test_a_failure_of_the_store_is_logged_without_its_message(
    logged: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("cache.internal:6379")

    monkeypatch.setattr(Memory, "get", fail)
    monkeypatch.setattr(Memory, "put", fail)

    assert Cache("slots", 10).get_or_load("key", lambda: [1], tuple) == (1,)

    lines = logged()
    assert [(each["message"], each["cache"], each["error"]) for each in lines] == [
        ("cache failed", "slots", "OSError")
    ] * 2
    assert "internal" not in str(lines)
