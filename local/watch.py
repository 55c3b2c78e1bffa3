"""Report saved source files.

The files are read twice a second. Unlike notifications of the file system, this works on every
system, and misses neither a save during a build nor an editor that replaces the file.
"""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Final

from local.paths import CONTRACT, ROOT, TEMPLATE

_FOLDERS: Final = (ROOT / "functions", ROOT / "layers")
_FILES: Final = (TEMPLATE, CONTRACT)
_POLL_SECONDS: Final = 0.5

type _Snapshot = dict[Path, int]


def saved_sources(stop: Event) -> Iterator[list[Path]]:
    """Yield the paths that were saved or removed together, until `stop` is set."""
    known = _snapshot()
    while not stop.wait(_POLL_SECONDS):
        current = _snapshot()
        if current == known:
            continue
        # Take a second snapshot, because an editor or a checkout may still be writing.
        stop.wait(_POLL_SECONDS)
        current = _snapshot()
        saved = {path for path, _ in known.items() ^ current.items()}
        known = current
        yield sorted(saved)


def _snapshot() -> _Snapshot:
    """Return the modification time of every source, in nanoseconds."""
    inside = (
        path
        for folder in _FOLDERS
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    return {path: path.stat().st_mtime_ns for path in (*inside, *_FILES) if path.exists()}
