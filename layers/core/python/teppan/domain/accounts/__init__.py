"""Sessions, and limits on attempts with passwords and codes."""
