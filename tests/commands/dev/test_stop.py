"""A local cloud that stops, or whose parent ends, leaves other clouds alone and saves its state."""

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from local import cloud
from local.aws.emulator import Aws
from local.cloud import local_cloud
from local.console import Console
from local.description import Description, cloud_file
from local.paths import ROOT
from local.processes import HOST, free_port

SAVES_ON_SIGTERM = """
import pathlib, signal, sys, time
saved = pathlib.Path(sys.argv[1])
def save(*_):
    saved.write_text("saved")
    sys.exit()
signal.signal(signal.SIGTERM, save)
saved.write_text("running")
time.sleep(60)
"""


def described(directory: Path) -> Description:
    return Description(
        *("http://api", f"http://{HOST}:1", "us-west-2", "table", "pool", "client"),
        *("http://stripe", "http://webhook", None, str(directory)),
        users={},
    )


@pytest.fixture
def without_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start local clouds without their servers and without a deployment."""

    @contextmanager
    def emulator(*_: Any, **__: Any) -> Iterator[Aws]:
        yield Aws("http://aws")

    monkeypatch.setattr(cloud, "emulator", emulator)
    monkeypatch.setattr(cloud, "fake_stripe", lambda *_: nullcontext("http://stripe"))
    monkeypatch.setattr(cloud, "booking_page", lambda *_: nullcontext(None))
    monkeypatch.setattr(cloud, "forward_from_bridge", lambda *_: nullcontext())
    monkeypatch.setattr(
        cloud,
        "Cloud",
        lambda _aws, _url, directory, *_: SimpleNamespace(
            api_url="http://api", start=lambda _: described(directory)
        ),
    )


def test_a_cloud_that_stops_removes_its_own_description_only(
    without_servers: None, tmp_path: Path
) -> None:
    # Given
    other, own = cloud_file(tmp_path / "1"), cloud_file(tmp_path / "2")
    described(other.parent).write(other)
    # When
    with local_cloud(free_port(), own.parent, Console(io.StringIO())):
        assert own.exists()
    # Then
    assert not own.exists()
    assert other.exists()


def test_a_server_can_save_its_state_when_its_parent_ends(tmp_path: Path) -> None:
    # Given
    state = tmp_path / "state"
    command = [sys.executable, "-c", SAVES_ON_SIGTERM, str(state)]
    with subprocess.Popen(
        [sys.executable, ROOT / "local" / "stop_with_parent.py", *command],
        stdin=subprocess.PIPE,
    ) as server:
        deadline = time.monotonic() + 30
        while not (state.exists() and state.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        # When the parent's end of standard input is closed
        server.communicate(timeout=30)
    # Then
    assert state.read_text() == "saved"
