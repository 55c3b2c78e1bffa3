"""The structured log. It never contains bodies, headers or messages of third-party errors."""

import hashlib
import traceback
from typing import Any, Final

from aws_lambda_powertools import Logger

_MAX_CODE_LENGTH: Final = 100
"""The maximum number of characters that are logged of a third party's error code."""

logger = Logger(use_rfc3339=True, utc=True)


def error_fields(error: BaseException) -> dict[str, Any]:
    """Return log fields for an unexpected error, without its message: it may quote user input."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__qualname__,
        "error_code": _code_of(error),
        "cause": error_fields(error.__cause__) if error.__cause__ else None,
        "stack": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def account_pseudonym(account_id: str, stage: str) -> str:
    """Return the pseudonym of an account in the log of a stage: a hash of both.

    An engineer who has the account id can find its log lines. The lines alone do not identify the
    account.
    """
    return hashlib.sha256(f"{stage}/{account_id}".encode()).hexdigest()[:16]


def _code_of(error: BaseException) -> str | None:
    """Return the error code of an AWS error, a Stripe error or one of ours, or None."""
    response: Any = getattr(error, "response", None)
    is_aws_error = isinstance(response, dict)
    code = response.get("Error", {}).get("Code") if is_aws_error else getattr(error, "code", None)
    return code[:_MAX_CODE_LENGTH] if isinstance(code, str) else None
