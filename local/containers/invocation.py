"""Run a function of the running local cloud in Lambda's container, by `sam local invoke`."""

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any, Final

from local.aws.environment import ROOT_CREDENTIALS, without_account
from local.containers.engine import base_image, local_image, require_image
from local.containers.sam_config import BUILT_TEMPLATE, FILE, VARIABLES, resource_of
from local.description import Description
from local.errors import CommandError
from local.paths import ROOT, SAM
from local.private_files import write_private

_UNSET: Final = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN")
"""The variables of a developer's account that SAM would use or pass to the container beside the
emulator's credentials."""


def write_event(directory: Path, function: str, event: dict[str, Any]) -> Path:
    """Write the event of a function to the directory of a cloud; return its path."""
    path = _event_path(directory, function)
    path.parent.mkdir(exist_ok=True)
    write_private(path, json.dumps(event, indent=2))
    return path


def command_line(cloud: Description, function: str) -> str:
    """Return the line for a shell that runs the function with the event written last."""
    try:
        image = local_image()
    except CommandError:  # without Docker the line is still right for a machine that has it
        image = None
    unset = [part for name in _UNSET for part in ("-u", name)]
    variables = [f"{name}={text}" for name, text in _variables(cloud).items()]
    command = _command(Path(cloud.directory), function, image)
    return shlex.join(["env", *unset, *variables, *command])


def run_in_container(cloud: Description, function: str) -> tuple[Any, str]:
    """Run a function with the event written last; return its result and its log.

    The result of a failed function is an object with `errorType`. Raises CommandError when no
    container could run it.
    """
    image = require_image()
    directory = Path(cloud.directory)
    _require_deployed(directory, function)
    answer = subprocess.run(  # noqa: S603 - the command is this package's own
        _command(directory, function, image),
        cwd=ROOT,
        env=without_account() | _variables(cloud),
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        return json.loads(answer.stdout), answer.stderr
    except ValueError as error:
        raise CommandError(f"sam local invoke failed:\n{answer.stderr.strip()}") from error


def _variables(cloud: Description) -> dict[str, str]:
    """Return the variables by which SAM itself calls the emulator, and never AWS."""
    return {**ROOT_CREDENTIALS, "AWS_ENDPOINT_URL": cloud.aws_endpoint_url}


def _require_deployed(directory: Path, function: str) -> None:
    if not (directory / BUILT_TEMPLATE).exists():
        raise CommandError("`make dev` is building: try again when it has deployed the change.")
    deployed = json.loads((directory / VARIABLES).read_text(encoding="utf-8"))
    if resource_of(function) not in deployed:
        raise CommandError(
            f"{function} is not deployed: try again when `make dev` has deployed it, or look "
            "there for the error."
        )


def _command(directory: Path, function: str, image: str | None) -> list[str]:
    """Return the command with paths from the root of the checkout, where it runs."""
    paths = [SAM, directory / FILE, _event_path(directory, function)]
    sam, config, event = (os.path.relpath(path, ROOT) for path in paths)
    options = ["--config-file", config, "--event", event]
    if image not in (None, base_image()):
        options += ["--invoke-image", str(image)]
    return [sam, "local", "invoke", resource_of(function), *options]


def _event_path(directory: Path, function: str) -> Path:
    return directory / "events" / f"{function}.json"
