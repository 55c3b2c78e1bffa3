"""Settings from environment variables."""

from collections.abc import Iterator

import pytest

from teppan.settings import MissingSettingError, Settings, optional, required, settings


@pytest.fixture(autouse=True)
def clear_cache() -> Iterator[None]:
    """Clear the cache, so that each test reads the settings."""
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "prod")
    monkeypatch.setenv("SERVICE_VERSION", "1.2.3")
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.example, https://b.example,")

    assert settings() == Settings(
        stage="prod",
        service_version="1.2.3",
        allowed_origins=frozenset({"https://a.example", "https://b.example"}),
        allow_credentials=False,
    )


@pytest.mark.parametrize(
    ("text", "allowed"), [("true", True), ("false", False), ("", False), ("TRUE", False)]
)
def test_credentials_are_allowed_by_the_word_true_only(
    text: str, *, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOW_CREDENTIALS", text)

    assert settings().allow_credentials is allowed


def test_the_setting_of_allowed_origins_may_be_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ORIGINS", "")

    assert settings().allowed_origins == frozenset()


@pytest.mark.parametrize(
    "name", ["STAGE", "SERVICE_VERSION", "ALLOWED_ORIGINS", "ALLOW_CREDENTIALS"]
)
def test_a_missing_setting_raises_an_error_with_its_name(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(MissingSettingError, match=name):
        settings()


def test_a_required_variable_is_returned_or_raises_an_error_with_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TABLE_NAME", "bookings-1")

    assert required("TABLE_NAME") == "bookings-1"
    with pytest.raises(MissingSettingError, match="NO_SUCH_SETTING"):
        required("NO_SUCH_SETTING")


def test_an_optional_variable_is_empty_if_it_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_URL", "valkey://127.0.0.1:6379")

    assert optional("CACHE_URL") == "valkey://127.0.0.1:6379"
    assert optional("NO_SUCH_SETTING") == ""
