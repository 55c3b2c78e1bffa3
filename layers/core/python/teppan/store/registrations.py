"""Registrations that wait for confirmation: a proof of the password, as long as codes live."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from teppan.store import keys
from teppan.store.table import ConditionFailed, Table, Update

LIFETIME: Final = timedelta(days=1)
"""As long as Cognito's confirmation code is good for."""


def find(table: Table, person: str, at: datetime) -> str | None:
    """Return the proof that `person` (a pseudonym) registered with, if it still counts."""
    item = table.get(keys.registration(person))
    return item["proof"] if item and item["expires_at"] > at.timestamp() else None


def save(table: Table, person: str, proof: str, at: datetime) -> None:
    """Store the registration that counts from now on."""
    values = {"proof": proof, "expires_at": _expires_at(at)}
    expression = "SET proof = :proof, expires_at = :expires_at"
    table.update(Update(keys.registration(person), expression, None, values))


def forget(table: Table, person: str, at: datetime) -> None:
    """Drop the proof: it has served."""
    key, values = keys.registration(person), {"now": int(at.timestamp())}
    table.update(Update(key, "SET expires_at = :now REMOVE proof", None, values))


def prolong(table: Table, person: str, at: datetime) -> None:
    """Let the registration, if one still counts, live as long as a code that is sent now."""
    write = Update(
        keys.registration(person),
        "SET expires_at = :expires_at",
        "expires_at > :now",
        {"expires_at": _expires_at(at), "now": int(at.timestamp())},
    )
    with suppress(ConditionFailed):
        table.update(write)


def _expires_at(at: datetime) -> int:
    return int((at + LIFETIME).timestamp())
