"""Preconditions on a version."""

import pytest

from teppan.services.precondition import any_version


@pytest.mark.parametrize("version", [1, 2, 10**10])
def test_any_version_accepts_every_version(version: int) -> None:
    assert any_version(version)
