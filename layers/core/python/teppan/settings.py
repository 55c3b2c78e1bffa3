"""Settings from environment variables; a missing one makes the cold start fail."""

import os
from dataclasses import dataclass
from functools import cache


class MissingSettingError(RuntimeError):
    """An environment variable that the function needs is not set."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that every function has.

    Pages of `allowed_origins` may read responses, with `allow_credentials` also those to requests
    with cookies (CORS).
    """

    stage: str
    service_version: str
    allowed_origins: frozenset[str]
    allow_credentials: bool

    @property
    def takes_live_money(self) -> bool:
        """Whether the stage takes real payments; all other stages take test cards only."""
        return self.stage == "prod"


@cache
def settings() -> Settings:
    """Return the function's settings; raises `MissingSettingError`."""
    origins = (origin.strip() for origin in required("ALLOWED_ORIGINS").split(","))
    return Settings(
        stage=required("STAGE"),
        service_version=required("SERVICE_VERSION"),
        allowed_origins=frozenset(origin for origin in origins if origin),
        allow_credentials=required("ALLOW_CREDENTIALS") == "true",
    )


def required(name: str) -> str:
    """Return the environment variable `name`; raises `MissingSettingError` if it is not set."""
    try:
        return os.environ[name]
    except KeyError:
        raise MissingSettingError(f"The environment variable {name} is not set.") from None


def optional(name: str) -> str:
    """Return the environment variable `name`, or "" if it is not set."""
    return os.environ.get(name, "")
