"""The bodies of account requests; passwords, codes and tokens are left out when one is printed."""

from typing import Annotated

from pydantic import MISSING, AfterValidator, Field

from teppan.http.body import RequestBody
from teppan.http.schemas.fields import EMAIL

Email = Annotated[str, Field(max_length=128), EMAIL, AfterValidator(str.lower)]
"""An address as the pool keeps it: in lower case."""

NewPassword = Annotated[
    str,
    Field(
        min_length=12,
        max_length=99,
        pattern=r"^[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*"
        r"[^\s\u0000-\u001F\u007F-\u009F]$",
        repr=False,
    ),
]
"""Length over composition: any characters but control characters, no space at either end."""

Password = Annotated[str, Field(min_length=1, max_length=256, repr=False)]
Digits = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Code = Annotated[Digits, Field(repr=False)]
Token = Annotated[
    str, Field(min_length=1, max_length=8192, pattern=r"^[A-Za-z0-9_=.-]+$", repr=False)
]


class AccountEmailBody(RequestBody):
    """Whose account it is about."""

    email: Email


class RegisterBody(RequestBody):
    """A new account."""

    email: Email
    password: NewPassword


class ConfirmRegistrationBody(RequestBody):
    """The code that was sent, and the password from now on."""

    email: Email
    code: Code
    password: NewPassword


class LoginBody(RequestBody):
    """Who logs in; `mfa_code` where the account has a second factor."""

    email: Email
    password: Password
    mfa_code: Annotated[Digits | MISSING, Field(repr=False)] = MISSING


class RefreshTokenBody(RequestBody):
    """The refresh token of a session."""

    refresh_token: Token


class ConfirmPasswordResetBody(RequestBody):
    """The code that was sent, and the password from now on."""

    email: Email
    code: Code
    new_password: NewPassword
