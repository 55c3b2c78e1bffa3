"""Attempts in the table: counted by address and network, and by address alone."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.accounts.lockout import FORGET_AFTER, TRUST_DURATION, Allowance, Attempts
from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.failures import ConditionFailed
from teppan.store.table import Table, Update


class AttemptedMeanwhileError(Exception):
    """The same network has made another attempt since the read."""


class AllowanceSpentError(Exception):
    """Other networks have used up the allowance of the address since the read."""

    def __init__(self, spent_until: datetime) -> None:
        """Keep the instant until which the allowance is used up."""
        super().__init__("the allowance is spent")
        self.spent_until = spent_until


def find(
    table: Table,
    address: str,
    network: str,
    network_operation: str,
    trusted_operation: str,
    address_operation: str,
) -> tuple[Attempts | None, Attempts | None, datetime | None]:
    """Return a network's attempts, those whose success makes it trusted, and `spent_until`.

    `spent_until` is the instant at which the allowance is full again.

    `address` and `network` are pseudonyms. The others are names of counted operations;
    `trusted_operation` may be the same as `network_operation`. One BatchGetItem.
    """
    own, logins = (
        keys.attempts(address, each, network) for each in (network_operation, trusted_operation)
    )
    allowance = keys.allowance(address, address_operation)
    items = table.get_all(*dict.fromkeys((own, logins, allowance)))
    return (
        _attempts_of(items.get(own)),
        _attempts_of(items.get(logins)),
        _instant(items[allowance]["spent_until"]) if allowance in items else None,
    )


def _attempts_of(item: Item | None) -> Attempts | None:
    if item is None:
        return None
    succeeded = item.get("succeeded_at")
    return Attempts(
        item["attempts"],
        from_rfc3339(item["last_at"]),
        from_rfc3339(succeeded) if succeeded else None,
    )


def record(
    table: Table,
    address: str,
    network: str,
    operation: str,
    before: Attempts | None,
    after: Attempts,
) -> None:
    """Store the step from `before` to `after`; raises `AttemptedMeanwhileError`."""
    values = {
        "attempts": after.count,
        "last_at": to_rfc3339(after.last),
        "expires_at": _expires_at(after),
    }
    condition = "attribute_not_exists(pk)"
    if before is not None:
        condition = "attempts = :seen AND last_at = :seen_at"
        values |= {"seen": before.count, "seen_at": to_rfc3339(before.last)}
    expression = "SET attempts = :attempts, last_at = :last_at, expires_at = :expires_at"
    key = keys.attempts(address, operation, network)
    try:
        table.update(Update(key, expression, condition, values))
    except ConditionFailed as failure:
        raise AttemptedMeanwhileError from failure


def spend(
    table: Table,
    address: str,
    operation: str,
    allowance: Allowance,
    spent_until: datetime | None,
    at: datetime,
) -> None:
    """Take one attempt out of the allowance, whose `spent_until` was read before.

    The conditions are ranges, so simultaneous attempts succeed without another read. Raises
    `AllowanceSpentError`.
    """
    now, interval = _milliseconds(at), allowance.interval * 1000
    expiry = at + allowance.tolerance + FORGET_AFTER
    values = {"now": now, "expires_at": int(expiry.timestamp())}
    key = keys.allowance(address, operation)
    if spent_until is None or spent_until <= at:
        expression = "SET spent_until = :next, expires_at = :expires_at"
        condition = "attribute_not_exists(pk) OR spent_until <= :now"
        with suppress(ConditionFailed):
            table.update(Update(key, expression, condition, values | {"next": now + interval}))
            return
    latest = now + int(allowance.tolerance.total_seconds()) * 1000
    expression = "SET spent_until = spent_until + :interval, expires_at = :expires_at"
    condition = "spent_until > :now AND spent_until <= :latest"
    try:
        table.update(
            Update(key, expression, condition, values | {"interval": interval, "latest": latest})
        )
    except ConditionFailed as failure:
        stored = failure.refused[0]
        spent_until = _instant(stored["spent_until"]) if stored else expiry
        raise AllowanceSpentError(spent_until) from failure


def forget(table: Table, address: str, network: str, operation: str, at: datetime) -> None:
    """Reset the network's attempts after one that succeeded."""
    values = {
        "none": 0,
        "at": to_rfc3339(at),
        "expires_at": _expires_at(Attempts(0, at, at)),
    }
    expression = "SET attempts = :none, last_at = :at, succeeded_at = :at, expires_at = :expires_at"
    table.update(Update(keys.attempts(address, operation, network), expression, None, values))


def _expires_at(attempts: Attempts) -> int:
    kept_until = attempts.last + 2 * FORGET_AFTER
    if attempts.succeeded:
        kept_until = max(kept_until, attempts.succeeded + TRUST_DURATION + FORGET_AFTER)
    return int(kept_until.timestamp())


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
