"""Refreshing and revoking a refresh token."""

import pytest
from botocore.stub import Stubber
from tests.unit.conftest import LogLines
from tests.unit.identity.cognito.user_pool.calls import (
    ISSUED,
    REFRESH,
    REVOKE,
    TOKENS,
    Call,
    refused,
)

from teppan.identity.cognito.user_pool import UserPool
from teppan.identity.errors import TooManyAttempts


class TestRefresh:
    def test_a_refresh_returns_the_rotated_refresh_token(
        self, pool: UserPool, stub: Stubber
    ) -> None:
        answer = {"AuthenticationResult": ISSUED | {"RefreshToken": "rotated"}}
        stub.add_response(REFRESH.operation, answer)

        assert pool.refresh("refresh").refresh == "rotated"

    def test_a_refresh_without_rotation_returns_the_refresh_token_sent(
        self, pool: UserPool, stub: Stubber
    ) -> None:
        unrotated = {name: value for name, value in ISSUED.items() if name != "RefreshToken"}
        stub.add_response(REFRESH.operation, {"AuthenticationResult": unrotated})

        assert pool.refresh("refresh") == TOKENS


@pytest.mark.parametrize("call", [REFRESH, REVOKE], ids=lambda call: call.operation)
def test_a_limit_of_a_call_with_a_token_raises_too_many_attempts(
    pool: UserPool, stub: Stubber, call: Call, logged: LogLines
) -> None:
    raised = refused(pool, stub, call, "LimitExceededException")

    assert isinstance(raised, TooManyAttempts)
    assert logged() == []


@pytest.mark.parametrize("code", ["NotAuthorizedException", "UnauthorizedException"])
def test_a_refresh_token_that_was_not_revoked_is_logged(
    pool: UserPool, stub: Stubber, logged: LogLines, code: str
) -> None:
    assert refused(pool, stub, REVOKE, code) is None

    (line,) = logged()
    assert (line["level"], line["message"]) == ("WARNING", "not revoked")
