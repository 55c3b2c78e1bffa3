"""Idempotency keys: for a day, a key returns the answer to its first request."""

from dataclasses import dataclass
from typing import Final

from local.fakes.stripe.account.account import DAY
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json

_LONGEST: Final = 255


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A stored answer, with the id of the request that it answered first."""

    status: int
    body: bytes
    request_id: str


@dataclass(slots=True)
class _Entry:
    path: str
    parameters: Json
    started_at: float
    answer: StoredAnswer | None = None


class IdempotencyKeys:
    """The account's keys of the last day. Not thread-safe."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def begin(self, key: str, path: str, parameters: Json, at: float) -> StoredAnswer | None:
        """Start a request with a key, or return the stored answer of the key.

        Raises StripeError when the key was used for another request, or is in use now.
        """
        entry = self._entries.get(key)
        if entry is None or at - entry.started_at >= DAY:
            self._entries[key] = _Entry(path, parameters, at)
            return None
        if entry.path != path:
            raise _reused(
                "Keys for idempotent requests can only be used for the same endpoint they were "
                f"first used for ('{path}' vs '{entry.path}').",
                key,
            )
        if entry.parameters != parameters:
            raise _reused(
                "Keys for idempotent requests can only be used with the same parameters they were "
                "first used with.",
                key,
            )
        if entry.answer is None:
            raise StripeError(
                "There is currently another in-progress request using this Idempotent Key (that "
                "probably means you submitted twice, and the other request is still going "
                f"through): {key}. Please try again later.",
                status=409,
                kind="idempotency_error",
                code="idempotency_key_in_use",
            )
        return entry.answer

    def finish(self, key: str, answer: StoredAnswer) -> None:
        """Store the answer of the request with the key."""
        self._entries[key].answer = answer

    def forget(self, key: str) -> None:
        """Remove the key, because its request was not executed."""
        self._entries.pop(key, None)


def require_valid_key(key: str) -> None:
    """Raise StripeError when a key is too long."""
    if len(key) > _LONGEST:
        raise StripeError(
            f"Idempotency keys can be at most {_LONGEST} characters long; yours has {len(key)}.",
        )


def _reused(message: str, key: str) -> StripeError:
    return StripeError(
        f"{message} Try using a key other than '{key}' if you meant to execute a different "
        "request.",
        kind="idempotency_error",
    )
