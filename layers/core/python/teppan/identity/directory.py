"""The accounts of the pool, by the calls that need a right on it."""

from contextlib import suppress
from functools import cache

from botocore.client import BaseClient

from teppan.identity.account import Account, account_of
from teppan.identity.cognito import cognito
from teppan.identity.refusals import GONE, NothingToDoError, refusals
from teppan.settings import required


class Directory:
    """All accounts of one pool, by address, id or user name.

    Every method may raise `TooManyAttempts` and `IdentityUnavailable`.
    """

    def __init__(self, cognito: BaseClient, pool_id: str) -> None:
        """Use the pool `pool_id`."""
        self._client = cognito
        self._pool_id = pool_id

    def find(self, name: str) -> Account | None:
        """Return the account, or None."""
        with suppress(NothingToDoError), refusals(GONE):
            return account_of(self._client.admin_get_user(UserPoolId=self._pool_id, Username=name))
        return None

    def delete(self, account_id: str) -> None:
        """Delete an account; one that is gone already is fine."""
        with suppress(NothingToDoError), refusals(GONE):
            self._client.admin_delete_user(UserPoolId=self._pool_id, Username=account_id)

    def end_sessions(self, account_id: str) -> None:
        """Revoke every token that the account has."""
        with suppress(NothingToDoError), refusals(GONE):
            self._client.admin_user_global_sign_out(UserPoolId=self._pool_id, Username=account_id)


@cache
def directory() -> Directory:
    """Return the pool that `USER_POOL_ID` names, one a process."""
    return Directory(cognito(), required("USER_POOL_ID"))
