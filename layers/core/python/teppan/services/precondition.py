"""Preconditions on the version of a resource that a caller changes."""

from collections.abc import Callable

type Precondition = Callable[[int], bool]
"""Returns whether the version is acceptable."""


def any_version(_version: int) -> bool:
    """Accept every version."""
    return True
