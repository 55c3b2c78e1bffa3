"""Caches for tests, in memory and empty."""

from types import MappingProxyType
from typing import Final

from teppan.cache import Cache
from teppan.secret import KEPT_SECONDS
from teppan.services.bookings.availability import CACHE_SECONDS


def secrets_cache() -> Cache:
    """Return an empty cache of secrets, as a new instance has it."""
    return Cache("secrets", KEPT_SECONDS, shared=False)


def availability_cache() -> Cache:
    """Return an empty cache of availability, as a new instance has it."""
    return Cache("availability", CACHE_SECONDS, shared=False)


ANY_TOKEN: Final = "any-token"
"""An access token with which availability is not cached; the operation does not verify it."""

NOT_CACHED: Final = MappingProxyType({"Authorization": f"Bearer {ANY_TOKEN}"})
"""The header with that token."""
