"""The client of Cognito, whose errors quote nothing."""

from functools import cache

from botocore.client import BaseClient

from teppan.aws import client
from teppan.identity.cognito.refusals import quote_nothing


@cache
def cognito() -> BaseClient:
    """Return the process's one client of Cognito's user pools."""
    made = client("cognito-idp")
    made.meta.events.register("after-call.cognito-idp", quote_nothing)
    return made
