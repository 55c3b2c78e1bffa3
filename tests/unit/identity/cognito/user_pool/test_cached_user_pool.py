"""The app client of the environment."""

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber

from teppan import secret
from teppan.identity.cognito.user_pool import user_pool
from teppan.settings import MissingSettingError


class TestCachedUserPool:
    @pytest.fixture(autouse=True)
    def _empty_cache(self) -> Iterator[None]:
        """The result is cached for the process; each test starts without it."""
        user_pool.cache_clear()
        yield
        user_pool.cache_clear()

    def test_the_user_pool_uses_the_app_client_of_the_environment(
        self, stub: Stubber, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("USER_POOL_CLIENT_ID", "another-client")
        monkeypatch.setenv("USER_POOL_CLIENT_SECRET_ARN", "another arn")
        monkeypatch.setattr(
            secret, "current", {"another arn": "anothersecretofanotherclient"}.__getitem__
        )
        sent = {
            "ClientId": "another-client",
            "ClientSecret": "anothersecretofanotherclient",
            "Token": "refresh",
        }
        stub.add_response("revoke_token", {}, sent)

        user_pool().revoke("refresh")

        assert user_pool() is user_pool()

    @pytest.mark.parametrize("setting", ["USER_POOL_CLIENT_ID", "USER_POOL_CLIENT_SECRET_ARN"])
    def test_a_missing_app_client_setting_stops_the_cold_start(
        self, monkeypatch: pytest.MonkeyPatch, setting: str
    ) -> None:
        monkeypatch.delenv(setting)

        with pytest.raises(MissingSettingError, match=setting):
            user_pool()
