"""The runtime layer holds what the lock file says, and all that functions import from it."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local.emulator import host_architecture
from local.paths import TOOLS
from tests.builders import ROOT

FUNCTION = """
import sys
sys.path.insert(0, sys.argv[1])
import botocore.session, pydantic, zoneinfo
from aws_lambda_powertools import Logger, Metrics, Tracer
for service in ("cognito-idp", "dynamodb", "secretsmanager"):
    botocore.session.get_session().create_client(service, region_name="us-west-2")
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo("America/Los_Angeles")
"""
"""Imports what the core package does and makes the clients that it makes."""

LOCK = {
    package["name"]: package
    for package in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
}


def test_requirements_are_the_lock_file_s() -> None:
    # Given
    text = (ROOT / "layers/runtime/requirements.txt").read_text(encoding="utf-8")
    entries = re.findall(r"^([\w.-]+)==(\S+)((?: \\\n +--hash=\S+)+)", text, re.MULTILINE)
    installed = {
        name: (version, set(re.findall(r"--hash=(\S+)", hashes)))
        for name, version, hashes in entries
    }
    # When
    wanted = {
        name: (LOCK[name]["version"], {file["hash"] for file in _files(LOCK[name])})
        for name in _needed()
    }
    # Then: `make -C layers/runtime requirements` writes it anew
    assert installed == wanted


def test_the_layer_alone_is_enough(tmp_path: Path) -> None:
    # Given: the layer as `sam build` makes it
    path = os.pathsep.join([str(TOOLS / "uv" / "bin"), os.environ["PATH"]])
    make = ["make", "-C", str(ROOT / "layers/runtime"), "build-RuntimeLayer"]
    variables = {"ARTIFACTS_DIR": tmp_path, "LAYER_ARCH": host_architecture()}
    variables["PYTHON"] = sys.executable
    subprocess.run(
        [*make, *(f"{name}={value}" for name, value in variables.items())],
        env=os.environ | {"PATH": path},
        check=True,
        capture_output=True,
    )
    # When: a Python without any other package runs what functions do
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-c", FUNCTION, tmp_path / "python"],
        # As on Lambda; without it the X-Ray SDK makes a client of its own.
        env={"LAMBDA_TASK_ROOT": "/var/task"},
        check=False,
        capture_output=True,
        text=True,
    )
    # Then
    assert answer.returncode == 0, answer.stderr


def _needed() -> set[str]:
    project = LOCK["teppan"]
    found: set[str] = set()
    queue = [*project["dependencies"]]
    while queue:
        dependency = queue.pop()
        package = LOCK[dependency["name"]]
        found.add(package["name"])
        queue += package.get("dependencies", [])
        for extra in dependency.get("extra", []):
            queue += package["optional-dependencies"][extra]
    return found


def _files(package: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from package["wheels"]
    if "sdist" in package:
        yield package["sdist"]
