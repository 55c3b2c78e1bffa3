"""`make base-image`: pull Lambda's base image; where it cannot be pulled, build a stand-in.

The stand-in has this machine's Python 3.13 and C library in place of Amazon Linux's. It runs our
functions, and is no evidence that a compiled package runs on Lambda. It can be built on Linux only.
It has a name of its own, so that no other project takes it for Lambda's image.
"""

import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from local.containers.engine import base_image, docker, require_engine, stand_in_image
from local.errors import CommandError
from local.paths import RUNTIME_CLIENT

_PYTHON: Final = Path(sys.base_prefix)
_BOOTSTRAP: Final = b"""\
#!/bin/sh
export PYTHONPATH=/var/task:/opt/python:/var/runtime
exec /var/lang/bin/python3.13 -m awslambdaric "$_HANDLER"
"""
_ENVIRONMENT: Final = {
    "LAMBDA_RUNTIME_DIR": "/var/runtime",
    "LAMBDA_TASK_ROOT": "/var/task",
    "LANG": "en_US.UTF-8",
    "LD_LIBRARY_PATH": "/var/lang/lib",
    "PATH": "/var/lang/bin:/bin",
    "TZ": ":UTC",
}
"""The variables of Lambda's image that Python and our packages read."""

_COMMANDS: Final = ("sh", "cp", "mv", "rm", "chmod")
"""The commands of the Dockerfile by which SAM adds layers."""

_SYSTEM_LIBRARIES: Final = (
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
)
"""What compiled packages may need of the system (PEP 600), beside what Python needs."""

_LEFT_OUT: Final = {"__pycache__", "ensurepip", "idlelib", "site-packages", "test", "tkinter"}


def main() -> int:
    """Get the image for this machine's architecture and print which it is."""
    try:
        require_engine()
        try:
            docker("pull", base_image())
            sys.stdout.write(f"{base_image()} is pulled.\n")
        except CommandError:
            _build()
            sys.stdout.write(f"{stand_in_image()} is a stand-in with this machine's Python.\n")
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _build() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "image.tar"
        with tarfile.open(archive, "w") as image:
            _fill(image)
        changes = [f"ENV {name}={value}" for name, value in _ENVIRONMENT.items()]
        changes += ["WORKDIR /var/task", 'ENTRYPOINT ["/var/runtime/bootstrap"]']
        options = [part for change in changes for part in ("--change", change)]
        docker("import", *options, archive, stand_in_image())


def _fill(image: tarfile.TarFile) -> None:
    """Add Python, its runtime client for Lambda, and what the two and SAM need of the system."""
    library = _PYTHON / "lib" / "python3.13"
    commands = {name: _found_command(name) for name in _COMMANDS}
    programs = [
        _PYTHON / "bin" / "python3.13",
        *library.glob("lib-dynload/*.so"),
        *commands.values(),
        *_system_libraries(),
    ]
    image.add(programs[0].resolve(), "var/lang/bin/python3.13")
    image.add(library, "var/lang/lib/python3.13", filter=_is_needed)
    for name, path in commands.items():
        image.add(path, f"bin/{name}")
    for path in sorted(
        {*_system_libraries(), *(each for one in programs for each in _linked(one))}
    ):
        of_python = path.is_relative_to(_PYTHON)
        target = f"var/lang/{path.relative_to(_PYTHON)}" if of_python else str(path)
        image.add(path.resolve(), target)
    image.add(RUNTIME_CLIENT, "var/runtime", filter=_is_needed)
    bootstrap = tarfile.TarInfo("var/runtime/bootstrap")
    bootstrap.size, bootstrap.mode = len(_BOOTSTRAP), 0o755
    image.addfile(bootstrap, io.BytesIO(_BOOTSTRAP))
    for name in ("opt", "tmp", "var/task"):
        folder = tarfile.TarInfo(name)
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777
        image.addfile(folder)


def _is_needed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if _LEFT_OUT & {*Path(entry.name).parts} else entry


def _found_command(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise CommandError(f"The image needs this machine's `{name}`, which is missing.")
    return Path(found).resolve()


def _system_libraries() -> list[Path]:
    """Return the paths of the system's libraries by the loader's cache."""
    known = dict(
        re.findall(r"^\s*(\S+) \(.*\) => (\S+)$", _output("/sbin/ldconfig", "-p"), re.MULTILINE)
    )
    return [Path(known[name]) for name in _SYSTEM_LIBRARIES if name in known]


def _linked(program: Path) -> Iterator[Path]:
    """Yield the libraries that a program or library is linked to."""
    yield from map(
        Path, re.findall(r"(?:=> |^\s*)(/\S+) \(0x", _output("ldd", program), re.MULTILINE)
    )


def _output(*command: str | Path) -> str:
    try:
        answer = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    except FileNotFoundError as error:
        raise CommandError(
            f"`{command[0]}` is missing: the image is made on Linux only."
        ) from error
    return answer.stdout


if __name__ == "__main__":
    sys.exit(main())
