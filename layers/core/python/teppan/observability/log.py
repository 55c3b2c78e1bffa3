"""The structured log. Bodies, headers and messages of foreign errors never enter it."""

import traceback
from typing import Any

from aws_lambda_powertools import Logger

logger = Logger(use_rfc3339=True, utc=True)


def failure_of(error: BaseException) -> dict[str, Any]:
    """Describe an unexpected error without its message, which may quote what a person sent."""
    frames = traceback.extract_tb(error.__traceback__)
    response = getattr(error, "response", None)
    return {
        "error": type(error).__qualname__,
        "error_code": response.get("Error", {}).get("Code") if isinstance(response, dict) else None,
        "cause": failure_of(error.__cause__) if error.__cause__ else None,
        "stack": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
