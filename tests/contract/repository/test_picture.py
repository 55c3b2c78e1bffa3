"""The pictures of the README show what there is now."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from local.commands.screenshots import DIGEST, page_digest
from tests.builders import ROOT
from tests.contract.markdown import links

SOURCE: Final = ROOT / "docs" / "architecture.dot"
PICTURE: Final = ROOT / "docs" / "architecture.svg"
GRAPHVIZ: Final = Path(sys.executable).with_name("graphviz-pure")

PARENTS: Final = ["", "layers/core/python/teppan"]
"""The folders that hold the folders of the picture."""

FOLDERS: Final = re.findall(r"<b>(\w+/)</b>", SOURCE.read_text(encoding="utf-8"))


def test_the_readme_shows_the_picture() -> None:
    assert "docs/architecture.svg" in links(ROOT / "README.md")


def test_the_pictures_of_the_booking_page_show_it_as_it_is_now() -> None:
    shown = DIGEST.read_text(encoding="utf-8").strip()

    assert shown == page_digest(), "run `make dev`, and in another terminal `make screenshots`"
    assert "docs/images/booking-page.png" in links(ROOT / "README.md")


def test_the_picture_is_drawn_from_its_source() -> None:
    drawn = subprocess.run(
        [GRAPHVIZ, "-Tsvg", SOURCE], check=True, capture_output=True, encoding="utf-8", timeout=60
    )

    assert drawn.stderr == ""
    assert drawn.stdout == PICTURE.read_text(encoding="utf-8"), "run `make picture`"


def test_the_picture_names_the_floors() -> None:
    assert {"functions/", "services/", "domain/", "store/"} <= set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_of_the_picture_exists(folder: str) -> None:
    assert any((ROOT / parent / folder).is_dir() for parent in PARENTS)
