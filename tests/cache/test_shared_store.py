"""A shared cache: its keys, its times to live, and every way in which a server can fail."""

import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.builders import NOW
from tests.cache.conftest import Source
from tests.cache.test_cache import get
from tests.conftest import Clock
from tests.valkey_servers import Server, valkey_server

from teppan.cache import Cache, check, connect
from teppan.domain.errors import CacheUnavailable
from teppan.settings import settings
from teppan.shared_store import LIMIT_SECONDS, PAUSE, SharedStore

KEY = "teppan:local:test:slots:2026-12"
PATIENCE = 2.5 * LIMIT_SECONDS
"""How long a request may wait for a server that hangs: to connect, and for an answer; and slack."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    started_at = time.perf_counter()
    yield
    assert time.perf_counter() - started_at < seconds


@pytest.fixture
def silent() -> Iterator[str]:
    """The URL of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"valkey://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def tls_server(folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the URL of a server with its own certificate for another host, and what it reads."""
    key = ec.generate_private_key(ec.SECP256R1())
    host = "another.example"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("another.example")]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(certificate.public_bytes(Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    received: list[bytes] = []

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with context.wrap_socket(connection, server_side=True) as secured:
                received.append(secured.recv(1000))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"valkeys://127.0.0.1:{listening.getsockname()[1]}", received
        thread.join()


class TestSharing:
    def test_instances_share_their_values(self, shared: Cache, source: Source) -> None:
        get(shared, source)

        assert get(Cache("slots", 10), Source("another")) == source.value

    def test_caches_of_other_names_versions_and_stages_share_nothing(
        self, shared: Cache, source: Source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        get(shared, source)

        others = [Cache("prices", 10)]
        for name in ("SERVICE_VERSION", "STAGE"):
            with monkeypatch.context() as other:
                other.setenv(name, "other")
                settings.cache_clear()
                others.append(Cache("slots", 10))
            settings.cache_clear()

        assert [get(each, Source("another")) for each in others] == ["another"] * 3

    def test_a_cache_that_is_not_shared_stores_nothing_on_the_server(
        self, source: Source, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CACHE_URL", server.url)

        get(Cache("secrets", 10, shared=False), source)

        assert server.admin.keys() == []

    def test_a_value_expires_after_its_time_to_live(
        self, shared: Cache, source: Source, server: Server
    ) -> None:
        get(shared, source)

        assert server.admin.keys() == [KEY]
        assert 9_000 < server.admin.pttl(KEY) <= 10_000

    def test_the_hit_ratio_is_the_servers(self, shared: Cache, source: Source) -> None:
        for _ in range(4):
            get(shared, source)

        health = check(connect("slots"))

        assert (health.kind, health.hit_ratio) == ("shared", 0.8)  # the check itself is a hit

    def test_a_server_without_reads_has_no_hit_ratio(self, server: Server) -> None:
        assert SharedStore(server.url, "").hit_ratio() is None

    def test_a_server_that_does_not_say_its_hit_ratio_is_healthy(self, server: Server) -> None:
        server.forbid("info")
        store = SharedStore(server.url, "")

        assert [check(store).hit_ratio for _ in range(2)] == [None, None]

    def test_a_check_leaves_nothing_on_the_server(self, server: Server) -> None:
        check(SharedStore(server.url, ""))

        assert server.admin.keys() == []


class TestFailures:
    def test_a_server_that_dies_during_a_request_costs_one_load(
        self, shared: Cache, source: Source, server: Server, counted: Counter[str]
    ) -> None:
        # Given a connected client, whose request waits for an answer when the server dies
        get(shared, source)
        server.hang()
        killer = threading.Timer(LIMIT_SECONDS / 3, server.kill)
        killer.start()

        with at_most(PATIENCE):
            assert get(shared, source) == source.value

        killer.join()
        assert source.loads == 2
        assert counted == {"SlotsCacheMisses": 1, "SlotsCacheErrors": 1}

    def test_a_server_that_dies_while_the_value_is_loaded_breaks_nothing(
        self, shared: Cache, source: Source, server: Server, counted: Counter[str]
    ) -> None:
        def load() -> Any:
            server.kill()
            return source.load()

        assert shared.get_or_load("2026-12", load, dict) == source.value
        assert counted == {"SlotsCacheMisses": 1, "SlotsCacheErrors": 1}

    def test_a_server_that_hangs_is_asked_once_in_a_pause(
        self, shared: Cache, source: Source, server: Server, now: Clock, counted: Counter[str]
    ) -> None:
        get(shared, source)
        server.hang()

        with at_most(PATIENCE):
            get(shared, source)
        with at_most(LIMIT_SECONDS / 2):
            for _ in range(20):
                get(shared, source)
        assert counted == {"SlotsCacheMisses": 1, "SlotsCacheErrors": 21}

        server.go_on()
        now.set(NOW + PAUSE - timedelta(milliseconds=1))
        get(shared, source)
        assert counted["SlotsCacheErrors"] == 22
        now.set(NOW + PAUSE)
        get(shared, source)
        assert counted["SlotsCacheHits"] == 1

    @pytest.mark.parametrize("state", ["silent", "closed"])
    def test_a_server_that_never_answers_slows_a_request_by_a_fraction_of_a_second(
        self, silent: str, source: Source, monkeypatch: pytest.MonkeyPatch, state: str
    ) -> None:
        monkeypatch.setenv("CACHE_URL", silent if state == "silent" else "valkey://127.0.0.1:1")
        cache = Cache("slots", 10)

        with at_most(PATIENCE):
            assert get(cache, source) == source.value

    @pytest.mark.parametrize(
        "url",
        [
            "valkey://127.0.0.1:99999",
            "valkeys://cache.internal:99999",
            "valkeys://cache.internal:port",
            "valkeys://[cache.internal",
            "redis://127.0.0.1:6379",
            '{"url": "valkeys://cache.internal:6379"}',
        ],
    )
    def test_a_wrong_url_breaks_nothing(
        self, source: Source, counted: Counter[str], monkeypatch: pytest.MonkeyPatch, url: str
    ) -> None:
        monkeypatch.setenv("CACHE_URL", url)

        assert get(Cache("slots", 10), source) == source.value

        assert counted == {"SlotsCacheErrors": 1}
        with pytest.raises(CacheUnavailable):
            check(connect("slots"))

    @pytest.mark.parametrize("user", ["", "127.0.0.1:6379@"])
    def test_a_server_on_another_machine_is_not_asked_without_tls(
        self,
        source: Source,
        server: Server,
        counted: Counter[str],
        monkeypatch: pytest.MonkeyPatch,
        user: str,
    ) -> None:
        url = server.url.replace("127.0.0.1", f"{user}localhost")
        monkeypatch.setenv("CACHE_URL", url)

        assert get(Cache("slots", 10), source) == source.value
        assert counted == {"SlotsCacheErrors": 1}

    def test_a_server_in_cluster_mode_is_asked_once_in_a_pause(
        self, source: Source, counted: Counter[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with valkey_server(**{"cluster-enabled": "yes"}) as server:
            monkeypatch.setenv("CACHE_URL", server.url)
            cache = Cache("slots", 10)

            for _ in range(20):
                assert get(cache, source) == source.value
            asked = server.admin.info("commandstats")["cmdstat_get"]

        assert counted == {"SlotsCacheErrors": 20}
        assert asked["rejected_calls"] == 1

    def test_a_full_server_still_answers_what_it_holds(
        self, shared: Cache, source: Source, server: Server, counted: Counter[str]
    ) -> None:
        get(shared, source)
        server.fill()

        assert get(shared, Source("january"), "2027-01") == "january"
        assert get(shared, source) == source.value
        assert counted == {"SlotsCacheMisses": 2, "SlotsCacheErrors": 1, "SlotsCacheHits": 1}

    def test_a_server_with_a_certificate_of_nobody_is_not_asked(
        self, tmp_path: Path, source: Source, counted: Counter[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with tls_server(tmp_path) as (url, received):
            monkeypatch.setenv("CACHE_URL", url)

            assert get(Cache("slots", 10), source) == source.value

        assert counted == {"SlotsCacheErrors": 1}
        assert received == []

    def test_a_server_with_the_certificate_of_another_host_is_not_asked(
        self, tmp_path: Path, source: Source, counted: Counter[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with tls_server(tmp_path) as (url, received):
            monkeypatch.setenv("CACHE_URL", url)
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

            assert get(Cache("slots", 10), source) == source.value

        assert counted == {"SlotsCacheErrors": 1}
        assert received == []

    def test_a_wrong_password_breaks_nothing(
        self,
        source: Source,
        server: Server,
        counted: Counter[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("CACHE_URL", server.with_password("right", "wrong"))

        assert get(Cache("slots", 10), source) == source.value
        assert counted == {"SlotsCacheErrors": 1}

    def test_the_password_in_the_url_is_sent(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CACHE_URL", server.with_password("right", "right"))

        assert check(connect("slots")).kind == "shared"

    @pytest.mark.parametrize(
        "garbage",
        [
            "",
            "not JSON",
            "[1, 2",
            "NaN",
            '"text"',
            "{}",
            '[["a", "b"]]',
            "[" * 100_000,
            b"\xff\xfe",
        ],
    )
    def test_garbage_is_replaced(
        self, shared: Cache, server: Server, counted: Counter[str], garbage: str | bytes
    ) -> None:
        server.admin.set(KEY, garbage)

        def decode(value: Any) -> list[int]:
            return [value["18:00"]]

        for _ in range(2):
            assert shared.get_or_load("2026-12", lambda: {"18:00": 1}, decode) == [1]

        assert counted == {"SlotsCacheErrors": 1, "SlotsCacheHits": 1}

    def test_a_value_of_another_type_is_replaced(
        self, shared: Cache, source: Source, server: Server, counted: Counter[str]
    ) -> None:
        server.admin.rpush(KEY, "an element of a list")

        assert [get(shared, source), get(shared, source)] == [source.value] * 2
        assert counted == {"SlotsCacheErrors": 1, "SlotsCacheHits": 1}

    @pytest.mark.parametrize("failure", ["hang", "kill", "fill"])
    def test_a_server_that_fails_is_not_healthy(self, server: Server, failure: str) -> None:
        store = SharedStore(server.url, "")
        check(store)
        getattr(server, failure)()

        with at_most(PATIENCE), pytest.raises(CacheUnavailable):
            check(store)

    def test_a_server_that_keeps_nothing_is_not_healthy(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = SharedStore(server.url, "")
        monkeypatch.setattr(store, "put", lambda *_: None)

        with pytest.raises(CacheUnavailable):
            check(store)
