"""The bodies of account requests; passwords, codes and tokens are left out when one is printed."""

from typing import Annotated

from pydantic import MISSING, AfterValidator, Field

from teppan.http.body import RequestBody
from teppan.http.schemas.fields import EMAIL
from teppan.http.schemas.sentences import Shape

Email = Annotated[str, Field(max_length=128), EMAIL, AfterValidator(str.lower)]
"""An address as the pool keeps it: in lower case."""

NewPassword = Annotated[
    str,
    Shape(
        pattern=r"^[^\s\uFEFF\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*"
        r"[^\s\uFEFF\u0000-\u001F\u007F-\u009F]$",
        sentence="must have no control characters, and no space at either end",
    ),
    Field(min_length=12, max_length=99, repr=False),
]
"""Length over composition: any characters but control characters, no space at either end."""

Password = Annotated[str, Field(min_length=1, max_length=256, repr=False)]
Code = Annotated[
    str,
    Shape(pattern=r"^[0-9]{6}$", sentence="must be the 6 digits from the e-mail"),
    Field(repr=False),
]
MfaCode = Annotated[
    str, Shape(pattern=r"^[0-9]{6}$", sentence="must be the 6 digits from the authenticator app")
]
Token = Annotated[
    str,
    Shape(pattern=r"^[A-Za-z0-9_=.-]+$", sentence="must be a refresh token as it was answered"),
    Field(min_length=1, max_length=8192, repr=False),
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
    mfa_code: Annotated[MfaCode | MISSING, Field(repr=False)] = MISSING


class RefreshTokenBody(RequestBody):
    """The refresh token of a session."""

    refresh_token: Token


class ConfirmPasswordResetBody(RequestBody):
    """The code that was sent, and the password from now on."""

    email: Email
    code: Code
    new_password: NewPassword
