"""The zipped size of the layers and functions that `make build` makes."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.builders import ROOT

TITLE = "Size of what ships, zipped"
_BUILT = ROOT / ".aws-sam" / "build"


def rows() -> Iterator[list[str]]:
    """Yield the table's rows, one for each layer and one for the largest function."""
    if not _BUILT.is_dir():
        yield ["nothing is built: run `make build` first"]
        return
    yield ["part", "KB"]
    yield ["---", "--:"]
    parts = {path.name: _zipped(path) for path in _BUILT.iterdir() if path.is_dir()}
    layers = {name: size for name, size in parts.items() if name.endswith("Layer")}
    for name, size in sorted(layers.items()):
        yield [name, f"{size / 1024:.0f}"]
    functions = parts.keys() - layers.keys()
    yield ["the largest function", f"{max(parts[name] for name in functions) / 1024:.0f}"]


def _zipped(folder: Path) -> int:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return buffer.tell()
