"""The distribution of tests among workers: the cloud suite runs on one, so it needs one cloud."""

from typing import Any, Final

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

_CLOUD: Final = "tests/cloud/"


class OneCloudScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives the cloud suite to one worker and every other test to any free worker.

    It replaces `--dist loadgroup`, which adds a mark to a test's id that pytest 9.2 does not allow.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _CLOUD if nodeid.startswith(_CLOUD) else nodeid

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:  # noqa: ARG002
        """Record that a test has run, and drop its scope if all tests of the scope have run.

        xdist keeps every scope and counts the pending tests of all scopes after each test. With
        thousands of scopes that takes as long as some suites.
        """
        nodeid = self.registered_collections[node][item_index]
        scope, assigned = self._split_scope(nodeid), self.assigned_work[node]
        assigned[scope][nodeid] = True
        if all(assigned[scope].values()):
            del assigned[scope]
        self._reschedule(node)
