"""The check of the customer that staff book for (`domain.md §4`)."""

import pytest
from tests.builders import CUSTOMER, OTHER_CUSTOMER, account

from teppan.domain.errors import InvalidInput
from teppan.identity.account import Account
from teppan.identity.cognito import directory
from teppan.identity.errors import IdentityUnavailable, TooManyAttempts
from teppan.services.bookings.customers import check_customer


class Accounts:
    """A directory that returns one account, or raises an error, for every name."""

    def __init__(self, found: Account | Exception | None) -> None:
        self.found = found
        self.lookups: list[str] = []

    def find(self, name: str) -> Account | None:
        self.lookups.append(name)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Accounts:
    accounts = Accounts(request.param)
    monkeypatch.setattr(directory, "directory", lambda: accounts)
    return accounts


@pytest.mark.parametrize("accounts", [account()], indirect=True)
def test_a_confirmed_account_is_accepted_as_customer_by_one_lookup(accounts: Accounts) -> None:
    check_customer(CUSTOMER)

    assert accounts.lookups == [CUSTOMER]


@pytest.mark.parametrize(
    "accounts",
    [
        pytest.param(None, id="nobody"),
        pytest.param(account(status="UNCONFIRMED"), id="not confirmed"),
        pytest.param(account(is_enabled=False), id="disabled"),
        pytest.param(account(id=OTHER_CUSTOMER), id="somebody else by another name"),
    ],
    indirect=True,
)
@pytest.mark.usefixtures("accounts")
def test_an_account_that_is_missing_unconfirmed_disabled_or_another_is_refused_as_customer() -> (
    None
):
    with pytest.raises(InvalidInput) as refused:
        check_customer(CUSTOMER)

    [violation] = refused.value.violations
    assert (violation.where, violation.pointer) == ("body", "/customer_id")
    assert "confirmed account" in violation.detail


@pytest.mark.parametrize("accounts", [TooManyAttempts(5), IdentityUnavailable()], indirect=True)
@pytest.mark.usefixtures("accounts")
def test_a_customer_check_while_cognito_throttles_raises_identity_unavailable() -> None:
    """The throttle counts the calls of all callers, so this caller made no mistake."""
    with pytest.raises(IdentityUnavailable):
        check_customer(CUSTOMER)
