"""Secrets are cached for minutes, and two values are valid during a rotation."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from tests.builders import NOW
from tests.caches import secrets_cache
from tests.conftest import Clock

from teppan import secret
from teppan.domain.errors import StorageUnavailable
from teppan.secret import KEPT_SECONDS

ARN = "arn:aws:secretsmanager:us-west-2:000000000000:secret:cursor"


class SecretsManager:
    """A fake client with secret versions by stage, which records the stages that are read."""

    def __init__(self) -> None:
        self.versions = {"AWSCURRENT": "new"}
        self.stages_read: list[str] = []
        self.failure: Exception | None = None

    def get_secret_value(self, **request: Any) -> dict[str, Any]:
        self.stages_read.append(request["VersionStage"])
        if self.failure:
            raise self.failure
        if request["VersionStage"] not in self.versions:
            raise error_of("ResourceNotFoundException")
        return {"SecretString": self.versions[request["VersionStage"]]}


def error_of(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "GetSecretValue")


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> SecretsManager:
    stub = SecretsManager()
    monkeypatch.setattr(secret, "client", lambda _service: stub)
    monkeypatch.setattr(secret, "_cache", secrets_cache())
    monkeypatch.setattr(secret, "_reread_at", {})
    return stub


def test_the_current_secret_is_returned(manager: SecretsManager) -> None:
    assert secret.current(ARN) == "new"


def test_a_secret_is_read_once_and_then_cached(manager: SecretsManager) -> None:
    for _ in range(3):
        secret.current(ARN)

    assert manager.stages_read == ["AWSCURRENT"]


def test_a_cached_secret_is_read_again_after_five_minutes(
    manager: SecretsManager, now: Clock
) -> None:
    secret.current(ARN)
    manager.versions["AWSCURRENT"] = "newer"

    now.set(NOW + timedelta(seconds=KEPT_SECONDS - 1))
    assert secret.current(ARN) == "new"
    now.set(NOW + timedelta(seconds=KEPT_SECONDS))
    assert secret.current(ARN) == "newer"


def test_two_secrets_are_cached_separately(manager: SecretsManager) -> None:
    secret.current(ARN)
    manager.versions["AWSCURRENT"] = "another"

    assert (secret.current(ARN), secret.current("other")) == ("new", "another")


def test_the_previous_secret_is_valid_too_during_a_rotation(manager: SecretsManager) -> None:
    manager.versions["AWSPREVIOUS"] = "old"

    assert list(secret.valid(ARN)) == ["new", "old"]
    assert list(secret.valid(ARN)) == ["new", "old"]  # the cache separates the stages


def test_the_previous_secret_is_read_only_on_demand(
    manager: SecretsManager,
) -> None:
    next(secret.valid(ARN))

    assert manager.stages_read == ["AWSCURRENT"]


def test_a_secret_replaced_while_cached_stays_valid(
    manager: SecretsManager,
) -> None:
    # Given an instance that has cached both values, and then a rotation
    manager.versions["AWSPREVIOUS"] = "old"
    assert list(secret.valid(ARN)) == ["new", "old"]
    secret._reread_at.clear()
    manager.versions |= {"AWSCURRENT": "newer", "AWSPREVIOUS": "new"}

    # When neither value is accepted, so that the newer value is read
    assert list(secret.valid(ARN)) == ["new", "old", "newer"]

    # Then the replaced value is the previous one
    assert list(secret.valid(ARN)) == ["newer", "new"]


def test_a_secret_without_a_rotation_has_one_valid_value(manager: SecretsManager) -> None:
    assert list(secret.valid(ARN)) == ["new"]


@pytest.mark.parametrize(
    "failure",
    [
        error_of("InternalServiceError"),
        error_of("ThrottlingException"),
        error_of("AccessDeniedException"),
        ConnectTimeoutError(endpoint_url="https://secretsmanager"),
    ],
)
def test_a_secret_that_cannot_be_read_raises_storage_unavailable(
    manager: SecretsManager, failure: Exception
) -> None:
    manager.failure = failure

    with pytest.raises(StorageUnavailable):
        secret.current(ARN)


def test_a_secret_without_a_current_value_raises_storage_unavailable(
    manager: SecretsManager,
) -> None:
    manager.versions.clear()

    with pytest.raises(StorageUnavailable):
        secret.current(ARN)


def test_a_failed_read_of_a_secret_is_not_cached(manager: SecretsManager) -> None:
    manager.failure = error_of("ThrottlingException")
    with pytest.raises(StorageUnavailable):
        secret.current(ARN)

    manager.failure = None

    assert secret.current(ARN) == "new"


def test_the_absence_of_a_previous_secret_is_cached(manager: SecretsManager) -> None:
    """Otherwise every forged cursor would cost a call of Secrets Manager."""
    for _ in range(3):
        list(secret.valid(ARN))

    assert manager.stages_read.count("AWSPREVIOUS") == 1


def test_many_rejected_values_cause_one_early_read_of_a_secret(manager: SecretsManager) -> None:
    for _ in range(5):
        list(secret.valid(ARN))

    assert manager.stages_read.count("AWSCURRENT") == 2
