"""The packages of npm are pinned by hash."""

import json

import pytest
from tests.builders import ROOT


@pytest.mark.parametrize("folder", ["local/tools/openapi-linters", "clients"])
def test_every_package_is_pinned_by_its_hash(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}

    assert packages
    assert [name for name, each in packages.items() if "integrity" not in each] == []
    # npm fetches from the registry that the machine uses.
    assert [name for name, each in packages.items() if "resolved" in each] == []
