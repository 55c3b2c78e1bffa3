"""The packages of npm are pinned by hash."""

import json
from pathlib import Path

import pytest
from tests.builders import ROOT

LOCKS = [*ROOT.glob("local/tools/*/package-lock.json"), ROOT / "clients/package-lock.json"]
FOLDERS = sorted(lock.parent for lock in LOCKS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_package_is_pinned_by_its_hash(folder: Path) -> None:
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}

    assert packages
    assert [name for name, each in packages.items() if "integrity" not in each] == []
    # npm fetches from the registry that the machine uses.
    assert [name for name, each in packages.items() if "resolved" in each] == []
