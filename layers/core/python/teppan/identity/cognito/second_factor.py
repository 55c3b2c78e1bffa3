"""The app client with which an operator helps somebody set up a second factor."""

from functools import cache

from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.refusals import refusals
from teppan.identity.errors import IdentityUnavailable, TooManyAttempts
from teppan.observability.log import failure_of, logger
from teppan.settings import required


def is_second_factor_client(pool_id: str, client_id: str) -> bool:
    """Return whether the pool's client `client_id` is known as the one of `make second-factor`.

    While Cognito refuses to say, because it is busy or fails, it is not: a login does not depend on
    a quota, and its token opens no more than others.
    """
    try:
        return _name_of(pool_id, client_id) == required("SECOND_FACTOR_CLIENT_NAME")
    except (IdentityUnavailable, TooManyAttempts) as error:
        logger.warning("client unknown", **failure_of(error))
        return False


@cache
def _name_of(pool_id: str, client_id: str) -> str | None:
    """Return the name of a client; a failure is not kept.

    The trigger can not know the id: the pool needs its function first, and a client needs the pool.
    """
    with refusals({}):
        listed = cognito().list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)
    names = {each["ClientId"]: each["ClientName"] for each in listed["UserPoolClients"]}
    return names.get(client_id)


forget_clients = _name_of.cache_clear
