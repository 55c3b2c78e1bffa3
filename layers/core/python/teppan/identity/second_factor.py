"""The app client with which an operator helps somebody set up a second factor."""

from functools import cache

from teppan.identity.cognito import cognito
from teppan.identity.refusals import refusals
from teppan.settings import required


@cache
def is_second_factor_client(pool_id: str, client_id: str) -> bool:
    """Return whether the pool's client `client_id` is the one of `make second-factor`.

    Asks for the name, because the trigger can not know the id: the pool needs its function first,
    and a client needs the pool. Raises `TooManyAttempts` and `IdentityUnavailable`, which are not
    kept.
    """
    with refusals({}):
        listed = cognito().list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)
    names = {each["ClientId"]: each["ClientName"] for each in listed["UserPoolClients"]}
    return names.get(client_id) == required("SECOND_FACTOR_CLIENT_NAME")
