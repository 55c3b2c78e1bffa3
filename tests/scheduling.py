"""Which tests stay together when workers share them: the cloud suite, for one cloud is enough."""

from typing import Final

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

_CLOUD: Final = "tests/cloud/"


class OneCloudScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives the cloud suite to one worker and every other test to whoever is free.

    In place of `--dist loadgroup`, whose mark in a test's id pytest 9.2 has no room for.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _CLOUD if nodeid.startswith(_CLOUD) else nodeid
