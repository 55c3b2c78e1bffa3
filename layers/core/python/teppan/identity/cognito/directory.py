"""The accounts of the pool, through the calls that need an IAM permission."""

from contextlib import suppress
from functools import cache

from botocore.client import BaseClient

from teppan.identity.account import Account, account_of
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.refusals import (
    ACCOUNT_NOT_FOUND,
    NOT_SETTABLE,
    NothingToDoError,
    refusals,
)
from teppan.identity.cognito.unknown_password import unknown_password
from teppan.settings import required


class Directory:
    """All accounts of one pool. A `name` is an e-mail address, an id or a user name.

    Every method may raise `TooManyAttempts` and `IdentityUnavailable`.
    """

    def __init__(self, cognito: BaseClient, pool_id: str) -> None:
        """Use the pool `pool_id`."""
        self._client = cognito
        self._pool_id = pool_id

    def find(self, name: str) -> Account | None:
        """Return the account, or None."""
        with suppress(NothingToDoError), refusals(ACCOUNT_NOT_FOUND):
            return account_of(self._client.admin_get_user(UserPoolId=self._pool_id, Username=name))
        return None

    def set_password(self, name: str, password: str) -> None:
        """Set a permanent password.

        Raises `InvalidInput` for a password that the pool refuses, and `InvalidCode` if the account
        no longer exists.
        """
        with refusals(NOT_SETTABLE):
            self._client.admin_set_user_password(
                UserPoolId=self._pool_id, Username=name, Password=password, Permanent=True
            )

    def enable_password_reset(self, name: str) -> None:
        """Make an account that staff created in the console able to reset its password by e-mail.

        Cognito sends no code to an account in the status FORCE_CHANGE_PASSWORD. A random password
        ends that status. The code that the owner sends back then proves the address.
        """
        with suppress(NothingToDoError), refusals(ACCOUNT_NOT_FOUND):
            self._client.admin_update_user_attributes(
                UserPoolId=self._pool_id,
                Username=name,
                UserAttributes=[{"Name": "email_verified", "Value": "true"}],
            )
            self._client.admin_set_user_password(
                UserPoolId=self._pool_id, Username=name, Password=unknown_password(), Permanent=True
            )

    def end_sessions(self, name: str) -> None:
        """Revoke all tokens of the account."""
        with suppress(NothingToDoError), refusals(ACCOUNT_NOT_FOUND):
            self._client.admin_user_global_sign_out(UserPoolId=self._pool_id, Username=name)


@cache
def directory() -> Directory:
    """Return the pool that `USER_POOL_ID` names, one a process."""
    return Directory(cognito(), required("USER_POOL_ID"))
