"""Values of bodies and parameters, and their validity against the contract's schemas."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from openapi_schema_validator import OAS30Validator, oas30_format_checker

WHITE_SPACE: Final = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""Unicode's White_Space, the characters that are trimmed."""

ECMA_SPACE: Final = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""The characters of `\\s` in ECMA-262, for the contract's patterns; Python and Rust differ."""

AWKWARD: Final = [
    *"aZ09 .-+@_/,\"*'()<>%&=:",
    *"\0\t\n\r\x1b\x1c\x1f\x7f\x80\x85\x9f\xa0",
    *"\u1680\u2003\u2028\u2029\u202f\u3000\ufeff\u200b",
    *"é寿\u0301\u0665\uff11🍣\U0010ffff",
]
"""Characters that regular expression engines treat differently."""


AROUND: Final = (("", ""), ("aa", ""), ("", "aa"), ("aa", "aa"))
"""The text before and after such a character."""


def members(schema: dict[str, Any], at: tuple[str, ...] = ()) -> Iterator[Any]:
    """Yield the path to every value of a body, and to the body itself, with its schema."""
    yield at, schema
    for name, member in schema.get("properties", {}).items():
        yield from members(member, (*at, name))


def with_value(field: tuple[str, ...], value: Any) -> Any:
    """Return a body with `value` in one field and no other fields."""
    for name in reversed(field):
        value = {name: value}
    return value


def ecma(pattern: str) -> re.Pattern[str]:
    """Return a contract's pattern with ECMA-262's meaning; AssertionError if that is unclear."""
    # Except for `\\s`, the contract uses nothing that engines treat differently.
    assert not re.search(r"(?<!\\)\.(?![^\[]*\])|\\[dDwWSbB]|\(\?(?![:=!])", pattern), pattern
    ended = pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern
    return re.compile(ended.replace(r"\s", ECMA_SPACE))


def is_trimmed(schema: dict[str, Any]) -> bool:
    return str(schema.get("description", "")).endswith("Trimmed.")


def is_valid(value: Any, schema: dict[str, Any]) -> bool:
    """Return whether `value` is valid by the contract, after trimming."""
    if is_trimmed(schema) and isinstance(value, str):
        value = value.strip(WHITE_SPACE)
    if isinstance(value, str) and "pattern" in schema and not ecma(schema["pattern"]).search(value):
        return False
    rest = {name: each for name, each in schema.items() if name not in {"pattern", "description"}}
    return bool(OAS30Validator(rest, format_checker=oas30_format_checker).is_valid(value))


def boundaries(schema: dict[str, Any], around: Sequence[tuple[str, str]] = AROUND) -> Iterator[Any]:
    """Yield values at the limits of `schema`, just beyond them, and of other types."""
    if schema["type"] == "integer":
        for limit in (schema.get("minimum"), schema.get("maximum")):
            yield from () if limit is None else (limit - 1, limit, limit + 1)
        yield from (0, -1, 10**30, True, 1.5, "1", None)
        return
    yield from (1, True, None, ["x"], {})
    yield from schema.get("enum", [])
    for limit in (schema.get("minLength"), schema.get("maxLength"), 6, 1):
        for length in () if limit is None else (limit - 1, limit, limit + 1):
            for character in "a0寿🍣":
                text = character * length
                yield from (text, f" {text} ", f"\u3000{text}\n", text + "\0", f"\ufeff{text}")
    yield from (f"{before}{each}{after}" for each in AWKWARD for before, after in around)
