"""A tool from npm is installed only if its package has the pinned hash."""

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest
from local.tools import fetch_from_npm
from local.tools.fetch_from_npm import main

NPM = """\
#!/bin/sh
cp {archive} "$6/tool-1.tgz"
echo tool-1.tgz
"""


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package that `npm pack` downloads, by a fake npm."""
    path = tmp_path / "published.tgz"
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo("package/bin/tool")
        entry.size = 4
        tar.addfile(entry, io.BytesIO(b"tool"))
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(NPM.format(archive=path))
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:/usr/bin:/bin")
    return path


def pin(content: bytes, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pin the tool to a package with this content."""
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    pins = directory / "npm.json"
    tool = {"package": "tool@1", "integrity": f"sha512-{digest}", "folder": "package/bin"}
    pins.write_text(json.dumps({"tool": tool}))
    monkeypatch.setattr(fetch_from_npm, "PINS", pins)


def test_the_pinned_package_is_installed(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin(archive.read_bytes(), tmp_path, monkeypatch)

    main("tool", tmp_path / "tools" / "tool")

    assert (tmp_path / "tools" / "tool" / "tool").read_bytes() == b"tool"


def test_another_package_is_refused_and_not_installed(
    tmp_path: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin(b"what was published before", tmp_path, monkeypatch)

    with pytest.raises(SystemExit, match=r"tool-1\.tgz is not the pinned file: expected sha512-"):
        main("tool", tmp_path / "tools" / "tool")

    assert list((tmp_path / "tools").iterdir()) == []
