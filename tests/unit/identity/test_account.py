"""An account, from what Cognito answers about it."""

from typing import Any

import pytest
from tests.builders import CUSTOMER, account

from teppan.identity.account import account_of

EMAIL = "aiko@example.com"


def user(*, email_verified: str | None = "true", **others: Any) -> dict[str, Any]:
    """Return an answer of AdminGetUser."""
    attributes = {"sub": CUSTOMER, "email": EMAIL, "email_verified": email_verified}
    listed = [{"Name": name, "Value": value} for name, value in attributes.items() if value]
    usual = {"UserStatus": "CONFIRMED", "Enabled": True}
    return {"Username": CUSTOMER, "UserAttributes": listed} | usual | others


def test_an_account_has_an_id_and_an_address() -> None:
    assert account_of(user()) == account(id=CUSTOMER, email=EMAIL)


def test_an_account_without_its_attributes_is_known_by_its_user_name() -> None:
    # A client that may read no attribute gets none: that was a KeyError, and a 500 of /me.
    assert account_of(user(UserAttributes=[])) == account(
        id=CUSTOMER, email="", email_verified=False
    )


@pytest.mark.parametrize("enabled", [True, False])
def test_an_account_may_be_disabled(enabled: bool) -> None:
    assert account_of(user(Enabled=enabled)).is_enabled is enabled


@pytest.mark.parametrize(("said", "verified"), [("true", True), ("false", False), (None, False)])
def test_its_address_is_verified_when_cognito_says_so(said: str | None, verified: bool) -> None:
    assert account_of(user(email_verified=said)).email_verified is verified


@pytest.mark.parametrize(
    ("factors", "enabled"),
    [
        (["SOFTWARE_TOKEN_MFA"], True),
        (["SMS_MFA", "SOFTWARE_TOKEN_MFA"], True),
        (["SMS_MFA", "EMAIL_OTP"], False),
        ([], False),
    ],
)
def test_an_authenticator_app_is_the_second_factor(factors: list[str], enabled: bool) -> None:
    assert account_of(user(UserMFASettingList=factors)).mfa_enabled is enabled


@pytest.mark.parametrize(
    ("status", "confirmed"),
    [
        ("UNCONFIRMED", False),
        ("CONFIRMED", True),
        ("RESET_REQUIRED", True),
        ("FORCE_CHANGE_PASSWORD", True),
    ],
)
def test_only_a_new_registration_waits_for_confirmation(status: str, confirmed: bool) -> None:
    assert account_of(user(UserStatus=status)).is_confirmed is confirmed


def test_printed_it_shows_no_address() -> None:
    assert EMAIL not in repr(account_of(user()))
