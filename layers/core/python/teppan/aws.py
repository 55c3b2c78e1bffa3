"""AWS clients: short timeouts, few retries, traced, and nothing imported beyond botocore."""

from functools import cache
from typing import Final

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ConnectionError as AwsConnectionError
from botocore.exceptions import HTTPClientError

from teppan.observability.trace import tracer

UNREACHABLE: Final = (AwsConnectionError, HTTPClientError)
"""What a client raises when the service can not be reached, or does not answer in time."""

_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    user_agent="teppan",
)


@cache
def client(service: str) -> BaseClient:
    """Return the process's one client of an AWS `service`, by the environment's region."""
    tracer.patch(("botocore",))
    return botocore.session.get_session().create_client(service, config=_CONFIG)
