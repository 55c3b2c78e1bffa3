"""The account of a session, as the user pool has it."""

from teppan.identity.account import Account
from teppan.identity.cognito.directory import Directory
from teppan.identity.errors import SessionEnded


def get_me(accounts: Directory, account_id: str) -> Account:
    """Return the account; raises `SessionEnded` if it is deleted, disabled or not confirmed.

    Also raises `TooManyAttempts` and `IdentityUnavailable`.
    """
    account = accounts.find(account_id)
    if account is None or not (account.is_enabled and account.is_confirmed):
        raise SessionEnded
    return account
