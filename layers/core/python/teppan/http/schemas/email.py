"""E-mail addresses in a request: those that our mail system can send to.

Only functions that read an address import this module: the library's import takes a quarter of the
time of pydantic's.
"""

from typing import Annotated, Final

import email_validator
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

# Accept reserved names (.test, .local), as any other domain that cannot receive mail.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_HYPHENS: Final = r"(?:(?=[Xx][Nn])|(?![A-Za-z0-9-]{2}--))"
_LABEL: Final = rf"{_HYPHENS}[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?"
_TOP_LABEL: Final = rf"{_HYPHENS}(?:[A-Za-z0-9][A-Za-z0-9-]{{0,61}})?[A-Za-z]"

PATTERN: Final = rf"^(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP_LABEL}$"
"""The contract's pattern of an address. The library checks the same, and that a name in Punycode
(`xn--`) is valid."""


def _is_address(text: str) -> str:
    """Return the text if it is an address of ASCII characters (SES has no SMTPUTF8).

    Refuses display names, quoted local parts and IP addresses as the domain. Does not query the
    DNS.
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


_SCHEMA: Final = {"format": "email", "pattern": PATTERN}

AccountAddress = Annotated[
    str,
    Field(max_length=128, json_schema_extra=_SCHEMA),
    AfterValidator(_is_address),
    AfterValidator(str.lower),
]
"""The address of an account, changed to lower case, as the pool keeps it."""

ContactAddress = Annotated[
    str, Field(max_length=254, json_schema_extra=_SCHEMA), AfterValidator(_is_address)
]
"""An address of a contact, kept as sent."""
