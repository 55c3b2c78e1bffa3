"""Secrets from Secrets Manager, kept for a few minutes; during a rotation two are valid."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from teppan.aws import client
from teppan.domain.errors import StorageUnavailable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.parameters import SecretsProvider

_KEPT_SECONDS = 300
_CURRENT, _PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"


def current(arn: str) -> str:
    """Return the secret's value, to sign with; raises `StorageUnavailable`."""
    return _read(arn, _CURRENT)


def valid(arn: str) -> Iterator[str]:
    """Yield the values to accept: the current one and, read on demand, the one before it."""
    yield current(arn)
    try:
        yield _read(arn, _PREVIOUS)
    except LookupError:
        return


def _read(arn: str, version: str) -> str:
    # Imported here: only a list longer than a page needs a secret, and this costs 20 ms.
    from aws_lambda_powertools.utilities.parameters.exceptions import (  # noqa: PLC0415
        GetParameterError,
    )

    try:
        return str(_provider(version).get(arn, max_age=_KEPT_SECONDS, VersionStage=version))
    except GetParameterError as error:
        answer = getattr(error.__cause__, "response", {})
        if answer.get("Error", {}).get("Code") == "ResourceNotFoundException":
            raise LookupError(version) from error
        raise StorageUnavailable from error


@cache
def _provider(version: str) -> "SecretsProvider":  # noqa: ARG001 - one each: its cache mixes versions
    from aws_lambda_powertools.utilities.parameters import SecretsProvider  # noqa: PLC0415

    return SecretsProvider(boto3_client=client("secretsmanager"))
