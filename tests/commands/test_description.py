"""The commands find the running clouds by their `cloud.json` files."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from local import description
from local.description import CLOUD_VARIABLE, Description, cloud_file, running_cloud
from local.errors import CommandError
from local.processes import HOST

type Start = Callable[..., Description]

POOL = "pool"


class Emulator(BaseHTTPRequestHandler):
    """Answers as the emulator of a cloud with the user pool `POOL`."""

    def do_GET(self) -> None:
        """Send the keys of the pool; S3's answer for another pool."""
        is_pool = self.path == f"/{POOL}/.well-known/jwks.json"
        self.send_response(200 if is_pool else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"keys": []}).encode() if is_pool else b"<Error/>")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class OtherProgram(Emulator):
    """Answers every path with a page."""

    def do_GET(self) -> None:
        """Send a page."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html></html>")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Return a function that writes a cloud's file `started` seconds ago; its port may answer."""
    monkeypatch.setattr(description, "_LOCAL", tmp_path)
    monkeypatch.delenv(CLOUD_VARIABLE, raising=False)
    with ExitStack() as servers:

        def write(
            started: int, program: type[Emulator] | None = Emulator, pool: str = POOL
        ) -> Description:
            server = servers.enter_context(ThreadingHTTPServer((HOST, 0), program or Emulator))
            port = server.server_address[1]
            if program is None:
                server.server_close()
            else:
                Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
                servers.callback(server.shutdown)
            directory = tmp_path / str(port)
            cloud = Description(
                *("http://api", f"http://{HOST}:{port}", "us-west-2", "table", pool, "client"),
                *("http://stripe", "http://webhook", "http://page", str(directory), {}),
            )
            cloud.write(cloud_file(directory))
            os.utime(cloud_file(directory), (1_000_000 - started, 1_000_000 - started))
            return cloud

        yield write


def test_the_cloud_started_last_is_found(start: Start) -> None:
    clouds = [start(20), start(10), start(30)]

    assert running_cloud() == clouds[1]


def test_a_killed_cloud_is_passed_over(start: Start) -> None:
    running = start(20)
    start(10, None)

    assert running_cloud() == running


def test_another_program_on_the_port_of_a_killed_cloud_is_no_cloud(start: Start) -> None:
    running = start(20)
    start(10, OtherProgram)

    assert running_cloud() == running


def test_another_cloud_on_the_port_of_a_killed_one_is_not_that_cloud(start: Start) -> None:
    running = start(20)
    start(10, pool="pool-of-another-checkout")

    assert running_cloud() == running


def test_a_cloud_is_found_by_its_port(start: Start) -> None:
    clouds = [start(20), start(10)]

    assert running_cloud(int(clouds[0].aws_endpoint_url.rpartition(":")[2])) == clouds[0]


def test_no_running_cloud_is_a_clear_error(start: Start) -> None:
    start(10, None)

    with pytest.raises(CommandError, match=r"^No local cloud is running: start one with `make"):
        running_cloud()
    with pytest.raises(CommandError, match=r"^No local cloud is running on port 4999: start"):
        running_cloud(4999)
