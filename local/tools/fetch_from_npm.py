"""Fetch a tool's npm package, check its pinned hash, and unpack the one folder that is needed.

    python3.13 local/tools/fetch_from_npm.py NAME DESTINATION

`npm.json` pins the tools. This script uses the standard library only, because it runs before
anything is installed. It creates the destination with one rename, so an interrupted run leaves
nothing that looks installed. For a tool that exists for `only` one kind of machine, it prints a
note on other machines and leaves the destination empty.
"""

import base64
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

PINS: Final = Path(__file__).with_name("npm.json")


def main(name: str, destination: Path) -> None:
    """Install the pinned tool `name` at `destination`; replace an existing one."""
    pin = json.loads(PINS.read_text(encoding="utf-8"))[name]
    machine = f"{platform.system()} {platform.machine()}"
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix="fetching-") as scratch:
        if pin.get("only", machine) == machine:
            archive = _download(pin["package"], Path(scratch))
            _verify(archive, pin["integrity"])
            unpacked = _unpack(archive, pin["folder"], Path(scratch))
        else:
            sys.stderr.write(f"{name} is not packed for {machine}: left out.\n")
            unpacked = Path(scratch) / "nothing"
            unpacked.mkdir()
        if destination.exists():
            shutil.rmtree(destination)
        unpacked.rename(destination)


def _download(package: str, into: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(f"npm is missing: install Node.js with npm; {package} is fetched by it.")
    command = [
        npm,
        "pack",
        package,
        "--ignore-scripts",
        "--loglevel=error",
        "--pack-destination",
        str(into),
    ]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if answer.returncode != 0:
        sys.exit(
            f"npm could not fetch {package}; check the network and npm's registry setting:\n"
            f"{answer.stderr.strip() or answer.stdout.strip()}"
        )
    return into / str(answer.stdout).split()[-1]


def _verify(archive: Path, integrity: str) -> None:
    digest = hashlib.sha512(archive.read_bytes()).digest()
    found = f"sha512-{base64.b64encode(digest).decode()}"
    if found != integrity:
        sys.exit(f"{archive.name} is not the pinned file: expected {integrity}, found {found}.")


def _unpack(archive: Path, folder: str, into: Path) -> Path:
    with tarfile.open(archive) as tar:
        members = [member for member in tar.getmembers() if member.name.startswith(folder)]
        if not members:
            sys.exit(f"{archive.name} holds no {folder}*: its layout has changed.")
        tar.extractall(into, members=members, filter="data")
    return into / Path(*Path(members[0].name).parts[: len(Path(folder).parts)])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
