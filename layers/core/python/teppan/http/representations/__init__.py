"""Domain objects as the JSON of the contract. An absent value is an absent key."""

from typing import Any


def present(**members: Any) -> dict[str, Any]:
    """Return the members whose value is not None."""
    return {name: value for name, value in members.items() if value is not None}
