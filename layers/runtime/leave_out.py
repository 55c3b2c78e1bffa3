"""Remove from a layer's installed packages what no function loads.

    python leave_out.py PACKAGES [PATH ...]

Each PATH is a folder of the packages that this layer leaves out as well. `sam build` copies the
folder of each layer alone, so the other layers have a link to this file.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

_FOLDERS: Final = ("bin", "**/tests/")
"""Scripts and tests."""

_FILES: Final = (
    # The installation as uv records it. A RECORD has the hashes of the scripts, which name the
    # Python of this machine.
    *(".lock", "INSTALLER", "RECORD", "REQUESTED"),
    # For compilers and type checkers.
    *("*.c", "*.pyi"),
)


def main(packages: Path, paths: list[str]) -> None:
    """Remove the folders and files above, and `paths`, from the folder `packages`."""
    found = [folder for pattern in _FOLDERS for folder in packages.glob(pattern)]
    for folder in [*found, *(packages / path for path in paths)]:
        shutil.rmtree(folder)
    for pattern in _FILES:
        for file in packages.rglob(pattern):
            file.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
