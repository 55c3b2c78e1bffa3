"""`make token USER=customer`: print a new access token of a demo user."""

import sys

from local.arguments import Parser, add_port
from local.demo.users import token_of
from local.description import running_cloud
from local.errors import CommandError


def main(arguments: list[str]) -> int:
    """Print the token; return the exit status."""
    parser = Parser(prog="make token")
    parser.add_argument("role", nargs="?", default="customer", help="customer or admin")
    add_port(parser)
    options = parser.parse_args(arguments)
    try:
        token = token_of(running_cloud(options.port), options.role)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{token}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
