"""The log line for an e-mail that is not sent; the caller must not learn of it."""

from teppan.observability.log import logger


def log_unsent(reason: str | None) -> None:
    """Log that no code was sent, with the error code or limit as `reason`, without the address."""
    logger.warning("no code sent", reason=reason)
