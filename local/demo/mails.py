"""The mails that the emulator has sent: nothing leaves this machine."""

import json
import re
from typing import Any, Final

import urllib3

from local.description import Description
from local.errors import CommandError

_CODE: Final = re.compile(r"(?<![\w#])\d{6}(?!\w)")


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
