"""Refresh tokens in a request."""

import pytest
from tests.unit.http.schemas.bodies import TOKEN, read, refuse

from teppan.http.schemas.accounts.session import RefreshTokenBody


class TestRefreshToken:
    @pytest.mark.parametrize("token", ["x", TOKEN, "x" * 8192])
    def test_a_refresh_token_of_cognitos_form_is_accepted(self, token: str) -> None:
        assert read(RefreshTokenBody, refresh_token=token).refresh_token == token

    @pytest.mark.parametrize("token", ["", "x" * 8193, "a b", "a\n", "é", "a/b", "a+b"])
    def test_a_refresh_token_of_another_form_is_refused(self, token: str) -> None:
        assert refuse(RefreshTokenBody, refresh_token=token) == ["/refresh_token"]
