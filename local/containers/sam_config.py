"""The files that `sam local invoke` needs to run a function against a running local cloud."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local.aws.emulator import Aws
from local.aws.stack import STACK
from local.aws.template import pascal
from local.processes import CONTAINERS_HOST, HOST

FILE: Final = "samconfig.toml"
VARIABLES: Final = "variables.json"
BUILT_TEMPLATE: Final = Path("build", "template.yaml")
_CONTENT: Final = """\
# `sam local invoke <Resource> --config-file <this file> --event <file>` runs a function in a
# container. The addresses are parameters too: for a function that `env_vars` does not have yet,
# the template's defaults would be those of AWS and Stripe.
version = 0.1

[default.local_invoke.parameters]
template_file = {template}
env_vars = {variables}
region = {region}
parameter_overrides = {parameters}
add_host = {add_host}
# The image is pulled only if this machine does not have it.
skip_pull_image = true
"""


def write_sam_config(aws: Aws, parameters: Mapping[str, str], directory: Path) -> None:
    """Write `samconfig.toml` and the functions' variables, as they are deployed, in `directory`.

    `parameters` are those of the deployed stack.
    """
    variables = directory / VARIABLES
    variables.write_text(json.dumps(_variables(aws), indent=2) + "\n", encoding="utf-8")
    values = {
        "template": str(directory / BUILT_TEMPLATE),
        "variables": str(variables),
        "region": aws.region,
        "parameters": [f"{name}={for_containers(text)}" for name, text in parameters.items()],
        "add_host": [f"{CONTAINERS_HOST}:host-gateway"],
    }
    # Strings and lists of JSON are strings and lists of TOML too.
    content = {name: json.dumps(each, ensure_ascii=False) for name, each in values.items()}
    (directory / FILE).write_text(_CONTENT.format(**content), encoding="utf-8")


def resource_of(function: str) -> str:
    """Return the logical id of the function with this name in snake case."""
    return f"{pascal(function)}Function"


def for_containers(text: str) -> str:
    """Return a text with this machine's address as a container needs it."""
    return text.replace(f"//{HOST}:", f"//{CONTAINERS_HOST}:")


def _variables(aws: Aws) -> dict[str, Any]:
    """Return the variables of each function by its logical id, with addresses for containers."""
    pages = aws.client("lambda").get_paginator("list_functions").paginate()
    return {
        resource_of(each["FunctionName"].removeprefix(f"{STACK}-")): {
            name: for_containers(text)
            for name, text in each.get("Environment", {}).get("Variables", {}).items()
        }
        for page in pages
        for each in page["Functions"]
    }
