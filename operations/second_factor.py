"""`make second-factor EMAIL=aiko@example.com STAGE=prod`: set up somebody's authenticator app.

The access tokens of a login are valid for our API only, so a stolen token cannot change a second
factor. This command logs in with AWS credentials and the account's password, which its owner types.
It uses its own app client, whose tokens are valid for Cognito's own calls.
"""

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from local.errors import CommandError

from operations.accounts import Accounts, read_arguments, require_address
from teppan.identity.cognito.app_client import secret_hash
from teppan.identity.password import normalised

_CLIENT_NAME_SUFFIX: Final = "-second-factor"


def main(arguments: list[str]) -> int:
    """Set up the second factor and print what changes; return the exit status."""
    selection = read_arguments("second-factor", arguments)
    try:
        require_address("second-factor", selection)
        accounts = selection.accounts()
        password = getpass.getpass(f"Password of {selection.email}: ")
        set_up(accounts, selection.email, password, _ask_for_code)
    except (EOFError, KeyboardInterrupt):
        sys.stderr.write("Stopped: run it again if logins do not ask for a code.\n")
        return 1
    except (CommandError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"From now on {selection.email} logs in with the app's code as mfa_code.\n")
    return 0


def set_up(accounts: Accounts, email: str, password: str, ask: Callable[[str], str]) -> None:
    """Register an authenticator app with the account and require it at every login.

    `ask` takes the app's secret and returns the code in the app. Raises CommandError and changes
    nothing when the password or the code is wrong, or the account has a second factor.
    """
    cognito, session = accounts.cognito, _Session.begin(accounts, email.lower(), password)
    try:
        key = cognito.associate_software_token(AccessToken=session.access)["SecretCode"]
        cognito.verify_software_token(AccessToken=session.access, UserCode=ask(key))
        cognito.set_user_mfa_preference(
            AccessToken=session.access,
            SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
        )
    except (
        cognito.exceptions.CodeMismatchException,
        cognito.exceptions.EnableSoftwareTokenMFAException,
    ) as error:
        raise CommandError("That is not the code of the app; nothing has changed.") from error
    finally:
        session.end(cognito)


@dataclass(frozen=True, slots=True)
class _Session:
    access: str
    refresh: str
    client: dict[str, Any]

    @classmethod
    def begin(cls, accounts: Accounts, email: str, password: str) -> "_Session":
        cognito, client = accounts.cognito, _client_of(accounts)
        secret_proof = secret_hash(client["ClientId"], client["ClientSecret"], email)
        try:
            answer = cognito.admin_initiate_auth(
                UserPoolId=accounts.user_pool_id,
                ClientId=client["ClientId"],
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={
                    "USERNAME": email,
                    "PASSWORD": normalised(password),
                    "SECRET_HASH": secret_proof,
                },
            )
        except (
            cognito.exceptions.NotAuthorizedException,
            cognito.exceptions.UserNotFoundException,
            cognito.exceptions.UserNotConfirmedException,
        ) as error:
            raise CommandError(
                "No confirmed account has that address and password: register and confirm it first."
            ) from error
        if "AuthenticationResult" not in answer:
            raise CommandError(
                f"The account asks for {answer['ChallengeName']}: see docs/accounts.md, An admin."
            )
        tokens = answer["AuthenticationResult"]
        return cls(tokens["AccessToken"], tokens["RefreshToken"], client)

    def end(self, cognito: BaseClient) -> None:
        cognito.revoke_token(
            ClientId=self.client["ClientId"],
            ClientSecret=self.client["ClientSecret"],
            Token=self.refresh,
        )


def _client_of(accounts: Accounts) -> dict[str, Any]:
    cognito, pool_id = accounts.cognito, accounts.user_pool_id
    clients = cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60)
    for client in clients["UserPoolClients"]:
        if client["ClientName"].endswith(_CLIENT_NAME_SUFFIX):
            described: dict[str, Any] = cognito.describe_user_pool_client(
                UserPoolId=pool_id, ClientId=client["ClientId"]
            )["UserPoolClient"]
            return described
    raise CommandError("The stack has no client for this: deploy the present template first.")


def _ask_for_code(key: str) -> str:
    uri = f"otpauth://totp/{quote('Teppan')}?secret={key}&issuer=Teppan"
    sys.stdout.write(f"Enter this key in the authenticator app: {key}\nor as a link: {uri}\n")
    return "".join(input("The code that the app shows: ").split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
