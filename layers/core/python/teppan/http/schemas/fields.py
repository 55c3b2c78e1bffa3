"""Field types that several request schemas share.

An optional field may be left out but is never null: its default is `MISSING`.
"""

import datetime as dt
from typing import Annotated, Final

from pydantic import MISSING, AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from teppan.domain.policy import CURRENT


def _in_calendar(text: str) -> str:
    try:
        dt.date.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError("date", "There is no such day in the calendar") from error
    return text


LocalDate = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    AfterValidator(_in_calendar),
    Field(json_schema_extra={"format": "date"}),
]
LocalTime = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}:[0-9]{2}$")]
Count = Annotated[int, Field(ge=0, le=CURRENT.max_guests)]
Guests = Annotated[int, Field(ge=1, le=CURRENT.max_guests)]
Quantity = Annotated[int, Field(ge=1, le=CURRENT.max_guests)]
Miles = Annotated[int, Field(ge=0)]

EMAIL: Final = StringConstraints(pattern=r"^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$")
"""An e-mail address: visible ASCII, one @, a dot after it."""

LINE: Final = StringConstraints(
    strip_whitespace=True, pattern=r"^[^\u0000-\u001F\u007F-\u009F\u2028\u2029]*$"
)
"""Text on one line: no control characters, no line breaks, no space around it."""

LINES: Final = StringConstraints(
    strip_whitespace=True, pattern=r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$"
)
"""Text that may have line breaks and tabs, and no other control characters."""


def given[T](value: T | MISSING) -> T | None:
    """Return the value, or None for a field that was left out."""
    return None if value is MISSING else value
