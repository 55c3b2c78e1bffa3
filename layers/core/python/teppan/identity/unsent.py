"""Mails that are not sent: nobody but the log may know."""

from teppan.observability.log import logger


def log_unsent(reason: str | None) -> None:
    """Log that no code was sent, and by which error code or limit; nothing of whom it was for."""
    logger.warning("no code sent", reason=reason)
