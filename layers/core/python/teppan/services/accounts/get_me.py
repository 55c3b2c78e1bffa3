"""The account behind a session, as the pool knows it."""

from teppan.identity.account import Account
from teppan.identity.cognito.directory import Directory
from teppan.identity.errors import SessionEnded


def get_me(accounts: Directory, account_id: str) -> Account:
    """Return the account; raises `SessionEnded` when it is gone, disabled or not confirmed.

    Raises `TooManyAttempts` and `IdentityUnavailable` too.
    """
    account = accounts.find(account_id)
    if account is None or not (account.is_enabled and account.is_confirmed):
        raise SessionEnded
    return account
