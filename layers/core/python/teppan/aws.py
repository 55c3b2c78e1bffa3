"""AWS clients of botocore: short timeouts, few retries, traced."""

from functools import cache
from threading import Lock
from typing import Final

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ConnectionError as AwsConnectionError
from botocore.exceptions import HTTPClientError

UNREACHABLE: Final = (AwsConnectionError, HTTPClientError)
"""The errors of a client if the service cannot be reached or does not answer in time."""

_CONFIG: Final = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    user_agent="teppan",
)
_CONFIGS: Final = {
    # Slower: it sends mails and calls triggers. No retries: it accepts a code only once.
    "cognito-idp": _CONFIG.merge(Config(read_timeout=5, retries={"total_max_attempts": 1})),
}
_CLIENT_LOCK: Final = Lock()


@cache
def client(service: str, limit_seconds: float | None = None) -> BaseClient:
    """Return the process's one client of an AWS `service`, in the environment's region.

    With `limit_seconds` a call is tried once, and connecting and each answer take at most so long.
    Threads may share a client, but botocore's creation of a client is not thread-safe.
    """
    # X-Ray's package reads the AWS settings when imported. The commands of operators, which use
    # other clients, do not import it.
    from teppan.observability.trace import tracer  # noqa: PLC0415

    with _CLIENT_LOCK:
        tracer.patch(("botocore",))
        config = _CONFIGS.get(service, _CONFIG)
        if limit_seconds is not None:
            config = config.merge(
                Config(
                    connect_timeout=limit_seconds,
                    read_timeout=limit_seconds,
                    retries={"mode": "standard", "total_max_attempts": 1},
                )
            )
        return botocore.session.get_session().create_client(service, config=config)
