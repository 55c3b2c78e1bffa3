"""The Docker engine of this machine, by its command line."""

import subprocess
from pathlib import Path
from typing import Final

from local.aws.processor import host_architecture
from local.errors import CommandError

_LAMBDAS: Final = "public.ecr.aws/lambda/python"
_OURS: Final = "teppan/lambda-python"


def base_image() -> str:
    """Return the name of Lambda's base image for this machine's architecture."""
    return f"{_LAMBDAS}:3.13-{host_architecture()}"


def stand_in_image() -> str:
    """Return the name of our stand-in for the base image; other projects do not use it."""
    return f"{_OURS}:3.13-{host_architecture()}"


def local_image() -> str | None:
    """Return the image that this machine has, the base image before its stand-in, or None."""
    images = (base_image(), stand_in_image())
    return next((image for image in images if docker("image", "ls", "--quiet", image)), None)


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


def require_image() -> str:
    """Return the image in which functions run; pull the base image if this machine has neither.

    Raises CommandError.
    """
    require_engine()
    if image := local_image():
        return image
    try:
        docker("pull", base_image())
    except CommandError as error:
        raise CommandError(
            f"{error}\nWhere the image cannot be pulled, `make base-image` builds a stand-in."
        ) from error
    return base_image()
