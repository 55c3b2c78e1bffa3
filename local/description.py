"""`cloud.json`, which describes a running local cloud to scripts, tests and frontends."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import urllib3

from local.errors import CommandError
from local.paths import ROOT
from local.private_files import write_private

CLOUD_VARIABLE: Final = "TEPPAN_CLOUD"
DEFAULT_PORT: Final = 4566
_LOCAL: Final = ROOT / ".local"
_TIMEOUT_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A user who can log in to this cloud. The password is public (`users.py`)."""

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
    booking_page_url: str | None
    """The address of the booking page; None where it cannot be served."""
    directory: str
    """The folder with this file, the build, and what `sam local invoke` needs."""
    users: dict[str, DemoUser]

    def write(self, path: Path) -> None:
        """Write the file with one rename, so that a reader never sees an incomplete file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        write_private(draft, json.dumps(asdict(self), indent=2) + "\n")
        draft.rename(path)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Return the description in the file, or None when there is no file."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        users = {role: DemoUser(**user) for role, user in content.pop("users").items()}
        return cls(**content, users=users)

    @property
    def is_running(self) -> bool:
        """Whether an emulator with the cloud's user pool answers.

        The file remains when a cloud is killed, and another program may use its port then.
        """
        url = f"{self.aws_endpoint_url}/{self.user_pool_id}/.well-known/jwks.json"
        try:
            answer = urllib3.request("GET", url, retries=False, timeout=_TIMEOUT_SECONDS)
            return answer.status == 200 and "keys" in answer.json()
        except (urllib3.exceptions.HTTPError, ValueError):
            return False


def directory_of(port: int) -> Path:
    """Return the folder for the files of the cloud on `port`; each cloud has its own folder."""
    return _LOCAL / str(port)


def cloud_file(directory: Path) -> Path:
    """Return the path of the description of the cloud with its files in `directory`."""
    return directory / "cloud.json"


def running_cloud(port: int | None = None) -> Description:
    """Return the cloud on `port`, or the one that TEPPAN_CLOUD names, or the one started last.

    Raises CommandError when that cloud does not run.
    """
    if port is not None:
        files = [cloud_file(directory_of(port))]
    elif CLOUD_VARIABLE in os.environ:
        files = [Path(os.environ[CLOUD_VARIABLE])]
    else:
        files = sorted(_LOCAL.glob("*/cloud.json"), key=lambda path: -path.stat().st_mtime)
    for path in files:
        if (description := Description.read(path)) and description.is_running:
            return description
    on_port = "" if port is None else f" on port {port}"
    raise CommandError(
        f"No local cloud is running{on_port}: start one with `make dev`, or name the port of one: "
        f"PORT={DEFAULT_PORT}."
    )
