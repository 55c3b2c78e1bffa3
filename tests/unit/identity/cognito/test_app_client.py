"""The secret hash, which proves that a call of Cognito comes from us."""

import pytest

from teppan import secret
from teppan.identity.cognito.app_client import AppClient, secret_hash

CLIENT = AppClient("the-client", "arn of the secret")


def test_the_secret_hash_equals_that_of_openssl() -> None:
    # printf %s aiko@example.comthe-client | openssl dgst -sha256 -hmac … -binary | base64
    proof = secret_hash("the-client", "thesecretofourclient26chars", "aiko@example.com")

    assert proof == "3XbpF+nzaS0yBlspMU/89HzpBnW1ligr1/BiqBsYPfE="


def test_the_secret_hash_depends_on_the_exact_spelling_of_the_name() -> None:
    names = ("aiko@example.com", "Aiko@example.com", "aiko@example.com ")

    assert len(
        {secret_hash("the-client", "thesecretofourclient26chars", name) for name in names}
    ) == len(names)


def test_the_app_client_uses_the_current_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        secret, "current", {"arn of the secret": "thesecretofourclient26chars"}.__getitem__
    )

    assert CLIENT.secret == "thesecretofourclient26chars"
    assert CLIENT.secret_hash("aiko@example.com") == "3XbpF+nzaS0yBlspMU/89HzpBnW1ligr1/BiqBsYPfE="


def test_the_repr_of_the_app_client_omits_the_secret() -> None:
    assert "thesecretofourclient26chars" not in repr(CLIENT).replace(CLIENT.secret_arn, "")
