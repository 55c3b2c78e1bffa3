"""The log of a function of the deployed stack."""

from typing import Final

from botocore.client import BaseClient

_LAST_LINES: Final = 30


def end_of_log(logs: BaseClient, function_name: str) -> str:
    """Return the last lines of a function's log; `logs` is a client of CloudWatch Logs."""
    try:
        answer = logs.filter_log_events(logGroupName=f"/aws/lambda/{function_name}")
    except logs.exceptions.ResourceNotFoundException:
        return "It has not run."
    lines = [line for event in answer["events"] for line in event["message"].splitlines()]
    return "\n".join(f"  {line}" for line in lines[-_LAST_LINES:])
