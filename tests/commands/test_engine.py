"""What `make invoke DOCKER=1` says when no container can run."""

import stat
from pathlib import Path

import pytest
from local.containers.engine import require_image
from local.errors import CommandError


def fake_docker(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_missing_docker_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CommandError, match="Docker is not installed"):
        require_image()


def test_an_engine_that_does_not_run_is_reported_with_dockers_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_docker(tmp_path, "echo 'Cannot connect to the Docker daemon.' >&2; exit 1", monkeypatch)

    with pytest.raises(CommandError, match=r"docker version failed: Cannot connect to the Docker"):
        require_image()


def test_an_image_that_cannot_be_pulled_is_reported_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_docker(tmp_path, '[ "$1" != pull ] || { echo "no such host" >&2; exit 1; }', monkeypatch)

    with pytest.raises(CommandError) as error:
        require_image()

    assert str(error.value).startswith("docker pull failed: no such host\n")
    assert "`make base-image` builds a stand-in" in str(error.value)


def test_an_image_that_is_there_is_not_pulled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_docker(tmp_path, '[ "$1" = pull ] && exit 1; echo 6376c9411997', monkeypatch)

    require_image()
