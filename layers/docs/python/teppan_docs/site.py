"""The files of the site, which `build_site.py` writes beside this module."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("site")

_MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript"}


@cache
def read(name: str) -> bytes:
    """Return the content of a file of the site."""
    return (FOLDER / name).read_bytes()


@cache
def assets() -> dict[str, str]:
    """Return the media type of each asset, by its name."""
    return {
        file.name: _MEDIA_TYPES[file.suffix]
        for file in FOLDER.iterdir()
        if file.suffix in _MEDIA_TYPES
    }
