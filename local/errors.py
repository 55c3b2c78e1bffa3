"""The one error of this package: something a developer can read and act on."""


class LocalCloudError(Exception):
    """A sentence that says what is wrong and what to do; shown without a traceback."""
