"""The account behind a session that is live (§6)."""

import pytest
from tests.builders import CUSTOMER, account

from teppan.identity.account import Account
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.directory import Directory
from teppan.identity.errors import SessionEnded
from teppan.services.accounts.get_me import get_me


class Accounts(Directory):
    """Stands for the pool and its one account."""

    def __init__(self, known: Account | None) -> None:
        super().__init__(cognito(), "never asked")
        self.known = known

    def find(self, name: str) -> Account | None:
        assert name == CUSTOMER
        return self.known


def test_the_account_is_the_one_of_the_token() -> None:
    assert get_me(Accounts(account()), CUSTOMER) == account()


@pytest.mark.parametrize("known", [None, account(is_enabled=False), account(status="UNCONFIRMED")])
def test_an_account_that_is_gone_or_disabled_has_no_session(known: Account | None) -> None:
    with pytest.raises(SessionEnded):
        get_me(Accounts(known), CUSTOMER)
