"""The client of Cognito. The messages of its errors are dropped."""

from functools import cache

from botocore.client import BaseClient

from teppan.aws import client
from teppan.identity.cognito.refusals import drop_error_message


@cache
def cognito() -> BaseClient:
    """Return the client of Cognito's user pools, one a process."""
    cognito_client = client("cognito-idp")
    cognito_client.meta.events.register("after-call.cognito-idp", drop_error_message)
    return cognito_client
