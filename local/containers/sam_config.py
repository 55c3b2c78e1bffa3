"""The files that `sam local invoke` needs to run a function against a running local cloud."""

import json
from pathlib import Path
from typing import Any, Final

from local.aws.emulator import Aws
from local.aws.processor import host_architecture
from local.aws.stack import STACK, STAGE
from local.aws.template import pascal
from local.processes import HOST

CONTAINERS_HOST: Final = "host.docker.internal"
"""The name of this machine in a container."""

FILE: Final = "samconfig.toml"
BUILT_TEMPLATE: Final = Path("build", "template.yaml")
_CONTENT: Final = """\
# `sam local invoke <Resource> --config-file {path} --event <file>` runs a function in a container.
version = 0.1

[default.local_invoke.parameters]
template_file = "{template}"
env_vars = "{variables}"
region = "{region}"
parameter_overrides = ["Stage={stage}", "Architecture={architecture}"]
add_host = ["{host}:host-gateway"]
# The image is pulled only if this machine does not have it.
skip_pull_image = true
"""


def write_sam_config(aws: Aws, directory: Path) -> None:
    """Write `samconfig.toml` and the functions' variables, as they are deployed, in `directory`."""
    variables = directory / "variables.json"
    variables.write_text(json.dumps(_variables(aws), indent=2) + "\n", encoding="utf-8")
    path = directory / FILE
    path.write_text(
        _CONTENT.format(
            path=path,
            template=directory / BUILT_TEMPLATE,
            variables=variables,
            region=aws.region,
            stage=STAGE,
            architecture=host_architecture(),
            host=CONTAINERS_HOST,
        ),
        encoding="utf-8",
    )


def resource_of(function: str) -> str:
    """Return the logical id of the function with this name in snake case."""
    return f"{pascal(function)}Function"


def _variables(aws: Aws) -> dict[str, Any]:
    """Return the variables of each function by its logical id, with addresses for containers."""
    pages = aws.client("lambda").get_paginator("list_functions").paginate()
    return {
        resource_of(each["FunctionName"].removeprefix(f"{STACK}-")): {
            name: text.replace(f"//{HOST}:", f"//{CONTAINERS_HOST}:")
            for name, text in each.get("Environment", {}).get("Variables", {}).items()
        }
        for page in pages
        for each in page["Functions"]
    }
