"""Secrets from Secrets Manager, kept for a few minutes; during a rotation two are valid.

Powertools would keep them too, but loads boto3 in the middle of a request, for nothing else.
"""

import time
from collections.abc import Iterator
from typing import Final

from botocore.exceptions import ClientError

from teppan.aws import UNREACHABLE, client
from teppan.domain.errors import StorageUnavailable

KEPT_SECONDS: Final = 300
"""How long a value, or that there is none, is believed."""

DOUBT_SECONDS: Final = 10
"""How often a value that fits nothing may be doubted and read again before that."""

_kept: dict[tuple[str, str], tuple[float, str | None]] = {}
_doubted: dict[str, float] = {}


def current(arn: str) -> str:
    """Return the secret's value, to sign with; raises `StorageUnavailable`."""
    value = _value(arn, "AWSCURRENT")
    if value is None:
        raise StorageUnavailable
    return value


def valid(arn: str) -> Iterator[str]:
    """Yield the values to accept, each read on demand: the current one and the one before it.

    Last comes a newer one, if the secret was rotated since we read it.
    """
    yield (known := current(arn))
    previous = _value(arn, "AWSPREVIOUS")
    if previous is not None:
        yield previous
    if time.monotonic() - _doubted.get(arn, -DOUBT_SECONDS) >= DOUBT_SECONDS:
        _doubted[arn] = time.monotonic()
        _kept.pop((arn, "AWSCURRENT"), None)
        if (newer := current(arn)) != known:
            _kept.pop((arn, "AWSPREVIOUS"), None)
            yield newer


def _value(arn: str, version: str) -> str | None:
    kept = _kept.get((arn, version))
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        kept = time.monotonic(), _read(arn, version)
        _kept[arn, version] = kept
    return kept[1]


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
