"""The bodies of account requests. Their `repr` omits passwords, codes and tokens."""

from typing import Annotated, Any, Final

from pydantic import MISSING, BeforeValidator, Field

from teppan.http.body import RequestBody
from teppan.http.schemas.email import AccountAddress
from teppan.http.violation_texts import Shape
from teppan.identity.password import normalised


def _normalised_text(value: Any) -> Any:
    return normalised(value) if isinstance(value, str) else value


NORMALISED: Final = BeforeValidator(_normalised_text)
"""Normalises a password before its length and characters are checked."""

Password = Annotated[str, Field(min_length=1, max_length=256, repr=False), NORMALISED]
Code = Annotated[
    str,
    Shape(pattern=r"^[0-9]{6}$", sentence="must be the 6 digits from the e-mail"),
    Field(repr=False),
]
MfaCode = Annotated[
    str, Shape(pattern=r"^[0-9]{6}$", sentence="must be the 6 digits from the authenticator app")
]


class AccountEmailBody(RequestBody):
    """The e-mail address of the account."""

    email: AccountAddress


class LoginBody(RequestBody):
    """The credentials of a login; `mfa_code` if the account has a second factor."""

    email: AccountAddress
    password: Password
    mfa_code: Annotated[MfaCode | MISSING, Field(repr=False)] = MISSING
