"""The commands find the running clouds by their `cloud.json` files."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from local import description
from local.description import CLOUD_VARIABLE, Description, cloud_file, running_cloud
from local.errors import CommandError
from local.processes import HOST

type Start = Callable[..., Description]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Return a function that writes a cloud's file `started` seconds ago; its port may answer."""
    monkeypatch.setattr(description, "_LOCAL", tmp_path)
    monkeypatch.delenv(CLOUD_VARIABLE, raising=False)
    with ExitStack() as servers:

        def write(started: int, *, runs: bool = True) -> Description:
            server = servers.enter_context(socket.create_server((HOST, 0)))
            port = server.getsockname()[1]
            if not runs:
                server.close()
            directory = tmp_path / str(port)
            cloud = Description(
                *("http://api", f"http://{HOST}:{port}", "us-west-2", "table", "pool", "client"),
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
    start(10, runs=False)

    assert running_cloud() == running


def test_a_cloud_is_found_by_its_port(start: Start) -> None:
    clouds = [start(20), start(10)]

    assert running_cloud(int(clouds[0].aws_endpoint_url.rpartition(":")[2])) == clouds[0]


def test_no_running_cloud_is_a_clear_error(start: Start) -> None:
    start(10, runs=False)

    with pytest.raises(CommandError, match=r"^No local cloud is running: start one with `make"):
        running_cloud()
    with pytest.raises(CommandError, match=r"^No local cloud is running on port 4999: start"):
        running_cloud(4999)
