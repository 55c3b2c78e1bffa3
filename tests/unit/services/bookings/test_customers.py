"""Whom staff may book for: who has a confirmed account with just that id (§4)."""

import pytest
from tests.builders import CUSTOMER, OTHER_CUSTOMER, account

from teppan.domain.errors import InvalidInput
from teppan.identity.account import Account
from teppan.identity.cognito import directory
from teppan.identity.errors import IdentityUnavailable, TooManyAttempts
from teppan.services.bookings.customers import check_customer


class Accounts:
    """A directory with one account, or an error, whatever it is asked for."""

    def __init__(self, found: Account | Exception | None) -> None:
        self.found = found
        self.asked: list[str] = []

    def find(self, name: str) -> Account | None:
        self.asked.append(name)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Accounts:
    accounts = Accounts(request.param)
    monkeypatch.setattr(directory, "directory", lambda: accounts)
    return accounts


@pytest.mark.parametrize("known", [account()], indirect=True)
def test_a_confirmed_account_is_one_and_is_asked_for_once(known: Accounts) -> None:
    check_customer(CUSTOMER)

    assert known.asked == [CUSTOMER]


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(None, id="nobody"),
        pytest.param(account(status="UNCONFIRMED"), id="not confirmed"),
        pytest.param(account(is_enabled=False), id="disabled"),
        pytest.param(account(id=OTHER_CUSTOMER), id="somebody else by another name"),
    ],
    indirect=True,
)
@pytest.mark.usefixtures("known")
def test_nothing_else_is() -> None:
    with pytest.raises(InvalidInput) as refused:
        check_customer(CUSTOMER)

    [violation] = refused.value.violations
    assert (violation.where, violation.pointer) == ("body", "/customer_id")
    assert "confirmed account" in violation.detail


@pytest.mark.parametrize("known", [TooManyAttempts(5), IdentityUnavailable()], indirect=True)
@pytest.mark.usefixtures("known")
def test_a_cognito_that_is_too_busy_is_unavailable() -> None:
    """Nobody has tried too often: it is everybody's calls together."""
    with pytest.raises(IdentityUnavailable):
        check_customer(CUSTOMER)
