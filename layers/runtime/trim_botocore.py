"""Remove from botocore what no function loads.

botocore describes every service of AWS (30 MB) and reads its list of endpoints (1 MB) with each
new client. The services below are kept, without their documentation. Creating a client of another
service then fails at once with the service's name.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any, Final

SERVICES: Final = frozenset({"cognito-idp", "dynamodb", "secretsmanager"})
"""The services that functions call."""

_EMPTY_DOCSTRINGS: Final = '''\
"""Empty docstrings: botocore writes those of a client from documentation that is left out."""


class ClientMethodDocstring(str):
    def __new__(cls, **_):
        return super().__new__(cls)


PaginatorDocstring = WaiterDocstring = ClientMethodDocstring
'''
"""Replaces the module `botocore.docs.docstring`."""

_SHARED: Final = frozenset(
    {"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"}
)
_MODELS: Final = ("service-2", "endpoint-rule-set-1")


def main(packages: Path) -> None:
    """Trim botocore in the folder `packages`."""
    _trim_data(packages / "botocore" / "data")
    _trim_docs(packages / "botocore" / "docs")


def _trim_docs(docs: Path) -> None:
    """Leave of `botocore.docs` only what clients import: docstrings, now empty, and `utils`."""
    utils = (docs / "utils.py").read_bytes()
    shutil.rmtree(docs)
    docs.mkdir()
    (docs / "__init__.py").touch()
    (docs / "docstring.py").write_text(_EMPTY_DOCSTRINGS, encoding="utf-8")
    (docs / "utils.py").write_bytes(utils)


def _trim_data(data: Path) -> None:
    for entry in data.iterdir():
        if entry.is_dir() and entry.name in SERVICES:
            *older, newest = sorted(entry.iterdir())
            for version in older:
                shutil.rmtree(version)
            _trim_service(newest)
        elif entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name not in _SHARED:
            entry.unlink()
    _trim_endpoints(data / "endpoints.json")


def _trim_service(version: Path) -> None:
    """Rewrite the models of one API version without documentation, and uncompressed."""
    models = {
        name: json.loads(gzip.decompress((version / f"{name}.json.gz").read_bytes()))
        for name in _MODELS
    }
    for file in version.iterdir():
        file.unlink()
    for name, model in models.items():
        _write(version / f"{name}.json", _undocumented(model))


def _undocumented(node: Any) -> Any:
    match node:
        case dict():
            return {
                key: _undocumented(value)
                for key, value in node.items()
                if not (key == "documentation" and isinstance(value, str))
            }
        case list():
            return [_undocumented(value) for value in node]
        case _:
            return node


def _trim_endpoints(file: Path) -> None:
    endpoints = json.loads(file.read_bytes())
    for partition in endpoints["partitions"]:
        partition["services"] = {
            name: service for name, service in partition["services"].items() if name in SERVICES
        }
    _write(file, endpoints)


def _write(file: Path, document: Any) -> None:
    file.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
