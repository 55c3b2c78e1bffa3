"""The source files, their syntax trees and imports, for tests of rules of the code."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.builders import ROOT

PACKAGE = ROOT / "layers" / "core" / "python" / "teppan"
PAYMENTS = ROOT / "layers" / "payments" / "python" / "teppan_payments"
"""A layer of its own: only the functions that call Stripe include it."""

DOCS = ROOT / "layers" / "docs" / "python" / "teppan_docs"
"""A layer of its own: only the function of the documentation includes it."""

FUNCTIONS = ROOT / "functions"


def package_files() -> list[Path]:
    return sorted(file for package in (PACKAGE, PAYMENTS, DOCS) for file in package.rglob("*.py"))


def handler_files() -> list[Path]:
    return sorted(FUNCTIONS.glob("*/*/app.py"))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), file.name)


def shown(file: Path) -> str:
    """Return the path of a file from the root, for the id of a test."""
    return file.relative_to(ROOT).as_posix()


def module_name(file: Path) -> str:
    """Return the dotted name of a file of a package."""
    [package] = [each for each in (PACKAGE, PAYMENTS, DOCS) if file.is_relative_to(each)]
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    return {module_name(file): file for file in package_files()}


def imports(file: Path) -> Iterator[str]:
    """Yield every module that a file imports; `from a import b` is `a.b` if that is a module."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from imported_from(node)


def imported_from(node: ast.ImportFrom) -> Iterator[str]:
    package = "." * node.level + (node.module or "")
    for alias in node.names:
        submodule = f"{package}.{alias.name}"
        yield submodule if submodule in modules() else package
