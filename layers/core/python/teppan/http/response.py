"""An answer, before the endpoint adds the headers that all answers share."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Response:
    """A status, a JSON body (None: empty) and the headers of this answer alone."""

    status: int = 200
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    def text(self) -> str:
        """Return the body as it is sent."""
        return "" if self.body is None else json.dumps(self.body, ensure_ascii=False)


def versioned(body: Mapping[str, Any], version: int, **answer: Any) -> Response:
    """Return `body` with its version as the `ETag`; `answer` may set status and more headers."""
    headers = {"ETag": f'"{version}"'} | answer.pop("headers", {})
    return Response(body=body, headers=headers, **answer)
