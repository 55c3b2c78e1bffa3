"""An account in the Cognito user pool."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Account:
    """An account in the user pool. The e-mail address is personal data."""

    id: str
    email: str = field(repr=False)
    email_verified: bool
    mfa_enabled: bool
    status: str
    """Cognito's `UserStatus`."""
    is_enabled: bool

    @property
    def is_confirmed(self) -> bool:
        """Whether the owner has proved the e-mail address, or staff created the account."""
        return self.status != "UNCONFIRMED"

    @property
    def awaits_first_login(self) -> bool:
        """Whether staff created the account and its owner has not set a password yet."""
        return self.status == "FORCE_CHANGE_PASSWORD"


def account_of(user: Mapping[str, Any]) -> Account:
    """Return the account in an answer of AdminGetUser; the pool's user names are account ids."""
    attributes = {each["Name"]: each["Value"] for each in user.get("UserAttributes", [])}
    return Account(
        id=attributes.get("sub", user["Username"]),
        email=attributes.get("email", ""),
        email_verified=attributes.get("email_verified") == "true",
        mfa_enabled="SOFTWARE_TOKEN_MFA" in user.get("UserMFASettingList", []),
        status=user["UserStatus"],
        is_enabled=user["Enabled"],
    )
