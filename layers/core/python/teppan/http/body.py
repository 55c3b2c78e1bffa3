"""JSON bodies: checks of size, media type, syntax and schema.

Only endpoints with a body import this module: pydantic takes 80 ms of a cold start.
"""

from codecs import BOM_UTF8
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, from_json

from teppan.domain.errors import InvalidInput, MalformedJson, Violation
from teppan.http.errors import UnsupportedMediaType
from teppan.http.request import RawRequest
from teppan.http.violation_texts import sentence

MAX_BODY_BYTES = 16 * 1024
"""The maximum size of a body, in bytes."""

_ENCODING = "The body must be JSON in UTF-8."


class RequestBody(BaseModel):
    """The base of all request schemas. Types are strict and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def read_body[M: RequestBody](
    request: RawRequest, model: type[M], *, optional: bool
) -> tuple[M, Any]:
    """Return the validated body and the JSON document that it was read from.

    If the body is `optional`, an absent one is read as `{}`. Raises `TooLarge`,
    `UnsupportedMediaType`, `MalformedJson` and `InvalidInput`.
    """
    raw = request.body(MAX_BODY_BYTES)
    if optional and not raw:
        raw = b"{}"
    elif _media_type(request) != "application/json":
        raise UnsupportedMediaType("Send the body with Content-Type: application/json.")
    text = _text(raw)
    try:
        document = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise MalformedJson("The body is not a JSON document.") from error
    try:
        return model.model_validate_json(text), document
    except ValidationError as error:
        raise InvalidInput([_violation(each, model) for each in error.errors()]) from error


def _media_type(request: RawRequest) -> str:
    """Return the media type; JSON defines no parameters, so `charset` is ignored (RFC 8259)."""
    return (request.header("Content-Type") or "").partition(";")[0].strip().lower()


def _text(raw: bytes) -> str:
    """Return the text of a JSON body, without a byte order mark (RFC 8259 §8.1).

    Raises `MalformedJson` for an encoding other than UTF-8. UTF-16 and UTF-32 are recognised by
    their zero bytes, which JSON never contains.
    """
    try:
        text = raw.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise MalformedJson(_ENCODING) from error
    if "\0" in text:
        raise MalformedJson(_ENCODING)
    return text


def _violation(error: ErrorDetails, model: type[RequestBody]) -> Violation:
    pointer = "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"]
    )
    return Violation("body", pointer, sentence(error, model))
