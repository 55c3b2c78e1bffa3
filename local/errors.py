"""The error of our commands, for the person who runs them."""


class CommandError(Exception):
    """An error whose message states the problem and the remedy; printed without a traceback."""
