"""`make base-image` pulls Lambda's image, and builds a stand-in only where that fails."""

from pathlib import Path

import pytest
from local.containers import base_image

DOCKER = """\
#!/bin/sh
echo "$1" >> {calls}
[ "$1" != pull ] || exit {status}
"""


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch, *, pulls: bool) -> Path:
    """Put a fake in Docker's place; return the file of its calls."""
    calls, program = folder / "calls", folder / "docker"
    program.write_text(DOCKER.format(calls=calls, status=0 if pulls else 1))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def build() -> None:
        with calls.open("a") as file:
            file.write("build\n")

    monkeypatch.setattr(base_image, "_build", build)
    return calls


def test_an_image_that_can_be_pulled_is_pulled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = docker(tmp_path, monkeypatch, pulls=True)

    assert base_image.main() == 0

    assert calls.read_text().split()[1:] == ["pull"]
    assert capsys.readouterr().out.endswith(" is pulled.\n")


def test_an_image_that_cannot_be_pulled_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = docker(tmp_path, monkeypatch, pulls=False)

    assert base_image.main() == 0

    assert calls.read_text().split()[1:] == ["pull", "build"]
    assert "stand-in" in capsys.readouterr().out
