"""The body of requests that refresh or end a session."""

from typing import Annotated

from pydantic import Field

from teppan.http.body import RequestBody
from teppan.http.violation_texts import Shape

Token = Annotated[
    str,
    Shape(pattern=r"^[A-Za-z0-9_=.-]+$", sentence="must be a refresh token from our response"),
    Field(min_length=1, max_length=8192, repr=False),
]


class RefreshTokenBody(RequestBody):
    """The refresh token of a session."""

    refresh_token: Token
