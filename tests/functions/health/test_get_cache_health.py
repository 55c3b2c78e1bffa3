"""Whether the cache answers."""

from collections.abc import Iterator

import pytest
from tests.builders import load_function
from tests.functions.conftest import Output
from tests.functions.example import Example, Request
from tests.functions.handlers import Answer, Handlers
from tests.functions.provocations import Scene
from tests.valkey_servers import Server, valkey_server

from teppan.cache import connect

FUNCTION = "health/get_cache_health"


def without_its_server(scene: Scene, operation: str) -> Answer:
    """Send the request while the server of the shared cache is gone."""
    with pytest.MonkeyPatch.context() as patch, valkey_server() as server:
        use(server, patch)
        server.kill()
        return scene.ask(operation)


def use(server: Server, patch: pytest.MonkeyPatch) -> None:
    """Let the function use a server as its shared cache."""
    function = load_function(FUNCTION)  # before the variable is set: a module connects once
    patch.setenv("CACHE_URL", server.url)
    patch.setattr(function, "store", connect("health"))


OPERATION = Example(
    request=lambda _: Request(),
    reads={"CacheHealth": "status cache latency_ms hit_ratio"},
    optional={"CacheHealth": "hit_ratio"},
    provocations={"cache_unavailable": without_its_server},
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server of the function's shared cache."""
    with valkey_server() as running:
        use(running, monkeypatch)
        yield running


def test_a_cache_in_memory_is_healthy(call: Handlers) -> None:
    answer = call("getCacheHealth", by=None)

    assert answer.status == 200
    took = answer.body["latency_ms"]
    assert took >= 0
    assert answer.body == {"status": "ok", "cache": "memory", "latency_ms": took}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("server")
def test_a_shared_cache_that_answers_is_healthy(call: Handlers) -> None:
    answers = [call("getCacheHealth", by=None) for _ in range(2)]

    assert [each.status for each in answers] == [200, 200]
    took = answers[1].body["latency_ms"]
    assert took > 0
    assert answers[1].body == {
        "status": "ok",
        "cache": "shared",
        "latency_ms": took,
        "hit_ratio": 1.0,
    }


@pytest.mark.parametrize("failure", ["kill", "hang", "fill"])
@pytest.mark.parametrize("operation", ["getCacheHealth", "headCacheHealth"])
def test_a_shared_cache_that_fails_is_a_503_without_details(
    call: Handlers, server: Server, output: Output, operation: str, failure: str
) -> None:
    assert call(operation, by=None).status == 200
    getattr(server, failure)()

    answer = call(operation, by=None)

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "1"
    if operation == "getCacheHealth":
        assert answer.problem == (503, "cache_unavailable")
    port = server.url.rpartition(":")[2]
    assert port not in str(answer.body) + str(answer.headers) + output()


def test_the_cache_health_answers_head_without_a_body(call: Handlers) -> None:
    answer = call("headCacheHealth", by=None)

    assert (answer.status, answer.body) == (200, None)
