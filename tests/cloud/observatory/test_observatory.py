"""The MDN HTTP Observatory gives every page the best grade."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
from local.description import Description
from tests.cloud.conftest import RunningCloud
from tests.cloud.observatory.scanner import PACKAGE, grade

MISSING: Final = "not run: the MDN HTTP Observatory needs Node.js 20 and npm; then run `make test`."

PAGES: Final[Mapping[str, Callable[[Description], str]]] = {
    "the API": lambda cloud: f"{cloud.api_url}/health",
    "the documentation": lambda cloud: f"{cloud.api_url}/docs",
    "the page of problems": lambda cloud: f"{cloud.api_url}/docs/problems",
}
"""The address of each page that is graded."""


@pytest.fixture(autouse=True)
def node() -> None:
    """Skip the tests without Node.js or the package; in CI that is a failure."""
    if shutil.which("node") is None or not PACKAGE.is_dir():
        if "CI" in os.environ:
            pytest.fail(MISSING)
        pytest.skip(MISSING)


@pytest.mark.parametrize("page", PAGES)
def test_the_observatory_grades_a_page_a_plus(
    cloud: RunningCloud,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
    page: str,
) -> None:
    graded = grade(PAGES[page](cloud.description), tmp_path)

    record_property("reported", f"MDN HTTP Observatory: {page} {graded.grade} ({graded.score})")
    assert (graded.grade, graded.status, graded.failed) == ("A+", 200, [])
