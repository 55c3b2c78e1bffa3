"""Servers and commands stop with all their processes, and the death of a server is noticed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Timer

import pytest
from local.errors import CommandError
from local.paths import ROOT
from local.processes import HOST, free_port, require_running_servers, server
from local.watch import saved_sources

SERVER = """\
import http.server, os, pathlib, sys
pathlib.Path("pid").write_text(str(os.getpid()))
print("the last words", flush=True)
address = sys.argv[1], int(sys.argv[2])
http.server.HTTPServer(address, http.server.BaseHTTPRequestHandler).serve_forever()
"""


def test_a_server_that_has_died_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-c", SERVER, HOST, str(port)]
    with server("emulator", command, port=port, workdir=tmp_path):
        require_running_servers()

        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)

        with pytest.raises(CommandError, match=r"^emulator has ended\. (?s:.*)the last words"):
            wait_until(noticed)
    require_running_servers()


def test_make_dev_looks_for_dead_servers_while_it_waits_for_a_save() -> None:
    def ended() -> None:
        raise CommandError("emulator has ended.")

    stop = Event()
    later = Timer(5, stop.set)
    later.start()
    with pytest.raises(CommandError, match="emulator has ended"):
        list(saved_sources(stop, ended))
    later.cancel()


def test_the_folder_of_a_temporary_server_goes_when_its_parent_is_killed(tmp_path: Path) -> None:
    workdir, port = tmp_path / "work", free_port()
    workdir.mkdir()
    parent = start(
        f"with server('s', [sys.executable, '-c', {SERVER!r}, {HOST!r}, '{port}'], port={port},"
        f" workdir=Path({str(workdir)!r}), remove_workdir=True): time.sleep(60)"
    )
    wait_until((workdir / "pid").exists)

    parent.kill()
    parent.wait()

    wait_until(lambda: not workdir.exists())


def test_an_interrupted_command_stops_with_its_child_processes(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = f"sleep 60 & echo $! > {note}.new; mv {note}.new {note}; wait"
    parent = start(f"run_group(['sh', '-c', {child!r}], env=os.environ, capture_output=True)")
    wait_until(note.exists)

    parent.send_signal(signal.SIGINT)

    assert parent.wait(10) != 0
    wait_until(lambda: not is_running(int(note.read_text())))


def start(code: str) -> subprocess.Popen[bytes]:
    """Run a statement about `local.processes` in a process of its own."""
    imports = (
        "import os, signal, sys, time; from pathlib import Path; from local.processes import *\n"
        # A program that runs in the background may have inherited that it ignores the signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", imports + code], cwd=ROOT, stderr=subprocess.DEVNULL
    )


def noticed() -> bool:
    """Raise CommandError if a server has ended."""
    require_running_servers()
    return False


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True
    ).stdout
    return bool(state) and not state.startswith("Z")


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true, at most 20 s."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
