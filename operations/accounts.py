"""Find a stage's user pool and table, and the account that an operator names."""

from dataclasses import dataclass

from botocore.client import BaseClient
from local.arguments import Parser, add_port
from local.aws.emulator import Aws
from local.description import running_cloud
from local.errors import CommandError

from operations.stages import deployed
from teppan.store.table import Table


@dataclass(frozen=True, slots=True)
class Accounts:
    """The user pool with the accounts, and the table with the ends of their sessions."""

    cognito: BaseClient
    user_pool_id: str
    table: Table


@dataclass(frozen=True, slots=True)
class AccountSelection:
    """The account and the stage that an operator names; None is the local cloud on `port`."""

    email: str
    stage: str | None
    port: int | None

    def accounts(self) -> Accounts:
        """Return the stage's user pool and table. Raises CommandError."""
        if not self.stage:
            cloud = running_cloud(self.port)
            aws = Aws(cloud.aws_endpoint_url, cloud.region)
            table = Table(aws.client("dynamodb"), cloud.table)
            return Accounts(aws.client("cognito-idp"), cloud.user_pool_id, table)
        stack = deployed(self.stage)
        table = Table(stack.client("dynamodb"), stack.outputs["TableName"])
        return Accounts(stack.client("cognito-idp"), stack.outputs["UserPoolId"], table)


def read_arguments(command: str, arguments: list[str]) -> AccountSelection:
    """Return the arguments of `make <command>`; without an address, `email` is empty."""
    parser = Parser(prog=f"make {command}")
    parser.add_argument("email", nargs="?", default="", help="of the account")
    parser.add_argument("--stage", help="of the deployed stack; by default the local cloud")
    add_port(parser)
    options = parser.parse_args(arguments)
    return AccountSelection(options.email, options.stage, options.port)


def require_address(command: str, selection: AccountSelection) -> None:
    """Raise CommandError when there is no address."""
    if not selection.email:
        raise CommandError(f"Whose account? make {command} EMAIL=aiko@example.com")
