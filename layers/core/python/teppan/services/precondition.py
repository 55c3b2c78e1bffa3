"""What a caller demands of a thing's version before changing it."""

from collections.abc import Callable

type Precondition = Callable[[int], bool]
"""Whether a version is acceptable."""


def any_version(_version: int) -> bool:
    """Accept every version: the caller demands nothing."""
    return True
