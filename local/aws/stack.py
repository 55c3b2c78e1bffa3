"""Stacks of CloudFormation: the local cloud's names, any stack's outputs, and waiting for one."""

import time
from typing import Final

from botocore.client import BaseClient

from local.errors import CommandError

STACK: Final = "teppan-local"
STAGE: Final = "local"
API_ID: Final = "teppan"
_POLL_SECONDS: Final = 0.1
_TIMEOUT_SECONDS: Final = 120


def outputs_of(cloudformation: BaseClient, stack_name: str) -> dict[str, str]:
    """Return the outputs of a stack by name."""
    stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def wait_until_complete(cloudformation: BaseClient, stack_name: str) -> None:
    """Wait until a stack is created or updated. Raises CommandError with the reasons if not."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
        status: str = stack["StackStatus"]
        if status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            return
        if not status.endswith("_IN_PROGRESS"):
            reasons = _reasons(cloudformation, stack_name)
            raise CommandError(f"The stack is {status}:\n{reasons}")
        time.sleep(_POLL_SECONDS)
    raise CommandError(f"CloudFormation did not finish within {_TIMEOUT_SECONDS} s.")


def _reasons(cloudformation: BaseClient, stack_name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    return "\n".join(
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    )
