"""Domain objects as the JSON that the contract promises; an absent value is an absent key."""

from typing import Any


def present(**members: Any) -> dict[str, Any]:
    """Return the members that have a value."""
    return {name: value for name, value in members.items() if value is not None}
