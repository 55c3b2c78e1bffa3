"""The structured log. Bodies, headers and messages of foreign errors never enter it."""

import hashlib
import traceback
from typing import Any, Final

from aws_lambda_powertools import Logger

_LONGEST: Final = 100
"""The most characters that are logged of somebody else's code."""

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


def account_in_log(account_id: str, stage: str) -> str:
    """Return the name that an account has in the log of a stage: a hash of both.

    Whoever has the id finds the lines of the account; the lines alone lead to no account.
    """
    return hashlib.sha256(f"{stage}/{account_id}".encode()).hexdigest()[:16]


def _code_of(error: BaseException) -> str | None:
    """Return the word by which AWS, Stripe or we ourselves name the error, if there is one."""
    response: Any = getattr(error, "response", None)
    of_aws = isinstance(response, dict)
    code = response.get("Error", {}).get("Code") if of_aws else getattr(error, "code", None)
    return code[:_LONGEST] if isinstance(code, str) else None
