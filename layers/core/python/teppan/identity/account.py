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
    status: str
    """Cognito's `UserStatus`."""
    is_enabled: bool

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody has proved to own the address, or staff have made the account."""
        return self.status != "UNCONFIRMED"

    @property
    def awaits_first_login(self) -> bool:
        """Whether staff have made it in the console, and nobody has set a password of their own."""
        return self.status == "FORCE_CHANGE_PASSWORD"


def account_of(user: Mapping[str, Any]) -> Account:
    """Read what AdminGetUser answers; the pool's user names are the accounts' ids."""
    listed = user.get("UserAttributes", [])
    attributes = {each["Name"]: each["Value"] for each in listed}
    return Account(
        id=attributes.get("sub", user["Username"]),
        email=attributes.get("email", ""),
        email_verified=attributes.get("email_verified") == "true",
        mfa_enabled="SOFTWARE_TOKEN_MFA" in user.get("UserMFASettingList", []),
        status=user["UserStatus"],
        is_enabled=user["Enabled"],
    )
