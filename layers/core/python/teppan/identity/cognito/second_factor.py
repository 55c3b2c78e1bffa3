"""The app client of `make second-factor`, with which an operator sets up a second factor."""

from functools import cache

from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.refusals import refusals
from teppan.identity.errors import IdentityUnavailable, TooManyAttempts
from teppan.observability.log import error_fields, logger
from teppan.settings import required


def is_second_factor_client(pool_id: str, client_id: str) -> bool:
    """Return whether `client_id` is the pool's app client of `make second-factor`.

    Returns False while Cognito is busy or fails: a login must not depend on Cognito's quota, and
    the token then has only the usual scopes.
    """
    try:
        return _name_of(pool_id, client_id) == required("SECOND_FACTOR_CLIENT_NAME")
    except (IdentityUnavailable, TooManyAttempts) as error:
        logger.warning("client unknown", **error_fields(error))
        return False


@cache
def _name_of(pool_id: str, client_id: str) -> str | None:
    """Return the name of an app client; a failure is not cached.

    The function cannot have the client's id as a setting: the client needs the pool, and the pool
    needs the function.
    """
    with refusals({}):
        answer = cognito().list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)
    names = {each["ClientId"]: each["ClientName"] for each in answer["UserPoolClients"]}
    return names.get(client_id)


forget_clients = _name_of.cache_clear
