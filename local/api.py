"""A small HTTP client of the API, used by seeding, `make invoke` and the cloud suite."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import urllib3

from local.errors import CommandError

_TIMEOUT_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. Header names are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.body)

    def require(self, status: int, function: str) -> None:
        """Raise RefusedError if `function` has answered with another status."""
        if self.status != status:
            raise RefusedError(f"{function} answered {self.status}: {self.body.decode()}", function)


class RefusedError(CommandError):
    """An answer that is not the expected one, and the function that gave it."""

    def __init__(self, message: str, function: str) -> None:
        super().__init__(message)
        self.function = function


class Api:
    """The API at one base URL. A call returns every status; only a broken connection raises."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._pool = urllib3.PoolManager(maxsize=4, retries=False, timeout=_TIMEOUT_SECONDS)

    def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request and return the answer; the body becomes JSON unless it is bytes."""
        all_headers = dict(headers or {})
        if token is not None:
            all_headers["Authorization"] = f"Bearer {token}"
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if content is not None:
            all_headers.setdefault("Content-Type", "application/json")
        url = f"{self._base_url}{path}"
        if query:
            url = f"{url}?{urlencode(query)}"
        answer = self._pool.request(method, url, body=content, headers=all_headers, redirect=False)
        return Answer(status=answer.status, headers=answer.headers, body=answer.data)
