"""Path and query parameters: their declarations, and how they are read from a request."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal
from urllib.parse import unquote

from teppan.domain.errors import InvalidInput, Violation
from teppan.http.errors import MissingParameter


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its place, and the function that reads its text.

    `read` raises `ValueError` with a text for the caller that says what the value must be.
    """

    where: Literal["path", "query"]
    read: Callable[[str], Any]
    required: bool = False
    default: Any = None


type Declared = Mapping[str, Parameter]

TRACKING: Final = re.compile(
    r"utm_.*|_|_ga|_gl|dclid|fbclid|gad_source|gbraid|gclid|gclsrc|igshid|li_fat_id|mc_cid|mc_eid"
    r"|msclkid|srsltid|ttclid|twclid|wbraid|yclid"
)
"""Query parameters that advertisers, mailings and caches add to links; they are ignored."""


def path(read: Callable[[str], Any], *, required: bool = True) -> Parameter:
    """Declare a part of the path; one that not every path of the function has is not required."""
    return Parameter("path", read, required)


def query(
    read: Callable[[str], Any], *, required: bool = False, default: object = None
) -> Parameter:
    """Declare a query parameter."""
    return Parameter("query", read, required, default)


def read_parameters(event: Mapping[str, Any], declared: Declared) -> dict[str, Any]:
    """Return the value of every declared parameter, by name.

    An empty query parameter counts as absent. Raises `MissingParameter`, `InvalidTime`, and
    `InvalidInput` with a violation for each invalid, repeated or unknown parameter.
    """
    sent: dict[str, Mapping[str, list[str]]] = {
        "path": {
            # API Gateway does not decode the percent-encoding of a path.
            name: [unquote(text)]
            for name, text in (event.get("pathParameters") or {}).items()
        },
        "query": _relevant(event.get("multiValueQueryStringParameters") or {}),
    }
    violations = [
        Violation("query", f"/{name}", "is not a parameter of this operation")
        for name in sent["query"]
        if name not in declared or declared[name].where != "query"
    ]
    values = {}
    for name, parameter in declared.items():
        texts = sent[parameter.where].get(name, [])
        if not texts and parameter.required:
            detail = f"The parameter {name} is required."
            raise MissingParameter(Violation(parameter.where, f"/{name}", detail))
        try:
            values[name] = _read(parameter, texts)
        except ValueError as error:
            violations.append(Violation(parameter.where, f"/{name}", str(error)))
    if violations:
        raise InvalidInput(violations)
    return values


def _relevant(query: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    """Return the query without empty values and tracking parameters."""
    filled = {name: [text for text in texts if text] for name, texts in query.items()}
    return {name: texts for name, texts in filled.items() if texts and not TRACKING.fullmatch(name)}


def _read(parameter: Parameter, texts: list[str]) -> Any:
    if len(texts) > 1:
        raise ValueError("must be sent once")
    return parameter.read(texts[0]) if texts else parameter.default


def day(text: str) -> date:
    """Read a date, `YYYY-MM-DD`, of this century or the next."""
    if re.fullmatch(r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError("must be a date such as 2026-12-24")


def integer(low: int, high: int) -> Callable[[str], int]:
    """Return a reader of a whole number from `low` to `high`."""

    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"must be a whole number from {low} to {high}")

    return read


def one_of[E: StrEnum](choices: type[E]) -> Callable[[str], E]:
    """Return a reader of one of the values of an enumeration."""
    values = ", ".join(choices)

    def read(text: str) -> E:
        if text in set(choices):
            return choices(text)
        raise ValueError(f"must be one of {values}")

    return read


def text_like(pattern: str, description: str) -> Callable[[str], str]:
    """Return a reader of a text that matches the whole `pattern`."""
    compiled = re.compile(pattern)

    def read(text: str) -> str:
        if compiled.fullmatch(text):
            return text
        raise ValueError(f"must be {description}")

    return read


BOOKING_ID_PATTERN: Final = r"bkg_[a-z2-7]{26}"
ACCOUNT_ID_PATTERN: Final = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""The ids of bookings and accounts, in parameters and in bodies."""

BOOKING_ID = path(text_like(BOOKING_ID_PATTERN, "the id of a booking"))
ACCOUNT_ID = text_like(ACCOUNT_ID_PATTERN, "the id of an account")
EVENT_TYPE = text_like(
    r"[a-z0-9_]{1,64}(?:\.[a-z0-9_]{1,64}){1,7}", "a type of events, such as refund.failed"
)
ORDER = query(text_like("asc|desc", "asc or desc"), default="asc")
LIMIT = query(integer(1, 100), default=20)
CURSOR = query(text_like(r"[A-Za-z0-9_-]{1,1024}", "the next_cursor of an earlier page"))
