"""The error that this package raises for a developer to read."""


class LocalCloudError(Exception):
    """An error whose message states the problem and the remedy; printed without a traceback."""
