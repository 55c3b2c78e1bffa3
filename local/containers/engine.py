"""The Docker engine of this machine, by its command line."""

import subprocess
from pathlib import Path
from typing import Final

from local.aws.processor import host_architecture
from local.errors import CommandError

_REPOSITORY: Final = "public.ecr.aws/lambda/python"


def base_image() -> str:
    """Return the name of Lambda's base image for this machine's architecture."""
    return f"{_REPOSITORY}:3.13-{host_architecture()}"


def docker(*arguments: str | Path) -> str:
    """Run a `docker` command; return its output. Raises CommandError with its message."""
    try:
        answer = subprocess.run(  # noqa: S603 - the arguments are this package's own
            ["docker", *arguments],  # noqa: S607 - the developer's own docker
            check=True,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as error:
        raise CommandError("Docker is not installed, and a container needs it.") from error
    except subprocess.CalledProcessError as error:
        raise CommandError(f"docker {arguments[0]} failed: {error.stderr.strip()}") from error
    return answer.stdout


def require_engine() -> None:
    """Raise CommandError unless a Docker engine runs."""
    docker("version")


def require_base_image() -> None:
    """Pull Lambda's base image unless this machine has it. Raises CommandError."""
    require_engine()
    if docker("image", "ls", "--quiet", base_image()):
        return
    try:
        docker("pull", base_image())
    except CommandError as error:
        raise CommandError(
            f"{error}\nWhere the image cannot be pulled, `make base-image` builds a stand-in."
        ) from error
