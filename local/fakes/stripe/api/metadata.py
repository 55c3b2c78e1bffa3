"""Metadata, which a caller of the API stores on objects."""

from dataclasses import dataclass
from typing import Any, Final

from local.fakes.stripe.api.parameters import Parameter, as_object
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json

_KEYS: Final = 50
_KEY: Final = 40
_VALUE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata(Parameter):
    """Up to 50 keys of 40 characters with values of 500; an empty value removes the key."""

    def _read(self, name: str, raw: Any) -> Json:
        metadata = as_object(name, raw)
        if len(metadata) > _KEYS:
            raise StripeError(f"Metadata can have at most {_KEYS} keys.", param=name)
        for key, value in metadata.items():
            if not isinstance(value, str):
                raise StripeError("Metadata values must be strings.", param=f"{name}[{key}]")
            if len(key) > _KEY:
                raise StripeError(
                    f"Metadata keys can have up to {_KEY} characters, but you passed in a key that "
                    f"is {len(key)} characters. Invalid key: {key}",
                    param=name,
                )
            if len(value) > _VALUE:
                raise StripeError(
                    f"Metadata values can have up to {_VALUE} characters, but you passed in a "
                    f"value that is {len(value)} characters. Invalid value: {value}",
                    param=name,
                )
        return metadata
