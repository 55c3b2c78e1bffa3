"""E-mail addresses in a request: such as our mail system can send to.

Only functions that read an address import this module: the library takes a quarter of pydantic's
import.
"""

from typing import Annotated, Final

import email_validator
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

# Reserved names (.test, .local) are refused no more than names that nobody has registered.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_HYPHENS: Final = r"(?:(?=[Xx][Nn])|(?![A-Za-z0-9-]{2}--))"
_LABEL: Final = rf"{_HYPHENS}[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"
_TOP_LABEL: Final = rf"{_HYPHENS}(?:[A-Za-z0-9][A-Za-z0-9-]{{0,61}})?[A-Za-z]"

PATTERN: Final = rf"^(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP_LABEL}$"
"""What the contract says of an address. The library says the same, and that a name in Punycode
(`xn--`) is one."""


def _is_address(text: str) -> str:
    """Return the text if it is an address of ASCII characters (SES has no SMTPUTF8).

    No display name, no quotes, no address of a host in place of its name; no look at the DNS.
    """
    if not text.isascii():
        raise PydanticCustomError(
            "email",
            "must be an e-mail address of plain Latin letters, digits and punctuation "
            "(an international domain in its xn-- form)",
        )
    try:
        email_validator.validate_email(
            text, allow_smtputf8=False, strict=True, check_deliverability=False
        )
    except email_validator.EmailNotValidError as error:
        raise PydanticCustomError(
            "email", "must be an e-mail address, such as aiko@example.com"
        ) from error
    return text


_SAID: Final = {"format": "email", "pattern": PATTERN}

AccountAddress = Annotated[
    str,
    Field(max_length=128, json_schema_extra=_SAID),
    AfterValidator(_is_address),
    AfterValidator(str.lower),
]
"""The address of an account, in lower case as the pool keeps it."""

ContactAddress = Annotated[
    str, Field(max_length=254, json_schema_extra=_SAID), AfterValidator(_is_address)
]
"""An address to write to, as it was sent."""
