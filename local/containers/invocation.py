"""Run a function of the running local cloud in Lambda's container, by `sam local invoke`."""

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any, Final

from local.containers.engine import require_base_image
from local.containers.sam_config import BUILT_TEMPLATE, FILE, resource_of
from local.errors import CommandError
from local.paths import ROOT, SAM

_CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""The emulator's, so that SAM never gives a container the developer's own."""


def write_event(directory: Path, function: str, event: dict[str, Any]) -> Path:
    """Write the event of a function to the directory of a cloud; return its path."""
    path = _event_path(directory, function)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(event, indent=2), encoding="utf-8")
    return path


def command_line(directory: Path, function: str) -> str:
    """Return the line for a shell that runs the function with the event written last."""
    variables = [f"{name}={value}" for name, value in _CREDENTIALS.items()]
    return shlex.join([*variables, *_command(directory, function)])


def run_in_container(directory: Path, function: str) -> tuple[Any, str]:
    """Run a function with the event written last; return its result and its log.

    The result of a failed function is an object with `errorType`. Raises CommandError when no
    container could run it.
    """
    require_base_image()
    if not (directory / BUILT_TEMPLATE).exists():
        raise CommandError("`make dev` is building: try again when it has deployed the change.")
    answer = subprocess.run(  # noqa: S603 - the command is this package's own
        _command(directory, function),
        cwd=ROOT,
        env=os.environ | _CREDENTIALS,
        check=False,
        capture_output=True,
        text=True,
    )
    try:
        return json.loads(answer.stdout), answer.stderr
    except ValueError as error:
        raise CommandError(f"sam local invoke failed:\n{answer.stderr.strip()}") from error


def _command(directory: Path, function: str) -> list[str]:
    """Return the command with paths from the root of the checkout, where it runs."""
    paths = [SAM, directory / FILE, _event_path(directory, function)]
    sam, config, event = (os.path.relpath(path, ROOT) for path in paths)
    return [
        sam,
        "local",
        "invoke",
        resource_of(function),
        "--config-file",
        config,
        "--event",
        event,
    ]


def _event_path(directory: Path, function: str) -> Path:
    return directory / "events" / f"{function}.json"
