"""The bodies of requests that set a password. A password that is easy to guess is refused."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from teppan.http.body import RequestBody
from teppan.http.schemas.accounts.account import NORMALISED, Code
from teppan.http.schemas.email import AccountAddress
from teppan.http.violation_texts import Shape
from teppan.identity.new_password import weakness


def _is_hard_to_guess(password: str, info: ValidationInfo) -> str:
    """Return the password if it is hard to guess; an invalid address is not compared with it."""
    if reason := weakness(password, info.data.get("email", "")):
        raise PydanticCustomError("weak_password", reason)
    return password


NewPassword = Annotated[
    str,
    Shape(
        pattern=r"^[^\s\uFEFF\u0000-\u001F\u007F-\u009F][^\u0000-\u001F\u007F-\u009F]*"
        r"[^\s\uFEFF\u0000-\u001F\u007F-\u009F]$",
        sentence="must have no control characters, and no space at either end",
    ),
    Field(min_length=12, max_length=99, repr=False),
    NORMALISED,
    AfterValidator(_is_hard_to_guess),
]
"""12 to 99 characters of any kind except control characters, without space at either end."""


class RegisterBody(RequestBody):
    """A new account. The password is checked but not kept: the confirmation sets it."""

    email: AccountAddress
    password: NewPassword


class ConfirmRegistrationBody(RequestBody):
    """The code from the e-mail, and the account's password."""

    email: AccountAddress
    code: Code
    password: NewPassword


class ConfirmPasswordResetBody(RequestBody):
    """The code from the e-mail, and the account's new password."""

    email: AccountAddress
    code: Code
    new_password: NewPassword
