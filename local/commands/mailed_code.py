"""`make code EMAIL=aiko@example.com`: print the code of the newest mail to an address."""

import json
import re
import sys
from typing import Any, Final

import urllib3

from local.arguments import Parser, add_port
from local.description import Description, running_cloud
from local.errors import CommandError

_CODE: Final = re.compile(r"(?<![\w#])\d{6}(?!\w)")


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


def newest_code(cloud: Description, email: str) -> str:
    """Return the code in the newest mail to `email`. Raises CommandError when there is none."""
    for mail in reversed(mails_to(cloud, email)):
        if found := _CODE.search(f"{mail['BodyText']} {mail['BodyHtml']}"):
            return found.group()
    raise CommandError(f"No mail with a code has gone to {email}.")


def mails_to(cloud: Description, email: str) -> list[dict[str, Any]]:
    """Return the emulator's mails to an address, oldest first; case does not matter."""
    answer = urllib3.request("GET", f"{cloud.aws_endpoint_url}/_ministack/ses/messages")
    mails = [mail for sent in json.loads(answer.data)["messages"].values() for mail in sent]
    return sorted(
        (mail for mail in mails if email.lower() in (each.lower() for each in mail["To"])),
        key=lambda mail: mail["Timestamp"],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
