"""JSON bodies: size, media type, syntax and schema, each refused with what is wrong.

Imported only by endpoints that take a body: pydantic is 80 ms of a cold start.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from teppan.domain.errors import InvalidInput, Violation
from teppan.http.errors import MalformedJson, UnsupportedMediaType
from teppan.http.request import Incoming

LARGEST = 16 * 1024
"""The most bytes that a body may have."""


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
    try:
        document = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise MalformedJson("The body is not a JSON document.") from error
    try:
        return model.model_validate_json(raw), document
    except ValidationError as error:
        raise InvalidInput([_violation(each) for each in error.errors()]) from error


def _media_type(request: Incoming) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _violation(error: Any) -> Violation:
    pointer = "".join(
        "/" + str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"]
    )
    return Violation("body", pointer, error["msg"])
