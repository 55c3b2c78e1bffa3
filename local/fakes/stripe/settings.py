"""Faults and the sender's policy, changed while the fake runs."""

from dataclasses import asdict, replace
from typing import Any

from local.fakes.stripe.faults import Faults
from local.fakes.stripe.webhooks.sender import Sender


def change_faults(faults: Faults, given: dict[str, Any]) -> dict[str, Any]:
    """Queue a fault, or with `probability` let it strike by chance. Raises ValueError, TypeError.

    `given` are the arguments of Faults.next or Faults.rate.
    """
    if "probability" in given:
        faults.rate(**given)
    else:
        faults.next(**given)
    return given


def change_sender(sender: Sender, given: dict[str, Any]) -> dict[str, Any]:
    """Change what is given of the sender's policy; return all of it. Raises TypeError."""
    sender.policy = replace(sender.policy, **given)
    return asdict(sender.policy)
