"""Accounts and tokens as JSON."""

import pytest
from tests import builders
from tests.builders import CUSTOMER

from teppan.domain.caller import Role
from teppan.http.representations.accounts.account import ACCEPTED, account, tokens
from teppan.identity.tokens import Tokens


def test_tokens_have_the_type_bearer() -> None:
    issued = Tokens(access="an-access", id="an-id", refresh="a-refresh", expires_in=900)

    assert tokens(issued) == {
        "access_token": "an-access",
        "id_token": "an-id",
        "refresh_token": "a-refresh",
        "token_type": "Bearer",
        "expires_in": 900,
    }


@pytest.mark.parametrize("mfa_enabled", [True, False])
@pytest.mark.parametrize("email_verified", [True, False])
@pytest.mark.parametrize(("role", "shown"), [(Role.CUSTOMER, "customer"), (Role.ADMIN, "admin")])
def test_an_account_has_the_role_of_the_token(
    role: Role, shown: str, *, email_verified: bool, mfa_enabled: bool
) -> None:
    known = builders.account(email_verified=email_verified, mfa_enabled=mfa_enabled)

    assert account(known, role) == {
        "user_id": CUSTOMER,
        "email": "aiko@example.com",
        "email_verified": email_verified,
        "role": shown,
        "mfa_enabled": mfa_enabled,
    }


def test_every_request_for_a_code_has_the_same_response() -> None:
    assert ACCEPTED == {
        "status": "accepted",
        "detail": "If a code can be sent to this address, it has been sent.",
    }
