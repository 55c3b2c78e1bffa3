"""An account as Cognito knows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the pool knows it; the address is personal data."""

    id: str
    email: str = field(repr=False)
    email_verified: bool
    mfa_enabled: bool
    is_confirmed: bool


def account_of(user: Mapping[str, Any]) -> Account:
    """Read what GetUser and AdminGetUser answer."""
    listed = user.get("UserAttributes", [])
    attributes = {each["Name"]: each["Value"] for each in listed}
    return Account(
        id=attributes["sub"],
        email=attributes["email"],
        email_verified=attributes.get("email_verified") == "true",
        mfa_enabled="SOFTWARE_TOKEN_MFA" in user.get("UserMFASettingList", []),
        is_confirmed=user.get("UserStatus", "CONFIRMED") != "UNCONFIRMED",
    )
