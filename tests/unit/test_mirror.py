"""The unit tests mirror the source tree: a module has one test file, or a folder of them.

The folder is named as the module, and has a file for each subject.
"""

from pathlib import Path

import pytest
from tests.builders import ROOT
from tests.unit.sources import DOCS, PACKAGE, PAYMENTS, imports, modules

UNIT = ROOT / "tests" / "unit"

TABLE = "teppan.store.table"

PARTLY_PURE = {
    "services/bookings/availability",
    "services/bookings/list_bookings",
    "store/bookings/listing",
    "store/list_pages",
}
"""Modules that use the table, but have a pure part with a unit test."""

WHOLE_CODE_TESTS = {
    "test_conftest",
    "test_imports",
    "test_mirror",
    "test_module_names",
    "test_source",
}
"""Test files about the code as a whole."""


def has_code(module: Path) -> bool:
    """Return whether a file is more than the docstring of a package."""
    return len(module.read_text(encoding="utf-8").splitlines()) > 1


def place(module: Path) -> str:
    """Return the path of a module in `teppan`; the packages of layers count as folders in it."""
    [top] = [
        each for each in (PACKAGE, PAYMENTS.parent, DOCS.parent) if module.is_relative_to(each)
    ]
    file = module.parent if module.stem == "__init__" else module.with_suffix("")
    return file.relative_to(top).as_posix()


def needs_table(module: Path) -> bool:
    """Return whether a module of services or store uses the table.

    Such a module needs no unit test: `tests/functions` and `tests/store` test it on DynamoDB Local,
    because there is no fake of our storage.
    """
    return place(module).startswith(("services/", "store/")) and (
        module == modules()[TABLE] or TABLE in imports(module)
    )


SOURCES = {place(path) for path in modules().values() if has_code(path)}
ON_DYNAMODB = {place(path) for path in modules().values() if needs_table(path)}
FILES = {place(path) for path in modules().values() if path.stem != "__init__"}
"""The modules that are no packages; only these may have a folder of test files."""

ON_VALKEY = {"shared_store"}
"""Tested on a real server, in `tests/cache`."""

TESTS = {
    path.relative_to(UNIT).with_suffix("").as_posix()
    for path in UNIT.rglob("test_*.py")
    if path.stem not in WHOLE_CODE_TESTS
}


def module_of(test: str) -> str:
    """Return the place of the module that a test file is about, if there is such a module."""
    folder, _, name = test.rpartition("/")
    if folder in FILES:
        return folder
    module = name.removeprefix("test_")
    return f"{folder}/{module}" if folder else module


@pytest.mark.parametrize("source", sorted(SOURCES - (ON_DYNAMODB - PARTLY_PURE) - ON_VALKEY))
def test_every_module_has_its_test_file(source: str) -> None:
    assert source in {module_of(test) for test in TESTS}


@pytest.mark.parametrize("test", sorted(TESTS))
def test_every_test_file_has_its_module(test: str) -> None:
    assert module_of(test) in SOURCES


@pytest.mark.parametrize("source", sorted({module_of(test) for test in TESTS}))
def test_a_module_has_one_test_file_or_a_folder_of_several(source: str) -> None:
    files = [test for test in TESTS if module_of(test) == source]
    in_folder = [test for test in files if test.startswith(f"{source}/")]

    assert in_folder == (files if len(files) > 1 else [])


def test_modules_that_use_the_table_are_in_services_and_store_only() -> None:
    assert {name.split("/")[0] for name in ON_DYNAMODB} == {"services", "store"}
    assert PARTLY_PURE <= ON_DYNAMODB
