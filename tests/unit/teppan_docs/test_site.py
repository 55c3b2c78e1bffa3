"""The files of the site."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from teppan_docs import site


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(site, "FOLDER", tmp_path)
    site.read.cache_clear()
    site.assets.cache_clear()
    yield tmp_path
    site.read.cache_clear()
    site.assets.cache_clear()


def test_a_file_is_read_once(folder: Path) -> None:
    (folder / "index.html").write_bytes(b"first")
    assert site.read("index.html") == b"first"

    (folder / "index.html").write_bytes(b"second")

    assert site.read("index.html") == b"first"


def test_scripts_and_style_sheets_are_assets(folder: Path) -> None:
    for name in ("index.html", "openapi.json", "page.js", "page.css"):
        (folder / name).touch()

    assert site.assets() == {"page.js": "text/javascript", "page.css": "text/css"}
