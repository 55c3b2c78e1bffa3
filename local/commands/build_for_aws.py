"""`make build`: build functions and layers for AWS into .aws-sam/ (`ARCH=x86_64`: not for arm64).

`sam deploy` reads what this command writes beside them: the processor they are built for, and the
commit. `sam build` empties the folder, so nothing that fails here can be deployed.
"""

import sys
from pathlib import Path
from typing import Final

from local.arguments import Parser
from local.aws.build import run_sam_build
from local.aws.processor import architectures
from local.aws.template import load_template
from local.commit import commit
from local.errors import CommandError
from local.paths import BUILT, TEMPLATE

PARAMETERS_FILE: Final = "parameters.toml"
"""The file of parameters that samconfig.toml includes, in the folder of the build."""


def main(arguments: list[str]) -> int:
    """Build for one processor; return the exit status."""
    default, allowed = architectures(load_template(TEMPLATE))
    parser = Parser(prog="make build")
    parser.add_argument("--arch", default=default, help="the processor of the functions")
    architecture = parser.parse_args(arguments).arch
    try:
        if architecture not in allowed:
            raise CommandError(f"ARCH must be {' or '.join(allowed)}, not {architecture!r}.")
        run_sam_build(architecture, BUILT, BUILT.parent / "cache", show=True)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    write_parameters(BUILT, architecture)
    return 0


def write_parameters(directory: Path, architecture: str) -> None:
    """Write the parameters of the template that a deployment of this build needs."""
    parameters = {"Architecture": architecture, "ServiceVersion": commit()}
    text = "".join(f'{name} = "{value}"\n' for name, value in parameters.items())
    (directory / PARAMETERS_FILE).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
