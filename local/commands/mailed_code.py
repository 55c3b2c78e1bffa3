"""`make code EMAIL=aiko@example.com`: print the code of the newest mail to an address."""

import sys

from local.arguments import Parser, add_port
from local.demo.mails import newest_code
from local.description import running_cloud
from local.errors import CommandError


def main(arguments: list[str]) -> int:
    """Print the code; return the exit status."""
    parser = Parser(prog="make code")
    parser.add_argument("email", nargs="?", default="", help="the recipient of the mail")
    add_port(parser)
    options = parser.parse_args(arguments)
    try:
        if not options.email:
            raise CommandError("Whose code? make code EMAIL=aiko@example.com")
        code = newest_code(running_cloud(options.port), options.email)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{code}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
