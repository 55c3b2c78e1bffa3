"""The signing secrets of the webhook endpoints."""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class _Secret:
    value: str
    expires_at: float = inf


class SigningSecrets:
    """The secrets of every endpoint: one, or for some time after a roll several."""

    def __init__(self) -> None:
        self._secrets: dict[str, list[_Secret]] = {}

    def set(self, endpoint: str, value: str) -> None:
        """Make `value` the endpoint's only secret."""
        self._secrets[endpoint] = [_Secret(value)]

    def roll(self, endpoint: str, value: str, *, expires_at: float) -> None:
        """Make `value` the current secret; the older ones stay valid until `expires_at`."""
        older = [
            _Secret(each.value, min(each.expires_at, expires_at))
            for each in self._secrets[endpoint]
        ]
        self._secrets[endpoint] = [_Secret(value), *older]

    def current(self, endpoint: str) -> str:
        """Return the newest secret."""
        return self._secrets[endpoint][0].value

    def valid(self, endpoint: str, at: float) -> list[str]:
        """Return the secrets that are valid at a Unix time, newest first."""
        return [each.value for each in self._secrets[endpoint] if each.expires_at > at]
