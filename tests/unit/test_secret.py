"""Secrets: read once, kept for minutes, two valid during a rotation."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from teppan import secret
from teppan.domain.errors import StorageUnavailable
from teppan.secret import KEPT_SECONDS

ARN = "arn:aws:secretsmanager:us-west-2:000000000000:secret:cursor"


class SecretsManager:
    """Stands for the AWS client: versions by stage, and how often it was asked."""

    def __init__(self) -> None:
        self.versions = {"AWSCURRENT": "new"}
        self.asked: list[str] = []
        self.failure: Exception | None = None

    def get_secret_value(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request["VersionStage"])
        if self.failure:
            raise self.failure
        if request["VersionStage"] not in self.versions:
            raise refusal_entry("ResourceNotFoundException")
        return {"SecretString": self.versions[request["VersionStage"]]}


def refusal_entry(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "GetSecretValue")


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> SecretsManager:
    stub = SecretsManager()
    monkeypatch.setattr(secret, "client", lambda _service: stub)
    monkeypatch.setattr(secret, "_cache", {})
    monkeypatch.setattr(secret, "_reread_at", {})
    return stub


def test_the_current_value_signs(manager: SecretsManager) -> None:
    assert secret.current(ARN) == "new"


def test_it_is_asked_for_once(manager: SecretsManager) -> None:
    for _ in range(3):
        secret.current(ARN)

    assert manager.asked == ["AWSCURRENT"]


def test_after_five_minutes_it_is_asked_for_again(
    manager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_at = 1000
    monkeypatch.setattr(secret, "time", SimpleNamespace(monotonic=lambda: read_at))
    secret.current(ARN)
    manager.versions["AWSCURRENT"] = "newer"

    read_at += KEPT_SECONDS
    assert secret.current(ARN) == "new"
    read_at += 1
    assert secret.current(ARN) == "newer"


def test_two_secrets_are_kept_apart(manager: SecretsManager) -> None:
    secret.current(ARN)
    manager.versions["AWSCURRENT"] = "another"

    assert (secret.current(ARN), secret.current("other")) == ("new", "another")


def test_during_a_rotation_the_previous_one_is_valid_too(manager: SecretsManager) -> None:
    manager.versions["AWSPREVIOUS"] = "old"

    assert list(secret.valid(ARN)) == ["new", "old"]
    assert list(secret.valid(ARN)) == ["new", "old"]  # the cache keeps them apart


def test_the_previous_one_is_read_only_when_the_current_one_is_not_it(
    manager: SecretsManager,
) -> None:
    next(secret.valid(ARN))

    assert manager.asked == ["AWSCURRENT"]


def test_a_rotation_while_the_values_are_kept_leaves_the_replaced_one_valid(
    manager: SecretsManager,
) -> None:
    # Given an instance that keeps both values, and then a rotation
    manager.versions["AWSPREVIOUS"] = "old"
    assert list(secret.valid(ARN)) == ["new", "old"]
    secret._reread_at.clear()
    manager.versions |= {"AWSCURRENT": "newer", "AWSPREVIOUS": "new"}

    # When something fits neither, so that the newer value is read
    assert list(secret.valid(ARN)) == ["new", "old", "newer"]

    # Then the value that was replaced just now is the previous one
    assert list(secret.valid(ARN)) == ["newer", "new"]


def test_before_the_first_rotation_there_is_only_one(manager: SecretsManager) -> None:
    assert list(secret.valid(ARN)) == ["new"]


@pytest.mark.parametrize(
    "failure",
    [
        refusal_entry("InternalServiceError"),
        refusal_entry("ThrottlingException"),
        refusal_entry("AccessDeniedException"),
        ConnectTimeoutError(endpoint_url="https://secretsmanager"),
    ],
)
def test_when_it_can_not_be_read_the_service_is_unavailable(
    manager: SecretsManager, failure: Exception
) -> None:
    manager.failure = failure

    with pytest.raises(StorageUnavailable):
        secret.current(ARN)


def test_without_a_current_one_nothing_can_be_signed(manager: SecretsManager) -> None:
    manager.versions.clear()

    with pytest.raises(StorageUnavailable):
        secret.current(ARN)


def test_a_failure_is_not_remembered(manager: SecretsManager) -> None:
    manager.failure = refusal_entry("ThrottlingException")
    with pytest.raises(StorageUnavailable):
        secret.current(ARN)

    manager.failure = None

    assert secret.current(ARN) == "new"


def test_that_there_is_no_previous_one_is_remembered(manager: SecretsManager) -> None:
    """Or else every forged cursor costs a call of Secrets Manager."""
    for _ in range(3):
        list(secret.valid(ARN))

    assert manager.asked.count("AWSPREVIOUS") == 1


def test_forged_cursors_in_a_row_make_it_read_again_only_once(manager: SecretsManager) -> None:
    for _ in range(5):
        list(secret.valid(ARN))

    assert manager.asked.count("AWSCURRENT") == 2
