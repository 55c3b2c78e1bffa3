"""Report saved source files.

The files are read twice a second. Unlike notifications of the file system, this works on every
system, and misses neither a save during a build nor an editor that replaces the file.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Final

from local.paths import CONTRACT, ROOT, TEMPLATE

_FOLDERS: Final = ("functions", "layers")
_FILES: Final = (TEMPLATE.name, CONTRACT.name)
_POLL_SECONDS: Final = 0.5

type _Snapshot = dict[Path, int]


def saved_sources(
    stop: Event, meanwhile: Callable[[], None], root: Path = ROOT
) -> Iterator[list[Path]]:
    """Yield the paths below `root` that were saved or removed together, until `stop` is set.

    Calls `meanwhile` before each look at the files.
    """
    known = _snapshot(root)
    while not stop.wait(_POLL_SECONDS):
        meanwhile()
        current = _snapshot(root)
        if current == known:
            continue
        # Take a second snapshot, because an editor or a checkout may still be writing.
        stop.wait(_POLL_SECONDS)
        current = _snapshot(root)
        saved = {path for path, _ in known.items() ^ current.items()}
        known = current
        yield sorted(saved)


def _snapshot(root: Path) -> _Snapshot:
    """Return the modification time of every source, in nanoseconds."""
    inside = (
        path
        for folder in _FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    paths = (*inside, *(root / name for name in _FILES))
    return {path: path.stat().st_mtime_ns for path in paths if path.exists()}
