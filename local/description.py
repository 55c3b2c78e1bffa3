"""`cloud.json`, which describes a running local cloud to scripts, tests and frontends."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from local.errors import CommandError
from local.paths import ROOT
from local.processes import is_port_taken

CLOUD_VARIABLE: Final = "TEPPAN_CLOUD"
DEFAULT_PORT: Final = 4566
LATEST_CLOUD_FILE: Final = ROOT / ".local" / "cloud.json"


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A user who can log in. The password is of no use outside this machine."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Description:
    """A running local cloud. `api_url` is without `/api/v1` and `/health`."""

    api_url: str
    aws_endpoint_url: str
    region: str
    table: str
    user_pool_id: str
    client_id: str
    stripe_url: str
    """The base URL of the fake Stripe: its API, its pages and `/checkout/<client_secret>`."""
    stripe_webhook_url: str
    """The URL of the function `stripe_webhook`, to which the fake Stripe sends events."""
    users: dict[str, DemoUser]

    def write(self, path: Path) -> None:
        """Write the file with one rename, so that a reader never sees an incomplete file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        draft.rename(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the description in the file. Raises CommandError when there is no file."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise CommandError(
                f"No local cloud is running ({path} is missing): "
                "start one with `make dev`, or name the port of one: PORT=4566."
            ) from error
        users = {role: DemoUser(**user) for role, user in content.pop("users").items()}
        return cls(**content, users=users)


def directory_of(port: int) -> Path:
    """Return the folder for the files of the cloud on `port`; each cloud has its own folder."""
    return ROOT / ".local" / str(port)


def running_cloud(port: int | None = None) -> Description:
    """Return the cloud on `port`, or the one that TEPPAN_CLOUD names, or the latest one.

    Raises CommandError when that cloud does not run.
    """
    path = LATEST_CLOUD_FILE if port is None else directory_of(port) / "cloud.json"
    if port is None and CLOUD_VARIABLE in os.environ:
        path = Path(os.environ[CLOUD_VARIABLE])
    description = Description.read(path)
    address = urlsplit(description.aws_endpoint_url)
    if address.port is None or not is_port_taken(address.port):
        raise CommandError(
            f"The local cloud of {path} has stopped: start it again with `make dev`."
        )
    return description
