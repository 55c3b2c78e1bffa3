"""A password for an account whose owner has yet to set one."""

import secrets


def unknown_password() -> str:
    """Return a random password that satisfies the pool's policy, to be forgotten at once."""
    return secrets.token_urlsafe(48)
