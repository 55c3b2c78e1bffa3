"""AWS clients: short timeouts, few retries, traced, and nothing imported beyond botocore."""

from functools import cache

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config

from teppan.observability.trace import tracer

_CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 3},
    user_agent="teppan",
)


@cache
def client(service: str) -> BaseClient:
    """Return the process's one client of an AWS `service`, by the environment's region."""
    tracer.patch(("botocore",))
    return botocore.session.get_session().create_client(service, config=_CONFIG)
