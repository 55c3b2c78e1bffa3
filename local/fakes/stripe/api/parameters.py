"""The kinds of parameters. Each operation has a table of them."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json

type ParameterTable = Mapping[str, Parameter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(ABC):
    """A parameter. With `clearable`, an empty value is allowed and removes the stored value."""

    required: bool = False
    clearable: bool = False

    def read(self, name: str, raw: Any) -> Any:
        """Return the value of a raw parameter. Raises StripeError."""
        if raw != "":
            return self._read(name, raw)
        if self.clearable:
            return ""
        raise StripeError(
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{name}' cannot be unset. You should remove '{name}' from "
            "your request or supply a non-empty value.",
            code="parameter_invalid_empty",
            param=name,
        )

    @abstractmethod
    def _read(self, name: str, raw: Any) -> Any:
        """Return the value of a raw parameter that is not empty. Raises StripeError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Parameter):
    """A string of at most `max_length` characters."""

    max_length: int = 5000

    def _read(self, name: str, raw: Any) -> str:
        if not isinstance(raw, str):
            raise StripeError("Invalid string: must be a string", param=name)
        if len(raw) > self.max_length:
            raise StripeError(
                f"Invalid string: {raw[:20]}…; must be at most {self.max_length} characters",
                param=name,
            )
        return raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Parameter):
    """A whole number within limits."""

    minimum: int | None = None
    maximum: int | None = None

    def _read(self, name: str, raw: Any) -> int:
        if not isinstance(raw, str) or not re.fullmatch(r"-?[0-9]{1,18}", raw):
            raise _not_integer(f"Invalid integer: {raw}", name)
        number = int(raw)
        if self.minimum is not None and number < self.minimum:
            raise _not_integer(f"This value must be greater than or equal to {self.minimum}.", name)
        if self.maximum is not None and number > self.maximum:
            raise _not_integer(f"This value must be less than or equal to {self.maximum}.", name)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Boolean(Parameter):
    """`true` or `false`."""

    def _read(self, name: str, raw: Any) -> bool:
        if raw not in ("true", "false"):
            raise StripeError(f"Invalid boolean: {raw}", param=name)
        return bool(raw == "true")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Parameter):
    """One of several values; with `ignores_case`, case does not matter."""

    values: tuple[str, ...]
    ignores_case: bool = False

    def _read(self, name: str, raw: Any) -> str:
        word = raw.lower() if self.ignores_case and isinstance(raw, str) else raw
        if word not in self.values:
            raise StripeError(
                f"Invalid {name}: must be one of {', '.join(self.values)}", param=name
            )
        return str(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Parameter):
    """An object with parameters of its own."""

    parts: ParameterTable = field(default_factory=dict)

    def _read(self, name: str, raw: Any) -> Json:
        return read_parameters(self.parts, as_object(name, raw), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Array(Parameter):
    """A list whose items are `item` parameters."""

    item: Parameter
    max_items: int = 100

    def _read(self, name: str, raw: Any) -> list[Any]:
        if not isinstance(raw, list) or len(raw) > self.max_items:
            raise StripeError("Invalid array", param=name)
        return [self.item.read(f"{name}[{place}]", each) for place, each in enumerate(raw)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRange(Parameter):
    """Unix seconds, or the limits `gt`, `gte`, `lt`, `lte`. The value is always limits."""

    def _read(self, name: str, raw: Any) -> Json:
        if isinstance(raw, dict):
            return read_parameters(dict.fromkeys(("gt", "gte", "lt", "lte"), Integer()), raw, name)
        moment = Integer().read(name, raw)
        return {"gte": moment, "lte": moment}


def read_parameters(table: ParameterTable, raw: Json, within: str = "") -> Json:
    """Return the values of raw parameters by name. Raises StripeError.

    `within` is the name of the parameter that contains the table's parameters.
    """
    unknown = [name for name in raw if name not in table]
    if unknown:
        raise _unknown([_full_name(within, name) for name in unknown])
    for name, parameter in table.items():
        if parameter.required and name not in raw:
            full_name = _full_name(within, name)
            raise StripeError(
                f"Missing required param: {full_name}.", code="parameter_missing", param=full_name
            )
    return {name: table[name].read(_full_name(within, name), value) for name, value in raw.items()}


def _full_name(within: str, name: str) -> str:
    return f"{within}[{name}]" if within else name


def as_object(name: str, raw: Any) -> Json:
    """Return a raw parameter as an object. Raises StripeError when it is not an object."""
    if isinstance(raw, list):  # its names were 0, 1, 2 …
        return {str(place): each for place, each in enumerate(raw)}
    if not isinstance(raw, dict):
        raise StripeError("Invalid object", param=name)
    return raw


def _not_integer(message: str, name: str) -> StripeError:
    return StripeError(message, code="parameter_invalid_integer", param=name)


def _unknown(names: list[str]) -> StripeError:
    plural = "s" if len(names) > 1 else ""
    return StripeError(
        f"Received unknown parameter{plural}: {', '.join(names)}",
        code="parameter_unknown",
        param=names[0],
    )
