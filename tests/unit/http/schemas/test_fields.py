"""The field types that request schemas share."""

from typing import Annotated, Any

import pytest
from pydantic import MISSING, TypeAdapter, ValidationError

from teppan.http.schemas.fields import (
    LINE,
    LINES,
    Count,
    Guests,
    LocalDate,
    Miles,
    Quantity,
    StartTime,
    value_or_none,
)


def read(kind: Any, value: object) -> object:
    return TypeAdapter(kind).validate_python(value, strict=True)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (LocalDate, ["2026-12-24", "2028-02-29", "0001-01-01", "9999-12-31"]),
        (StartTime, ["00:00", "18:00", "13:37", "23:59"]),
        (Count, [0, 50]),
        (Guests, [1, 50]),
        (Quantity, [1, 50]),
        (Miles, [0, 200, 100_000]),
    ],
)
def test_a_valid_value_of_a_field_is_kept(kind: Any, values: list[object]) -> None:
    assert [read(kind, value) for value in values] == values


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (LocalDate, ["2026-02-30", "2026-13-01", "0000-01-01", "20261224", "2026-12-24\n", 1]),
        (StartTime, [18, None, 18.5]),
        (Count, [-1, 51, "1", 1.0, True, None]),
        (Guests, [0, 51]),
        (Quantity, [0, 51]),
        (Miles, [-1, 1.5]),
    ],
)
def test_an_invalid_value_of_a_field_is_refused(kind: Any, values: list[object]) -> None:
    for value in values:
        with pytest.raises(ValidationError):
            read(kind, value)


@pytest.mark.parametrize("text", ["two\nlines", "a\ttab", "nul\x00", "\x1b[31m", "del\x7f"])
def test_a_line_with_control_characters_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read(_text(LINE), text)


@pytest.mark.parametrize("text", ["two\nlines", "a\ttab", "two\r\nlines"])
def test_text_lines_may_have_line_breaks_and_tabs(text: str) -> None:
    assert read(_text(LINES), text) == text


@pytest.mark.parametrize("text", ["nul\x00", "\x1b[31m", "del\x7f", "form\x0cfeed"])
def test_text_lines_with_other_control_characters_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read(_text(LINES), text)


@pytest.mark.parametrize("constraints", [LINE, LINES])
def test_outer_space_of_a_text_is_stripped(constraints: object) -> None:
    assert read(_text(constraints), "  Ünïcode 寿司 \n") == "Ünïcode 寿司"


def test_a_missing_field_becomes_none() -> None:
    assert value_or_none(MISSING) is None
    assert value_or_none(0) == 0
    assert value_or_none("") == ""


def _text(constraints: Any) -> Any:
    return Annotated[str, constraints]
