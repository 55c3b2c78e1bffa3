"""A random password for an account whose owner has not set one yet."""

import secrets


def unknown_password() -> str:
    """Return a random password that satisfies the pool's policy; it is never stored."""
    return secrets.token_urlsafe(48)
