"""The npm packages of our tools are pinned by hash."""

import json
from pathlib import Path

import pytest
from tests.builders import ROOT

LOCKS = sorted(ROOT.glob("local/tools/*/package-lock.json"))


@pytest.mark.parametrize("file", LOCKS, ids=lambda file: file.parent.name)
def test_every_npm_package_is_pinned_by_its_hash(file: Path) -> None:
    lock = json.loads(file.read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}

    assert packages
    assert [name for name, each in packages.items() if "integrity" not in each] == []
    # npm fetches from the registry that the machine uses.
    assert [name for name, each in packages.items() if "resolved" in each] == []
