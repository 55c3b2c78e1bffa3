"""Field types that several request schemas share.

An optional field may be left out but is never null: its default is `MISSING`.
"""

import datetime as dt
from typing import Annotated, Final

from pydantic import MISSING, AfterValidator, Field
from pydantic_core import PydanticCustomError

from teppan.domain.policy import CURRENT
from teppan.http.violation_texts import Shape


def _in_calendar(text: str) -> str:
    try:
        dt.date.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError("date", "must be a day of the calendar") from error
    return text


LocalDate = Annotated[
    str,
    Shape(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", sentence="must be a date such as 2026-12-24"),
    AfterValidator(_in_calendar),
    Field(json_schema_extra={"format": "date"}),
]
StartTime = Annotated[
    str, Field(json_schema_extra={"enum": [f"{each:%H:%M}" for each in CURRENT.start_times]})
]
"""A start time as text. `start_time` reads it and raises `InvalidTime` for any other text."""
Count = Annotated[int, Field(ge=0, le=CURRENT.max_guests)]
Guests = Annotated[int, Field(ge=1, le=CURRENT.max_guests)]
Quantity = Annotated[int, Field(ge=1, le=CURRENT.max_guests)]
Miles = Annotated[int, Field(ge=0)]

LINE: Final = Shape(
    strip_whitespace=True,
    pattern=r"^[^\u0000-\u001F\u007F-\u009F\u2028\u2029]*$",
    sentence="must be one line of text without control characters",
)
"""Text on one line: no control characters, no line breaks, no space around it."""

LINES: Final = Shape(
    strip_whitespace=True,
    pattern=r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$",
    sentence="must have no control characters except line breaks and tabs",
)
"""Text that may have line breaks and tabs, and no other control characters."""


def value_or_none[T](value: T | MISSING) -> T | None:
    """Return the value, or None for a field that was not sent."""
    return None if value is MISSING else value
