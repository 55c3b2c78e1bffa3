"""Attempts in the table: how often somebody has tried an operation in a row."""

from contextlib import suppress

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.lockout import FORGOTTEN, Attempts
from teppan.store import keys
from teppan.store.table import ConditionFailed, Table, Update

_KEPT = 2 * FORGOTTEN


class AttemptedMeanwhileError(Exception):
    """Somebody else has attempted the same since we looked."""


def find(table: Table, person: str, operation: str) -> Attempts | None:
    """Return the attempts of `person` (a pseudonym) at `operation`, if there were any."""
    item = table.get(keys.attempts(person, operation))
    return Attempts(item["attempts"], from_rfc3339(item["last_at"])) if item else None


def record(
    table: Table, person: str, operation: str, before: Attempts | None, after: Attempts
) -> None:
    """Store the step from `before` to `after`; raises `AttemptedMeanwhileError`."""
    values = {
        "attempts": after.count,
        "last_at": to_rfc3339(after.last),
        "expires_at": int((after.last + _KEPT).timestamp()),
    }
    condition = "attribute_not_exists(pk)"
    if before is not None:
        condition = "attempts = :seen AND last_at = :seen_at"
        values |= {"seen": before.count, "seen_at": to_rfc3339(before.last)}
    expression = "SET attempts = :attempts, last_at = :last_at, expires_at = :expires_at"
    try:
        table.update(Update(keys.attempts(person, operation), expression, condition, values))
    except ConditionFailed as failure:
        raise AttemptedMeanwhileError from failure


def forget(table: Table, person: str, operation: str) -> None:
    """Start counting anew: an attempt has succeeded."""
    key = keys.attempts(person, operation)
    write = Update(key, "SET attempts = :none", "attribute_exists(pk)", {"none": 0})
    with suppress(ConditionFailed):
        table.update(write)
