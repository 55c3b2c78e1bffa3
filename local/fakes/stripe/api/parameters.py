"""What a parameter may be. Each operation's parameters are a table of these."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json

type Table = Mapping[str, Parameter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(ABC):
    """One parameter. With `clears`, an empty value is allowed: it unsets what was set."""

    required: bool = False
    clears: bool = False

    def read(self, name: str, given: Any) -> Any:
        """Return the value of what was sent. Raises StripeError."""
        if given != "":
            return self._read(name, given)
        if self.clears:
            return ""
        raise StripeError(
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{name}' cannot be unset. You should remove '{name}' from "
            "your request or supply a non-empty value.",
            code="parameter_invalid_empty",
            param=name,
        )

    @abstractmethod
    def _read(self, name: str, given: Any) -> Any:
        """Return the value of a text that is not empty. Raises StripeError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Parameter):
    """A string of at most `longest` characters."""

    longest: int = 5000

    def _read(self, name: str, given: Any) -> str:
        if not isinstance(given, str):
            raise StripeError("Invalid string: must be a string", param=name)
        if len(given) > self.longest:
            raise StripeError(
                f"Invalid string: {given[:20]}…; must be at most {self.longest} characters",
                param=name,
            )
        return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Parameter):
    """A whole number within limits."""

    least: int | None = None
    most: int | None = None

    def _read(self, name: str, given: Any) -> int:
        if not isinstance(given, str) or not re.fullmatch(r"-?[0-9]{1,18}", given):
            raise _not_integer(f"Invalid integer: {given}", name)
        number = int(given)
        if self.least is not None and number < self.least:
            raise _not_integer(f"This value must be greater than or equal to {self.least}.", name)
        if self.most is not None and number > self.most:
            raise _not_integer(f"This value must be less than or equal to {self.most}.", name)
        return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Boolean(Parameter):
    """`true` or `false`."""

    def _read(self, name: str, given: Any) -> bool:
        if given not in ("true", "false"):
            raise StripeError(f"Invalid boolean: {given}", param=name)
        return bool(given == "true")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Parameter):
    """One of a few words; `any_case` ones are lowered first."""

    words: tuple[str, ...]
    any_case: bool = False

    def _read(self, name: str, given: Any) -> str:
        word = given.lower() if self.any_case and isinstance(given, str) else given
        if word not in self.words:
            raise StripeError(f"Invalid {name}: must be one of {', '.join(self.words)}", param=name)
        return str(word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Parameter):
    """An object with parameters of its own."""

    parts: Table = field(default_factory=dict)

    def _read(self, name: str, given: Any) -> Json:
        return read(self.parts, as_object(name, given), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Parameter):
    """A list, each item of which is as `item` says."""

    item: Parameter
    most: int = 100

    def _read(self, name: str, given: Any) -> list[Any]:
        if not isinstance(given, list) or len(given) > self.most:
            raise StripeError("Invalid array", param=name)
        return [self.item.read(f"{name}[{place}]", each) for place, each in enumerate(given)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Parameter):
    """Unix seconds, or limits of them: `gt`, `gte`, `lt`, `lte`. Read as limits."""

    def _read(self, name: str, given: Any) -> Json:
        if isinstance(given, dict):
            return read(dict.fromkeys(("gt", "gte", "lt", "lte"), Integer()), given, name)
        moment = Integer().read(name, given)
        return {"gte": moment, "lte": moment}


def read(table: Table, given: Json, within: str = "") -> Json:
    """Return the values of the given parameters. Raises StripeError.

    `within` is the name of the parameter that the table's own ones belong to.
    """
    unknown = [name for name in given if name not in table]
    if unknown:
        raise _unknown([_full(within, name) for name in unknown])
    for name, parameter in table.items():
        if parameter.required and name not in given:
            full = _full(within, name)
            raise StripeError(
                f"Missing required param: {full}.", code="parameter_missing", param=full
            )
    return {name: table[name].read(_full(within, name), value) for name, value in given.items()}


def _full(within: str, name: str) -> str:
    return f"{within}[{name}]" if within else name


def as_object(name: str, given: Any) -> Json:
    """Return what was sent as an object. Raises StripeError when it is none."""
    if isinstance(given, list):  # its names counted from zero
        return {str(place): each for place, each in enumerate(given)}
    if not isinstance(given, dict):
        raise StripeError("Invalid object", param=name)
    return given


def _not_integer(message: str, name: str) -> StripeError:
    return StripeError(message, code="parameter_invalid_integer", param=name)


def _unknown(names: list[str]) -> StripeError:
    plural = "s" if len(names) > 1 else ""
    return StripeError(
        f"Received unknown parameter{plural}: {', '.join(names)}",
        code="parameter_unknown",
        param=names[0],
    )
