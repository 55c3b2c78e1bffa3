"""`make dev` builds only when a source has changed since its last build."""

from pathlib import Path

import pytest
from local.aws import build
from local.aws.build import sam_build
from local.errors import CommandError

SOURCES = (
    "template.yaml",
    "functions/health/get_health/app.py",
    "layers/core/python/teppan/clock.py",
    "layers/runtime/requirements.txt",
    "local/tools/sam.txt",
    "local/tools/uv.txt",
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a source of each kind."""
    for name in SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "TEMPLATE", tmp_path / "template.yaml")
    return tmp_path


@pytest.fixture
def builds(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that SAM has built into; it fails while the checkout has a file `broken`."""
    built: list[Path] = []

    def run(_architecture: str, directory: Path, _cache: Path, *, show: bool) -> None:
        if (root / "broken").exists():
            raise CommandError("sam build failed")
        assert not show
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "template.yaml").write_text("Resources: {}")
        built.append(directory)

    monkeypatch.setattr(build, "run_sam_build", run)
    return built


def test_unchanged_sources_are_built_once(root: Path, builds: list[Path]) -> None:
    for _ in range(2):
        sam_build(root / "work")

    assert builds == [root / "work" / "build"]


@pytest.mark.parametrize("changed", SOURCES)
def test_a_changed_source_is_built_again(root: Path, builds: list[Path], changed: str) -> None:
    sam_build(root / "work")

    (root / changed).write_text("two")
    sam_build(root / "work")

    assert len(builds) == 2


def test_a_removed_source_is_built_again(root: Path, builds: list[Path]) -> None:
    sam_build(root / "work")

    (root / SOURCES[1]).unlink()
    sam_build(root / "work")

    assert len(builds) == 2


def test_another_processor_is_built_for_again(
    root: Path, builds: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for architecture in ("arm64", "x86_64", "x86_64"):
        monkeypatch.setattr(build, "host_architecture", lambda found=architecture: found)
        sam_build(root / "work")

    assert len(builds) == 2


def test_a_failed_build_is_not_kept(root: Path, builds: list[Path]) -> None:
    sam_build(root / "work")
    (root / SOURCES[0]).write_text("two")
    (root / "broken").touch()
    with pytest.raises(CommandError):
        sam_build(root / "work")

    (root / SOURCES[0]).write_text("one")
    (root / "broken").unlink()
    sam_build(root / "work")

    assert len(builds) == 2
