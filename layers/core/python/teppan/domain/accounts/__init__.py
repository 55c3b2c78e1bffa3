"""Rules of sessions and of guessing passwords and codes."""
