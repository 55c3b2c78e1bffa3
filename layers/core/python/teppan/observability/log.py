"""The structured log. Bodies, headers and messages of foreign errors never enter it."""

import traceback
from typing import Any

from aws_lambda_powertools import Logger

logger = Logger(use_rfc3339=True, utc=True)


def failure_of(error: BaseException) -> dict[str, Any]:
    """Describe an unexpected error without its message, which may quote what a person sent."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__qualname__,
        "error_code": _code_of(error),
        "cause": failure_of(error.__cause__) if error.__cause__ else None,
        "stack": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _code_of(error: BaseException) -> str | None:
    """Return the word by which AWS, Stripe or we ourselves name the error, if there is one."""
    response: Any = getattr(error, "response", None)
    of_aws = isinstance(response, dict)
    code = response.get("Error", {}).get("Code") if of_aws else getattr(error, "code", None)
    return code if isinstance(code, str) else None
