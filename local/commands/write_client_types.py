"""`make client`: write the types of the TypeScript client from openapi.yaml; `--check` compares."""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import yaml

from local.errors import CommandError
from local.paths import CLIENT_TOOLS, CONTRACT, ROOT

TYPES: Final = ROOT / "clients" / "typescript" / "schema.d.ts"
_GENERATOR: Final = CLIENT_TOOLS / ".bin" / "openapi-typescript"
# A browser sends preflights by itself. The `+` of their path is API Gateway's, not OpenAPI's.
_OF_BROWSERS: Final = "/{proxy+}"


def main(arguments: list[str]) -> int:
    """Write the types, or with `--check` report that they are stale; return the exit status."""
    parser = argparse.ArgumentParser(prog="make client")
    parser.add_argument("--check", action="store_true", help="fail if the file is not current")
    options = parser.parse_args(arguments)
    try:
        types = client_types(CONTRACT)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not options.check:
        TYPES.write_text(types, encoding="utf-8")
    elif types != TYPES.read_text(encoding="utf-8"):
        sys.stderr.write(f"{TYPES.name} is not current: run `make client`.\n")
        return 1
    return 0


def client_types(contract: Path) -> str:
    """Return the TypeScript types of a contract. Raises CommandError if the generator fails."""
    document = yaml.load(contract.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    del document["paths"][_OF_BROWSERS]
    generated = subprocess.run(  # noqa: S603 - the command is this package's own
        [_GENERATOR],
        input=json.dumps(document),
        capture_output=True,
        check=False,
        text=True,
    )
    if generated.returncode != 0:
        raise CommandError(f"openapi-typescript failed: {generated.stderr.strip()}")
    return generated.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
