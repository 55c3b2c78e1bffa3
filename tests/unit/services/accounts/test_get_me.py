"""The account of a session (`docs/accounts.md`)."""

import pytest
from tests.builders import CUSTOMER, account

from teppan.identity.account import Account
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.directory import Directory
from teppan.identity.errors import SessionEnded
from teppan.services.accounts.get_me import get_me


class Accounts(Directory):
    """A directory with one account."""

    def __init__(self, stored_account: Account | None) -> None:
        super().__init__(cognito(), "never asked")
        self.stored_account = stored_account

    def find(self, name: str) -> Account | None:
        assert name == CUSTOMER
        return self.stored_account


def test_get_me_returns_the_account_of_the_token() -> None:
    assert get_me(Accounts(account()), CUSTOMER) == account()


@pytest.mark.parametrize(
    "stored_account", [None, account(is_enabled=False), account(status="UNCONFIRMED")]
)
def test_get_me_of_a_deleted_disabled_or_unconfirmed_account_raises_session_ended(
    stored_account: Account | None,
) -> None:
    with pytest.raises(SessionEnded):
        get_me(Accounts(stored_account), CUSTOMER)
