"""The linters of the contract are pinned by hash."""

import json

from tests.builders import ROOT

FOLDER = ROOT / "local" / "tools" / "openapi-linters"


def test_every_package_of_the_linters_is_pinned_by_its_hash() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}

    assert packages
    assert [name for name, each in packages.items() if "integrity" not in each] == []
    # npm fetches from the registry that the machine uses.
    assert [name for name, each in packages.items() if "resolved" in each] == []
