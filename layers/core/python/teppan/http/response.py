"""A handler's response. The endpoint adds the headers that all responses share."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Response:
    """A status, a body and the headers that only this response has.

    The body is the JSON document `body` or the text `content`; without either there is none.
    """

    status: int = 200
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    content: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is no body."""
        return self.body is None and not self.content

    def text(self) -> str:
        """Return the body as text."""
        return self.content if self.body is None else json.dumps(self.body, ensure_ascii=False)


def versioned(body: Mapping[str, Any], version: int, **fields: Any) -> Response:
    """Return a response with `body` and its version as the `ETag`; `fields` are the others."""
    headers = {"ETag": f'"{version}"'} | fields.pop("headers", {})
    return Response(body=body, headers=headers, **fields)
