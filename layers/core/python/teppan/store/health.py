"""The health of the table: a read and a conditional write of an item of its own."""

import time
from contextlib import suppress
from datetime import datetime
from typing import Final

from teppan.store import keys
from teppan.store.failures import ConditionFailed
from teppan.store.table import Table, Update

LIMIT_SECONDS: Final = 1.0
"""The maximum time to connect for a check, and to wait for each answer."""

_KEPT_DAYS: Final = 2


def check(table: Table, now: datetime) -> float:
    """Read and write the item; return the milliseconds. Raises `StorageUnavailable`.

    The item changes once a day, so that repeated checks leave no records in the table's stream.
    """
    started_at = time.perf_counter()
    table.get(keys.health())
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    expires_at = int(today.timestamp()) + _KEPT_DAYS * 24 * 3600
    # Refused if another check has written tomorrow's date: then too the table has answered.
    with suppress(ConditionFailed):
        table.update(
            Update(
                keys.health(),
                "SET expires_at = :expires_at",
                "attribute_not_exists(expires_at) OR expires_at <= :expires_at",
                {"expires_at": expires_at},
            )
        )
    return (time.perf_counter() - started_at) * 1000
