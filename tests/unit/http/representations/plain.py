"""A representation as a client reads it."""

import json
from typing import Any


def plain(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as JSON turns it out: enums and dates are texts."""
    found: dict[str, Any] = json.loads(json.dumps(document))
    return found
