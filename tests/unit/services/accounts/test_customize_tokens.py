"""What a token may open: its groups and its scopes (`architecture.md §6`)."""

import pytest
from tests.builders import ADMIN, account

from teppan.identity.account import Account
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.directory import Directory
from teppan.identity.errors import IdentityUnavailable
from teppan.services.accounts.customize_tokens import groups_of_token, scopes_of_token


class Accounts(Directory):
    """Stands for the pool: its one account, and whom it was asked about."""

    def __init__(self, *, mfa_enabled: bool = False) -> None:
        super().__init__(cognito(), "never asked")
        self.asked: list[str] = []
        self.account: Account | None = account(id=ADMIN, mfa_enabled=mfa_enabled)

    def find(self, name: str) -> Account | None:
        self.asked.append(name)
        return self.account


def groups(accounts: Accounts, *member_of: str, mfa_demanded: bool = True) -> list[str]:
    return groups_of_token(accounts, ADMIN, member_of, mfa_demanded=mfa_demanded)


def test_an_admin_with_a_second_factor_is_one() -> None:
    assert groups(Accounts(mfa_enabled=True), "customer", "admin") == ["customer", "admin"]


@pytest.mark.parametrize(
    ("member_of", "left"),
    [
        (["admin"], ["customer"]),
        (["admin", "customer"], ["customer"]),
        (["chefs", "admin"], ["chefs"]),
        (["chefs", "admin", "customer"], ["chefs", "customer"]),
    ],
)
def test_without_one_everything_but_that_group_is_left_or_a_customers(
    member_of: list[str], left: list[str]
) -> None:
    assert groups(Accounts(), *member_of) == left


def test_an_account_that_is_gone_is_no_admin() -> None:
    accounts = Accounts(mfa_enabled=True)
    accounts.account = None

    assert groups(accounts, "admin") == ["customer"]


@pytest.mark.parametrize("mfa_demanded", [True, False])
@pytest.mark.parametrize("mfa_enabled", [True, False])
@pytest.mark.parametrize("member_of", [["admin"], ["admin", "customer"], ["customer"], ["chefs"]])
def test_a_member_of_something_never_becomes_one_of_nothing(
    member_of: list[str], mfa_enabled: bool, mfa_demanded: bool
) -> None:
    """Nobody has to know what Cognito makes of an empty list."""
    left = groups(Accounts(mfa_enabled=mfa_enabled), *member_of, mfa_demanded=mfa_demanded)

    assert left
    assert {type(group) for group in left} == {str}


def test_it_is_the_users_own_account_that_is_looked_at() -> None:
    accounts = Accounts()

    groups(accounts, "admin")

    assert accounts.asked == [ADMIN]


@pytest.mark.parametrize("member_of", [[], ["customer"], ["administrators", "Admin"]])
def test_nobody_else_costs_a_look(member_of: list[str]) -> None:
    accounts = Accounts()

    assert groups(accounts, *member_of) == member_of
    assert accounts.asked == []


@pytest.mark.parametrize("member_of", [[], ["admin"], ["admin", "customer"]])
def test_where_it_is_not_demanded_nobody_does(member_of: list[str]) -> None:
    accounts = Accounts()

    assert groups(accounts, *member_of, mfa_demanded=False) == member_of
    assert accounts.asked == []


def test_what_can_not_be_looked_up_is_not_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Accounts(mfa_enabled=True)

    def busy(_name: str) -> Account | None:
        raise IdentityUnavailable

    monkeypatch.setattr(accounts, "find", busy)

    with pytest.raises(IdentityUnavailable):
        groups(accounts, "admin")


def test_a_login_opens_our_api_and_none_of_cognitos_own_calls() -> None:
    scopes = scopes_of_token(sets_up_second_factor=False)

    assert scopes.add == ("teppan/api",)
    assert scopes.suppress == ("aws.cognito.signin.user.admin",)


def test_setting_up_a_second_factor_opens_cognitos_own_calls_and_nothing_of_ours() -> None:
    scopes = scopes_of_token(sets_up_second_factor=True)

    assert scopes.add == scopes.suppress == ()
