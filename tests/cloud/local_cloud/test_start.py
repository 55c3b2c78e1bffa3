"""The start of `make dev`: its ports, its processes, `cloud.json` and the demo bookings."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from local.__main__ import ready
from local.api import Api
from local.aws.artifacts import remove_old_layers
from local.aws.stack import STACK
from local.booking_page.process import booking_page
from local.cloud import local_cloud
from local.console import Console
from local.description import directory_of
from local.errors import CommandError
from local.paths import ROOT
from local.processes import HOST, free_port, is_port_taken
from local.stop_with_parent import GRACE_SECONDS
from tests.cloud.commands import run_module
from tests.cloud.conftest import RunningCloud
from tests.cloud.stripe_side import eventually


class TestDescription:
    def test_cloud_json_has_the_fields_for_scripts(self, cloud: RunningCloud) -> None:
        content = json.loads(cloud.path.read_text())
        assert content.keys() == {
            "api_url",
            "aws_endpoint_url",
            "region",
            "table",
            "user_pool_id",
            "client_id",
            "stripe_url",
            "stripe_webhook_url",
            "booking_page_url",
            "directory",
            "users",
        }
        assert content["users"].keys() == {"customer", "admin"}
        assert all(user.keys() == {"email", "password"} for user in content["users"].values())

    def test_only_the_developer_can_read_the_files_of_a_cloud(self, cloud: RunningCloud) -> None:
        for path, mode in ((cloud.path, 0o600), (Path(cloud.description.directory), 0o700)):
            assert path.stat().st_mode & 0o777 == mode

    def test_cloud_json_names_the_deployed_resources(self, cloud: RunningCloud) -> None:
        described = cloud.description
        tables = cloud.client("dynamodb").list_tables()["TableNames"]
        assert described.table in tables
        pool = cloud.client("cognito-idp").describe_user_pool(UserPoolId=described.user_pool_id)
        assert pool["UserPool"]["Name"] == STACK
        urls = cloud.client("lambda").get_function_url_config(
            FunctionName=f"{STACK}-stripe_webhook"
        )
        url_id = urlsplit(urls["FunctionUrl"]).netloc.partition(".")[0]
        assert described.stripe_webhook_url.endswith(f"/{url_id}/")


class TestPort:
    @pytest.fixture
    def used_port(self) -> Iterator[int]:
        with socket.socket() as listener:
            listener.bind((HOST, 0))
            listener.listen()
            yield listener.getsockname()[1]

    def test_a_port_in_use_is_a_clear_error(self, used_port: int, tmp_path: Path) -> None:
        with (
            pytest.raises(CommandError, match=rf"Port {used_port} is in use.* PORT=\d+$") as error,
            local_cloud(used_port, tmp_path, Console(io.StringIO())),
        ):
            pytest.fail("it started")
        assert not is_port_taken(int(str(error.value).rpartition("=")[2]))
        assert list(tmp_path.iterdir()) == []

    def test_a_stripe_port_in_use_is_a_clear_error(self, used_port: int, tmp_path: Path) -> None:
        with (
            pytest.raises(CommandError, match=rf"Port {used_port} is in use.* STRIPE_PORT=\d+$"),
            local_cloud(free_port(), tmp_path, Console(io.StringIO()), stripe_port=used_port),
        ):
            pytest.fail("it started")
        assert list(tmp_path.iterdir()) == []

    def test_a_demo_port_in_use_is_a_clear_error(self, used_port: int, tmp_path: Path) -> None:
        with (
            pytest.raises(CommandError, match=rf"Port {used_port} is in use.* DEMO_PORT=\d+$"),
            local_cloud(free_port(), tmp_path, Console(io.StringIO()), demo_port=used_port),
        ):
            pytest.fail("it started")
        assert list(tmp_path.iterdir()) == []

    def test_make_dev_reports_a_port_in_use_in_one_line(self, used_port: int) -> None:
        dev = run_module("local", "--port", str(used_port))
        assert dev.returncode == 1
        assert dev.stderr.startswith(f"Port {used_port} is in use")
        assert dev.stderr.count("\n") == 1


class TestBookingPage:
    def test_without_node_no_page_is_served(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with booking_page(free_port(), tmp_path, "http://api", "http://stripe") as url:
            assert url is None

    def test_make_dev_names_the_page_or_what_it_lacks(self, cloud: RunningCloud) -> None:
        described = replace(cloud.description, directory=str(directory_of(4566)))
        assert f"Booking page   {described.booking_page_url}\n" in ready(described)
        assert "not served: it needs Node.js" in ready(replace(described, booking_page_url=None))


class TestLayers:
    def test_unpacked_layers_stay_for_the_next_start_while_the_build_has_them(
        self, cloud: RunningCloud, tmp_path: Path
    ) -> None:
        if cloud.running is None:
            pytest.skip("another process has started the cloud: its build is unknown")
        build = cloud.running.deployment.current
        layers = Path(cloud.description.directory, "layers")
        unpacked = {path.name for path in layers.iterdir()}
        assert unpacked <= {artifact.digest for artifact in build.artifacts.values()}
        assert build.artifacts["RuntimeLayer"].digest in unpacked

        (tmp_path / build.artifacts["RuntimeLayer"].digest).mkdir()
        (tmp_path / "of an older build").mkdir()
        remove_old_layers(tmp_path, build)
        assert [path.name for path in tmp_path.iterdir()] == [
            build.artifacts["RuntimeLayer"].digest
        ]


class TestStopWithParent:
    def test_a_server_process_stops_with_its_parent(self, tmp_path: Path) -> None:
        note = tmp_path / "pid"
        child = (
            f"import os, time, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid()))"
        )
        starting = (
            "import subprocess, sys, time;"
            "subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=subprocess.PIPE);"
            "time.sleep(60)"
        )
        starter = subprocess.Popen(
            [
                sys.executable,
                "-c",
                starting,
                ROOT / "local" / "stop_with_parent.py",
                sys.executable,
                "-c",
                f"{child}; time.sleep(60)",
            ]
        )
        wait_until(lambda: note.exists() and bool(note.read_text()))
        pid = int(note.read_text())
        starter.kill()
        starter.wait()
        wait_until(lambda: not is_alive(pid))


class TestSeeds:
    def test_the_demo_customer_has_bookings(self, api: Api, customer_token: str) -> None:
        listed = api.request("GET", "/api/v1/bookings", token=customer_token, query={"limit": "50"})
        slots = {(item["date"], item["time"]) for item in listed.json()["items"]}
        assert len(slots) >= 3

    def test_a_seeded_booking_has_a_paid_deposit(self, api: Api, customer_token: str) -> None:
        query = {"status": "confirmed"}
        eventually(
            lambda: api.request(
                "GET", "/api/v1/bookings", token=customer_token, query=query
            ).json(),
            lambda listed: listed["items"],
        )

    def test_a_new_customer_has_no_bookings(
        self, api: Api, new_customer: Callable[[], str]
    ) -> None:
        listed = api.request("GET", "/api/v1/bookings", token=new_customer())
        assert (listed.status, listed.json()["items"]) == (200, [])


def is_alive(pid: int) -> bool:
    """Return whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true, at most for twice GRACE_SECONDS."""
    deadline = time.monotonic() + 2 * GRACE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
