"""`If-Match`: change a thing only as the version that the caller has seen (RFC 9110 §13.1.1)."""

import re

from teppan.domain.errors import InvalidInput, Violation
from teppan.services.precondition import Precondition, any_version

_TAG = r'(?:W/)?"[\x21\x23-\x7e]*"'
_LIST = re.compile(rf"\s*{_TAG}(?:\s*,\s*{_TAG})*\s*")


def precondition(if_match: str | None) -> Precondition:
    """Return the test that the header puts on a version; without one every version passes.

    Raises `InvalidInput` for a header that is neither `*` nor a list of entity tags.
    """
    if if_match is None or if_match.strip() == "*":
        return any_version
    if not _LIST.fullmatch(if_match):
        detail = 'If-Match must be * or entity tags such as "3".'
        raise InvalidInput([Violation("header", "/If-Match", detail)])
    tags = re.findall(_TAG, if_match)
    return lambda version: f'"{version}"' in tags
