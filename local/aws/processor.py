"""The processor of the functions, and a check that built libraries are for it."""

import platform
from pathlib import Path
from typing import Any, Final

from local.errors import CommandError

_ELF: Final = b"\x7fELF"
_HEADER_SIZE: Final = 20
_MACHINES: Final = {62: "x86_64", 183: "arm64"}
"""Lambda's names of processors, by the number in the header of an ELF file."""


def architectures(template: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the default and the allowed values of the template's parameter Architecture."""
    parameter = template["Parameters"]["Architecture"]
    return parameter["Default"], parameter["AllowedValues"]


def host_architecture() -> str:
    """Return Lambda's name of this machine's architecture; local functions run on this machine."""
    machine = platform.machine().lower()
    if machine in {"x86_64", "amd64"}:
        return "x86_64"
    if machine in {"arm64", "aarch64"}:
        return "arm64"
    raise CommandError(f"Lambda has no architecture like this machine's ({machine}).")


def require_libraries_for(architecture: str, directory: Path) -> None:
    """Raise CommandError if a library below `directory` is for another processor."""
    wrong = [
        f"  {path.relative_to(directory)} is for {found}"
        for path in sorted(directory.rglob("*"))
        if path.is_file() and (found := _processor_of(path)) not in {None, architecture}
    ]
    if wrong:
        lines = "\n".join(wrong)
        raise CommandError(
            f"The functions run on {architecture}, but these libraries do not:\n{lines}\n"
            "Run `make clean` and build again."
        )


def _processor_of(path: Path) -> str | None:
    """Return the processor of an ELF file; None for any other file."""
    with path.open("rb") as file:
        header = file.read(_HEADER_SIZE)
    if not header.startswith(_ELF):
        return None
    # Both processors are little-endian. The number of a big-endian one, read like this, is neither.
    machine = int.from_bytes(header[18:], "little")
    return _MACHINES.get(machine, f"another processor ({machine})")
