"""An account, read from Cognito's answer."""

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


def test_an_account_without_attributes_has_its_user_name_as_id() -> None:
    # An app client without read permission gets no attributes; /me once answered 500 for it.
    assert account_of(user(UserAttributes=[])) == account(
        id=CUSTOMER, email="", email_verified=False
    )


@pytest.mark.parametrize("enabled", [True, False])
def test_an_account_is_enabled_or_disabled(enabled: bool) -> None:
    assert account_of(user(Enabled=enabled)).is_enabled is enabled


@pytest.mark.parametrize(
    ("attribute", "is_verified"), [("true", True), ("false", False), (None, False)]
)
def test_an_address_is_verified_if_cognito_marks_it(
    attribute: str | None, is_verified: bool
) -> None:
    assert account_of(user(email_verified=attribute)).email_verified is is_verified


@pytest.mark.parametrize(
    ("factors", "enabled"),
    [
        (["SOFTWARE_TOKEN_MFA"], True),
        (["SMS_MFA", "SOFTWARE_TOKEN_MFA"], True),
        (["SMS_MFA", "EMAIL_OTP"], False),
        ([], False),
    ],
)
def test_only_an_authenticator_app_is_a_second_factor(factors: list[str], enabled: bool) -> None:
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
def test_only_an_unconfirmed_account_is_not_confirmed(status: str, confirmed: bool) -> None:
    assert account_of(user(UserStatus=status)).is_confirmed is confirmed


def test_the_repr_of_an_account_omits_the_address() -> None:
    assert EMAIL not in repr(account_of(user()))
