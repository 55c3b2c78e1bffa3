"""Secrets from Secrets Manager, cached for a few minutes; during a rotation two values are valid.

Powertools can cache secrets too, but it would load boto3 during a request.
"""

import time
from collections.abc import Iterator
from typing import Final

from botocore.exceptions import ClientError

from teppan.aws import UNREACHABLE, client
from teppan.cache import Cache
from teppan.domain.errors import StorageUnavailable

KEPT_SECONDS: Final = 300
"""How long a value is cached, and how long the absence of a value is."""

DOUBT_SECONDS: Final = 10
"""The shortest time between two early reads of a secret, after no cached value was accepted."""

_cache = Cache("secrets", KEPT_SECONDS, shared=False)  # secrets never leave the environment
_reread_at: dict[str, float] = {}


def current(arn: str) -> str:
    """Return the secret's current value, for signing; raises `StorageUnavailable`."""
    value = _value(arn, "AWSCURRENT")
    if value is None:
        raise StorageUnavailable
    return value


def valid(arn: str) -> Iterator[str]:
    """Yield the values to accept, each read on demand: the current one, then the previous one.

    Last, yield the newer value if the secret was rotated since it was cached.
    """
    yield (cached := current(arn))
    previous = _value(arn, "AWSPREVIOUS")
    if previous is not None:
        yield previous
    if time.monotonic() - _reread_at.get(arn, -DOUBT_SECONDS) >= DOUBT_SECONDS:
        _reread_at[arn] = time.monotonic()
        _cache.forget(_key(arn, "AWSCURRENT"))
        if (newer := current(arn)) != cached:
            _cache.forget(_key(arn, "AWSPREVIOUS"))
            yield newer


def _value(arn: str, version: str) -> str | None:
    return _cache.get_or_load(_key(arn, version), lambda: _read(arn, version), _unchanged)


def _key(arn: str, version: str) -> str:
    return f"{version} {arn}"


def _unchanged(value: str | None) -> str | None:
    return value


def _read(arn: str, version: str) -> str | None:
    try:
        answer = client("secretsmanager").get_secret_value(SecretId=arn, VersionStage=version)
    except UNREACHABLE as error:
        raise StorageUnavailable from error
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise StorageUnavailable from error
    return str(answer["SecretString"]).strip()
