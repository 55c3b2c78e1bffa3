"""AWS clients: short timeouts, few retries, traced, and nothing imported beyond botocore."""

from functools import cache
from threading import Lock
from typing import Final

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ConnectionError as AwsConnectionError
from botocore.exceptions import HTTPClientError

from teppan.observability.trace import tracer

UNREACHABLE: Final = (AwsConnectionError, HTTPClientError)
"""What a client raises when the service can not be reached, or does not answer in time."""

_CONFIG: Final = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    user_agent="teppan",
)
_CONFIGS: Final = {
    # It sends mails and calls triggers; and a code that it has taken is refused the second time.
    "cognito-idp": _CONFIG.merge(Config(read_timeout=5, retries={"total_max_attempts": 1})),
}
_MAKING: Final = Lock()


@cache
def client(service: str) -> BaseClient:
    """Return the process's one client of an AWS `service`, by the environment's region.

    Clients may be shared by threads; making one may not.
    """
    with _MAKING:
        tracer.patch(("botocore",))
        return botocore.session.get_session().create_client(
            service, config=_CONFIGS.get(service, _CONFIG)
        )
