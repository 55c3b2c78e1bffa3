"""No folder of the repository has too many modules."""

import os
from pathlib import Path

from tests.builders import ROOT

MOST_MODULES = 15


def modules_by_folder() -> dict[str, int]:
    """Return the number of Python files in each folder that is not hidden."""
    counts = {}
    for folder, subfolders, files in os.walk(ROOT):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        path = Path(folder).relative_to(ROOT).as_posix()
        counts[path] = sum(name.endswith(".py") for name in files)
    return counts


def test_the_layout_test_finds_the_folders_with_modules() -> None:
    counts = modules_by_folder()

    assert counts["local/commands"] >= 5
    assert counts["tests/contract"] >= 10


def test_no_folder_has_more_than_15_modules() -> None:
    crowded = {path: count for path, count in modules_by_folder().items() if count > MOST_MODULES}

    assert crowded == {}
