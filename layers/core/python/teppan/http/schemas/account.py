"""The bodies of account requests; passwords, codes and tokens are left out when one is printed."""

import unicodedata
from typing import Annotated, Any, Final

from pydantic import MISSING, BeforeValidator, Field

from teppan.http.body import RequestBody
from teppan.http.schemas.email import AccountAddress
from teppan.http.schemas.sentences import Shape


def _normalise(value: Any) -> Any:
    return unicodedata.normalize("NFKC", value) if isinstance(value, str) else value


NORMALISED: Final = BeforeValidator(_normalise)
"""A password is the same however a keyboard writes its characters (RFC 8265 §4; NFKC as in NIST
SP 800-63B §5.1.1.2). What is measured is the normalised text."""

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
    """Whose account it is about."""

    email: AccountAddress


class LoginBody(RequestBody):
    """Who logs in; `mfa_code` where the account has a second factor."""

    email: AccountAddress
    password: Password
    mfa_code: Annotated[MfaCode | MISSING, Field(repr=False)] = MISSING
