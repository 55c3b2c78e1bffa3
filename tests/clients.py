"""New clients of AWS for single tests. All are made from one session of botocore.

A session reads the models of a service once, which takes 30 times as long as the rest.
"""

from functools import cache
from unittest.mock import patch

import botocore.session
from botocore.client import BaseClient

from teppan import aws

_session = cache(botocore.session.Session)


def new_client(service: str) -> BaseClient:
    """Return a client as our functions make it, with all its retries left."""
    with patch.object(botocore.session, "get_session", _session):
        client: BaseClient = aws.client.__wrapped__(service)
    return client
