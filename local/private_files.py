"""Files with tokens and passwords of a local cloud, which only the developer can read."""

import os
from pathlib import Path


def make_private_folder(path: Path) -> None:
    """Create the folder if it is missing, and close it to other users of this machine."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Write a file that only the developer can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)  # an earlier version may have left it open to others
        file.truncate()
        file.write(text)
