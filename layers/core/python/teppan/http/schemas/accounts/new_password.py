"""The bodies of requests that set a password, which is checked for being easy to guess."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from teppan.http.body import RequestBody
from teppan.http.schemas.accounts.account import NORMALISED, Code
from teppan.http.schemas.email import AccountAddress
from teppan.http.violation_texts import Shape
from teppan.identity.new_password import weakness


def _is_hard_to_guess(password: str, info: ValidationInfo) -> str:
    """Return the password; an address that is not valid is no part of it."""
    if refusal := weakness(password, info.data.get("email", "")):
        raise PydanticCustomError("weak_password", refusal)
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
"""Length over composition: any characters but control characters, no space at either end."""


class RegisterBody(RequestBody):
    """A new account. The confirmation sets its password: this one is checked and not kept."""

    email: AccountAddress
    password: NewPassword


class ConfirmRegistrationBody(RequestBody):
    """The code that was sent, and the password from now on."""

    email: AccountAddress
    code: Code
    password: NewPassword


class ConfirmPasswordResetBody(RequestBody):
    """The code that was sent, and the password from now on."""

    email: AccountAddress
    code: Code
    new_password: NewPassword
