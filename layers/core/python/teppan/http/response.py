"""A handler's response. The endpoint adds the headers that all responses share."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Response:
    """A status, a JSON body (None: no body) and the headers that only this response has."""

    status: int = 200
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    def text(self) -> str:
        """Return the body as text."""
        return "" if self.body is None else json.dumps(self.body, ensure_ascii=False)


def versioned(body: Mapping[str, Any], version: int, **fields: Any) -> Response:
    """Return a response with `body` and its version as the `ETag`; `fields` are the others."""
    headers = {"ETag": f'"{version}"'} | fields.pop("headers", {})
    return Response(body=body, headers=headers, **fields)
