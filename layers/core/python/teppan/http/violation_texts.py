"""The sentence that a caller reads about an invalid value in a body.

A sentence starts with `must` or `is`, so that the name of the field can stand before it. It quotes
no value, no pattern and no name of a class.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel, StringConstraints
from pydantic_core import ErrorDetails


@dataclass(frozen=True)
class Shape(StringConstraints):
    """A pattern, with the sentence for a text that does not match it.

    Every pattern of a field is a `Shape`, because a plain pattern has no sentence.
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
"""The sentence for each of pydantic's error types, from the limits in the error's context."""

UNKNOWN: Final = "is not valid"
"""The sentence for any other error type of pydantic; none of our fields causes one."""


def sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """Return the sentence for an error of pydantic about a `model`.

    Our own validators provide the sentence in a `PydanticCustomError` or a `ValueError`.
    """
    kind = error["type"]
    if kind == "string_pattern_mismatch":
        return _shape(model, error["loc"]).sentence
    if kind in _SENTENCES:
        return _SENTENCES[kind](error.get("ctx", {}))
    return UNKNOWN if "url" in error else error["msg"]  # only pydantic's own types have a link


def one_of(values: Sequence[str]) -> str:
    """Return the sentence for a text that is not one of `values`."""
    return f"must be one of {', '.join(values)}"


def _characters(number: int) -> str:
    return "1 character" if number == 1 else f"{number} characters"


def _shape(model: type[BaseModel], location: Sequence[int | str]) -> Shape:
    """Return the shape of the field at `location`, which must have one."""
    name, *inner = location
    field = model.model_fields[str(name)]
    parts = [*field.metadata, *_parts(field.annotation)]
    if inner:
        models = [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
        return _shape(models[0], inner)
    return next(part for part in parts if isinstance(part, Shape))


def _parts(annotation: Any) -> Iterator[Any]:
    """Yield an annotation and its arguments, at any depth."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)
