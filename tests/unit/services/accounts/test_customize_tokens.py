"""The groups and scopes of a token (`architecture.md §6`)."""

import pytest
from tests.builders import ADMIN, account

from teppan.identity.account import Account
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.directory import Directory
from teppan.identity.errors import IdentityUnavailable
from teppan.services.accounts.customize_tokens import groups_of_token, scopes_of_token


class Accounts(Directory):
    """A directory with one account, which records its lookups."""

    def __init__(self, *, mfa_enabled: bool = False) -> None:
        super().__init__(cognito(), "never lookups")
        self.lookups: list[str] = []
        self.account: Account | None = account(id=ADMIN, mfa_enabled=mfa_enabled)

    def find(self, name: str) -> Account | None:
        self.lookups.append(name)
        return self.account


def groups(accounts: Accounts, *member_of: str, mfa_demanded: bool = True) -> list[str]:
    return groups_of_token(accounts, ADMIN, member_of, mfa_demanded=mfa_demanded)


def test_an_admin_with_a_second_factor_keeps_the_admin_group() -> None:
    assert groups(Accounts(mfa_enabled=True), "customer", "admin") == ["customer", "admin"]


@pytest.mark.parametrize(
    ("member_of", "kept_groups"),
    [
        (["admin"], ["customer"]),
        (["admin", "customer"], ["customer"]),
        (["chefs", "admin"], ["chefs"]),
        (["chefs", "admin", "customer"], ["chefs", "customer"]),
    ],
)
def test_an_admin_without_a_second_factor_loses_the_admin_group(
    member_of: list[str], kept_groups: list[str]
) -> None:
    assert groups(Accounts(), *member_of) == kept_groups


def test_a_deleted_admin_account_loses_the_admin_group() -> None:
    accounts = Accounts(mfa_enabled=True)
    accounts.account = None

    assert groups(accounts, "admin") == ["customer"]


@pytest.mark.parametrize("mfa_demanded", [True, False])
@pytest.mark.parametrize("mfa_enabled", [True, False])
@pytest.mark.parametrize("member_of", [["admin"], ["admin", "customer"], ["customer"], ["chefs"]])
def test_a_user_with_groups_always_keeps_at_least_one_group(
    member_of: list[str], mfa_enabled: bool, mfa_demanded: bool
) -> None:
    """It is not known what Cognito does with an empty list of groups."""
    kept_groups = groups(Accounts(mfa_enabled=mfa_enabled), *member_of, mfa_demanded=mfa_demanded)

    assert kept_groups
    assert {type(group) for group in kept_groups} == {str}


def test_the_second_factor_is_read_from_the_users_own_account() -> None:
    accounts = Accounts()

    groups(accounts, "admin")

    assert accounts.lookups == [ADMIN]


@pytest.mark.parametrize("member_of", [[], ["customer"], ["administrators", "Admin"]])
def test_a_user_who_is_no_admin_needs_no_account_lookup(member_of: list[str]) -> None:
    accounts = Accounts()

    assert groups(accounts, *member_of) == member_of
    assert accounts.lookups == []


@pytest.mark.parametrize("member_of", [[], ["admin"], ["admin", "customer"]])
def test_no_account_lookup_is_made_where_a_second_factor_is_not_demanded(
    member_of: list[str],
) -> None:
    accounts = Accounts()

    assert groups(accounts, *member_of, mfa_demanded=False) == member_of
    assert accounts.lookups == []


def test_an_admin_whose_account_cannot_be_read_gets_no_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accounts = Accounts(mfa_enabled=True)

    def raise_unavailable(_name: str) -> Account | None:
        raise IdentityUnavailable

    monkeypatch.setattr(accounts, "find", raise_unavailable)

    with pytest.raises(IdentityUnavailable):
        groups(accounts, "admin")


def test_a_token_of_a_login_opens_our_api_and_none_of_cognitos_own_calls() -> None:
    scopes = scopes_of_token(sets_up_second_factor=False)

    assert scopes.add == ("teppan/api",)
    assert scopes.suppress == ("aws.cognito.signin.user.admin",)


def test_a_token_to_set_up_a_second_factor_opens_only_cognitos_own_calls() -> None:
    scopes = scopes_of_token(sets_up_second_factor=True)

    assert scopes.add == scopes.suppress == ()
