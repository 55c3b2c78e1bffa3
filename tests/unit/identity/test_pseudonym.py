"""Pseudonyms: the same for the same address, and useless without the secret."""

import re

import pytest
from tests.unit.conftest import Secrets

from teppan import secret
from teppan.domain.errors import StorageUnavailable
from teppan.identity.pseudonym import pseudonym

EMAIL = "aiko@example.com"


def test_an_address_always_has_the_same_pseudonym(secrets: Secrets) -> None:
    assert pseudonym(EMAIL) == pseudonym(EMAIL)
    assert re.fullmatch(r"[a-z2-7]{32}", pseudonym(EMAIL))


def test_a_pseudonym_does_not_change_between_releases(secrets: Secrets) -> None:
    secrets.values = ("a secret for good",)

    assert pseudonym(EMAIL) == "3er7oamirxugfobtjecltva2h4rheu3h"


def test_different_addresses_have_different_pseudonyms(secrets: Secrets) -> None:
    names = {pseudonym(each) for each in (EMAIL, "ken@example.com", "aiko@example.co")}

    assert len(names) == 3


def test_a_pseudonym_depends_on_the_secret(secrets: Secrets) -> None:
    ours = pseudonym(EMAIL)

    secrets.values = ("a guess at the secret",)

    assert pseudonym(EMAIL) != ours


def test_a_pseudonym_uses_the_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"arn:of:ours": "a secret for good", "arn:of:another": "another secret"}
    monkeypatch.setattr(secret, "current", values.__getitem__)

    monkeypatch.setenv("PSEUDONYM_SECRET_ARN", "arn:of:ours")
    ours = pseudonym(EMAIL)
    monkeypatch.setenv("PSEUDONYM_SECRET_ARN", "arn:of:another")

    assert pseudonym(EMAIL) != ours


def test_a_pseudonym_without_a_readable_secret_raises_storage_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def busy(_arn: str) -> str:
        raise StorageUnavailable

    monkeypatch.setattr(secret, "current", busy)

    with pytest.raises(StorageUnavailable):
        pseudonym(EMAIL)
