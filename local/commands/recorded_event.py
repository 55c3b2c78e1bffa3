"""The recorded event of a new endpoint: the envelope of another one, for another request."""

import json
import re
from pathlib import Path
from typing import Any, Final

_ENVELOPE: Final = "events/bookings/get_booking.json"
"""A customer's request about one booking, without a body."""


def event_text(root: Path, operation_id: str, method: str, path: str) -> str:
    """Return the event that API Gateway makes of a customer's request to `path`."""
    event: dict[str, Any] = json.loads((root / _ENVELOPE).read_text(encoding="utf-8"))
    known = event["pathParameters"]
    parameters = {name: known[name] for name in re.findall(r"{(\w+)}", path)}
    target = path.format(**parameters)
    context = event["requestContext"]
    stage = context["stage"]
    context |= {
        "resourcePath": path,
        "operationName": operation_id,
        "httpMethod": method,
        "path": f"/{stage}{target}",
    }
    request = {
        "resource": path,
        "path": target,
        "httpMethod": method,
        "pathParameters": parameters or None,
    }
    return json.dumps(event | request, indent=2) + "\n"
