"""The proof that a call of Cognito is ours."""

import pytest

from teppan import secret
from teppan.identity.cognito.app_client import AppClient, secret_hash

CLIENT = AppClient("the-client", "arn of the secret")


def test_the_proof_is_what_openssl_makes_of_name_and_client() -> None:
    # printf %s aiko@example.comthe-client | openssl dgst -sha256 -hmac … -binary | base64
    proof = secret_hash("the-client", "thesecretofourclient26chars", "aiko@example.com")

    assert proof == "3XbpF+nzaS0yBlspMU/89HzpBnW1ligr1/BiqBsYPfE="


def test_the_proof_is_of_the_name_exactly_as_it_is_sent() -> None:
    names = ("aiko@example.com", "Aiko@example.com", "aiko@example.com ")

    assert len(
        {secret_hash("the-client", "thesecretofourclient26chars", name) for name in names}
    ) == len(names)


def test_the_secret_is_the_one_that_counts_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        secret, "current", {"arn of the secret": "thesecretofourclient26chars"}.__getitem__
    )

    assert CLIENT.secret == "thesecretofourclient26chars"
    assert CLIENT.secret_hash("aiko@example.com") == "3XbpF+nzaS0yBlspMU/89HzpBnW1ligr1/BiqBsYPfE="


def test_the_secret_is_in_no_print_of_the_client() -> None:
    assert "thesecretofourclient26chars" not in repr(CLIENT).replace(CLIENT.secret_arn, "")
