"""`make dev` notices what is saved in every folder and file that it deploys."""

from pathlib import Path
from threading import Event

import pytest
from local.watch import saved_sources

SOURCES = (
    "functions/health/get_health/app.py",
    "layers/core/python/teppan/clock.py",
    "layers/runtime/requirements.txt",
    "template.yaml",
    "openapi.yaml",
)


class Editor(Event):
    """An event whose first wait is the moment at which a file is saved."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits += 1
        if self.waits == 1:
            self._path.write_text("saved")
        return self.waits > 3


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with a source of each kind, and files that are not deployed."""
    for name in (*SOURCES, "README.md", "functions/health/__pycache__/app.pyc"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("name", SOURCES)
def test_a_saved_source_is_reported(root: Path, name: str) -> None:
    assert next(saved_sources(Editor(root / name), lambda: None, root)) == [root / name]


@pytest.mark.parametrize("name", ["README.md", "functions/health/__pycache__/app.pyc"])
def test_a_file_that_is_not_deployed_is_not_reported(root: Path, name: str) -> None:
    assert list(saved_sources(Editor(root / name), lambda: None, root)) == []
