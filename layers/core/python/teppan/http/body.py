"""JSON bodies: size, media type, syntax and schema, each refused with what is wrong.

Imported only by endpoints that take a body: pydantic is 80 ms of a cold start.
"""

from codecs import BOM_UTF8
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, from_json

from teppan.domain.errors import InvalidInput, MalformedJson, Violation
from teppan.http.errors import UnsupportedMediaType
from teppan.http.request import Incoming
from teppan.http.violation_texts import sentence

LARGEST = 16 * 1024
"""The most bytes that a body may have."""

_ENCODING = "The body must be JSON in UTF-8."


class RequestBody(BaseModel):
    """The base of all request schemas: strict types, unknown fields refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def read_body[M: RequestBody](
    request: Incoming, model: type[M], *, optional: bool
) -> tuple[M, Any]:
    """Return the validated body and the JSON document that it was.

    An absent `optional` body counts as `{}`. Raises `TooLarge`, `UnsupportedMediaType`,
    `MalformedJson` and `InvalidInput`.
    """
    raw = request.body(LARGEST)
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


def _media_type(request: Incoming) -> str:
    """Return the media type; JSON has no parameters, so a `charset` has no effect (RFC 8259)."""
    return (request.header("Content-Type") or "").partition(";")[0].strip().lower()


def _text(raw: bytes) -> str:
    """Return the text of a JSON body, without a byte order mark (RFC 8259 §8.1).

    Raises `MalformedJson` for another encoding; UTF-16 and UTF-32 are known by their zero bytes,
    which JSON never has.
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
