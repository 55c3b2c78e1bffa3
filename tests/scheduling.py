"""Which tests stay together when workers share them: the cloud suite, for one cloud is enough."""

from typing import Any, Final

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

_CLOUD: Final = "tests/cloud/"


class OneCloudScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives the cloud suite to one worker and every other test to whoever is free.

    In place of `--dist loadgroup`, whose mark in a test's id pytest 9.2 has no room for.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _CLOUD if nodeid.startswith(_CLOUD) else nodeid

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:  # noqa: ARG002
        """Note that a test has run, and forget a scope of which all tests have.

        xdist keeps every scope and counts, after each test, what is pending in all of them: with
        thousands of scopes that takes as long as some suites.
        """
        nodeid = self.registered_collections[node][item_index]
        scope, assigned = self._split_scope(nodeid), self.assigned_work[node]
        assigned[scope][nodeid] = True
        if all(assigned[scope].values()):
            del assigned[scope]
        self._reschedule(node)
