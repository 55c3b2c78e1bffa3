"""A random password that is never stored."""

import secrets

import pytest

from teppan.identity.cognito.unknown_password import unknown_password


def test_an_unknown_password_differs_each_time() -> None:
    assert len({unknown_password() for _ in range(100)}) == 100


def test_an_unknown_password_has_48_random_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """64 characters of six bits each: 48 bytes of the system's randomness."""
    sizes: list[int | None] = []

    def token_urlsafe(size: int | None = None) -> str:
        sizes.append(size)
        return "r" * 64

    monkeypatch.setattr(secrets, "token_urlsafe", token_urlsafe)

    assert unknown_password() == "r" * 64
    assert sizes == [48]
