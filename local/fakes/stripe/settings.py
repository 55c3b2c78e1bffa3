"""Change the faults and the sender's policy while the fake runs."""

from dataclasses import asdict, replace
from typing import Any

from local.fakes.stripe.faults import Faults
from local.fakes.stripe.webhooks.sender import Sender


def change_faults(faults: Faults, arguments: dict[str, Any]) -> dict[str, Any]:
    """Queue a fault, or set its `probability`. Raises ValueError, TypeError.

    `arguments` are those of Faults.fail_next or Faults.set_rate.
    """
    if "probability" in arguments:
        faults.set_rate(**arguments)
    else:
        faults.fail_next(**arguments)
    return arguments


def change_sender(sender: Sender, arguments: dict[str, Any]) -> dict[str, Any]:
    """Change fields of the sender's policy and return the whole policy. Raises TypeError."""
    sender.policy = replace(sender.policy, **arguments)
    return asdict(sender.policy)
