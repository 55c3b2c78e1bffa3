"""What a person reads about a value of a body that is refused: one sentence for each reason.

The sentences start with `must` or `is`, so that the name of the field can stand before them. They
quote neither what was sent nor a pattern nor a type of ours.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel, StringConstraints
from pydantic_core import ErrorDetails


@dataclass(frozen=True)
class Shape(StringConstraints):
    """A pattern of text, with the sentence for a text that does not match it.

    The only way to give a field a pattern: a pattern alone has no sentence.
    """

    sentence: str = ""


_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _: "is required",
    "extra_forbidden": lambda _: "is not a field of this request",
    "model_type": lambda _: "must be an object",
    "string_type": lambda _: "must be a text",
    "int_type": lambda _: "must be a whole number",
    "greater_than_equal": lambda limits: f"must be at least {limits['ge']}",
    "less_than_equal": lambda limits: f"must be at most {limits['le']}",
    "string_too_short": lambda limits: f"must have at least {_characters(limits['min_length'])}",
    "string_too_long": lambda limits: f"must have at most {_characters(limits['max_length'])}",
    "literal_error": lambda limits: one_of(re.findall(r"'([^']*)'", limits["expected"])),
    "value_error": lambda limits: str(limits["error"]),
}
"""By pydantic's name of the reason, from the limits that it names."""

UNKNOWN: Final = "is not valid"
"""For a reason of pydantic's that is not among them; no field of ours has one."""


def sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Return the sentence for one of pydantic's errors about a `model`.

    A validator of ours brings its own sentence, as a `PydanticCustomError` or a `ValueError`.
    """
    kind = error["type"]
    if kind == "string_pattern_mismatch":
        return _shape(model, error["loc"]).sentence
    if kind in _SENTENCES:
        return _SENTENCES[kind](error.get("ctx", {}))
    return UNKNOWN if "url" in error else error["msg"]  # pydantic links its own reasons only


def one_of(values: Sequence[str]) -> str:
    """Return the sentence for a text that is none of `values`."""
    return f"must be one of {', '.join(values)}"


def _characters(number: int) -> str:
    return "1 character" if number == 1 else f"{number} characters"


def _shape(model: type[BaseModel], location: Sequence[int | str]) -> Shape:
    """Return the shape of the field at `location`; raises `LookupError` when it has none."""
    name, *inner = location
    field = model.model_fields[str(name)]
    parts = [*field.metadata, *_parts(field.annotation)]
    wanted = [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
    if inner:
        return _shape(wanted[0], inner)
    return next(part for part in parts if isinstance(part, Shape))


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield what an annotation is made of, at any depth."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)
