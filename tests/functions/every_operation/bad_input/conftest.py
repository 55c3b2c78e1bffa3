"""The sender of requests with bad input."""

from collections.abc import Iterator

import pytest
from tests.functions.every_operation.bad_input.bad_requests import Sender
from tests.functions.given import Snapshot
from tests.functions.handlers import Handlers

from teppan.store.table import Table


@pytest.fixture
def ask(call: Handlers, table: Table, snapshot: Snapshot) -> Iterator[Sender]:
    """Send requests, and check at the end that the table has not changed."""
    sender = Sender(call, table, snapshot)
    yield sender
    sender.check_unchanged()
