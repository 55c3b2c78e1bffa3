"""The arguments of make's commands, whose mistakes are named as make names them (`PORT`, `F`)."""

import argparse
import json
import re
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """A parser that reports a mistake in one line and ends the program with status 2."""

    def error(self, message: str) -> NoReturn:
        """Print the message and exit."""
        named = re.sub(r"^argument -*([A-Za-z-]+): ", lambda found: _of_make(found[1]), message)
        self.exit(2, f"{self.prog}: {named}\n")


def _of_make(option: str) -> str:
    return f"{option.upper().replace('-', '_')} "


def add_port(parser: argparse.ArgumentParser) -> None:
    """Add the port of the local cloud that a command is about."""
    parser.add_argument(
        "--port", type=port_number, help="of the local cloud; by default the one started last"
    )


def port_number(text: str) -> int:
    """Return the TCP port in an argument. Raises ArgumentTypeError for any other text."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"must be a port from 1 to 65535, not {text!r}.")
    return int(text)


def json_object(text: str) -> dict[str, Any]:
    """Return the JSON object in an argument. Raises ArgumentTypeError for any other text."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"at line {error.lineno}, column {error.colno}"
        raise argparse.ArgumentTypeError(f"must be JSON, and is not {place}.") from error
    if not isinstance(document, dict):
        raise argparse.ArgumentTypeError('must be a JSON object, as in \'{"scope": "full"}\'.')
    return document
