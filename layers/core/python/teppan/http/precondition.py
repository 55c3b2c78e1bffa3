"""`If-Match`: change a resource only if its version is the given one (RFC 9110 §13.1.1)."""

import re

from teppan.domain.errors import InvalidInput, Violation
from teppan.services.precondition import Precondition, any_version

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_LIST = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")


def precondition(if_match: str | None) -> Precondition:
    """Return the precondition in the header; without a header or with `*` every version passes.

    Tags are compared strongly, so a weak tag matches no version. Raises `InvalidInput` for a header
    that is neither `*` nor a list of entity tags, and for a list of weak tags only.
    """
    if if_match is None or if_match.strip(" \t") == "*":
        return any_version
    if not _LIST.fullmatch(if_match):
        raise _invalid('must be * or entity tags such as "3"')
    tags = [tag for tag in re.findall(_TAG, if_match) if not tag.startswith("W/")]
    if not tags:
        raise _invalid('must be the ETag from our response, such as "3", not a weak one (W/)')
    return lambda version: f'"{version}"' in tags


def _invalid(detail: str) -> InvalidInput:
    return InvalidInput([Violation("header", "/If-Match", detail)])
