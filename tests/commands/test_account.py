"""The developer's AWS account and proxies reach nothing of the local cloud, and break nothing."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from local.aws.build import run_sam_build
from local.aws.emulator import Aws, emulator
from local.fakes.stripe.process import fake_stripe
from local.processes import HOST, free_port
from local.stripe_webhook import client_of
from tests.commands.developer import (
    read_environment,
    require_no_account,
    set_account,
    write_program,
)

ANOTHER = "127.0.0.5"
"""An address of this machine at which nothing of ours listens."""

EMULATOR = """\
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
open({seen!r}, "w").write(json.dumps(dict(os.environ)))
class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
HTTPServer((os.environ["BIND_HOST"], int(os.environ["GATEWAY_PORT"])), Ready).serve_forever()
"""
SAM = """\
import json, os, pathlib, sys
open({seen!r}, "w").write(json.dumps(dict(os.environ)))
build = pathlib.Path(sys.argv[sys.argv.index("--build-dir") + 1])
build.mkdir(parents=True)
(build / "template.yaml").write_text("Location: ../../openapi.yaml\\n")
"""


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> None:
    set_account(monkeypatch)


@pytest.fixture
def received() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The URL of a server of this machine, and the headers of each request to it."""
    requests: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            requests.append(dict(self.headers.items()))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"object": "list", "data": [], "has_more": false, "url": "/"}')

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://{HOST}:{server.server_port}", requests
        server.shutdown()
        thread.join()


def test_the_emulator_has_no_account_for_its_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    program = write_program(tmp_path / "python", EMULATOR.format(seen=str(seen)))
    monkeypatch.setattr("local.aws.emulator.MINISTACK_PYTHON", program)

    with emulator(free_port(), tmp_path, refresh_grace_seconds=1):
        environment = read_environment(seen)

    assert {name for name in environment if name.startswith(("AWS_", "HTTP"))} == set()
    assert environment["BIND_HOST"] == HOST


def test_the_fake_stripe_starts_with_any_settings_on_one_address(tmp_path: Path) -> None:
    port = free_port()
    with fake_stripe(port, tmp_path):
        with socket.create_connection((HOST, port), timeout=10):
            pass
        with pytest.raises(OSError, match=r"refused|assign|timed out"):
            socket.create_connection((ANOTHER, port), timeout=10).close()


def test_a_build_has_no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen"
    program = write_program(tmp_path / "sam", SAM.format(seen=str(seen)))
    monkeypatch.setattr("local.aws.build.SAM", program)

    run_sam_build("x86_64", tmp_path / "build", tmp_path / "cache", show=False)

    environment = read_environment(seen)
    require_no_account(environment)
    assert environment["AWS_ACCESS_KEY_ID"] == "test"
    assert environment["HTTP_PROXY"] == "http://127.0.0.1:9"  # a build fetches packages


def test_a_client_of_the_emulator_signs_as_its_root(
    received: tuple[str, list[dict[str, str]]],
) -> None:
    url, requests = received

    Aws(url).client("dynamodb").list_tables()

    [headers] = requests
    assert "Credential=test/" in headers["Authorization"]
    assert "X-Amz-Security-Token" not in headers


def test_a_client_of_the_fake_stripe_uses_no_proxy(
    received: tuple[str, list[dict[str, str]]],
) -> None:
    url, requests = received

    client_of("sk_test_fake", url, use_proxy=False).v1.webhook_endpoints.list()

    assert len(requests) == 1
