"""`make admin EMAIL=aiko@example.com STAGE=prod`: make an account an admin's.

The person registers and confirms like everybody; no endpoint gives these rights. Without STAGE on
the running local cloud; with it on the stack of samconfig.toml, with the AWS credentials at hand.
"""

import argparse
import sys
import tomllib
from typing import Any, Final

import boto3
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from local.description import running_cloud
from local.emulator import Aws
from local.errors import LocalCloudError
from local.paths import SAMCONFIG
from local.processes import port_number

GROUP: Final = "admin"
# Where template.yaml sets ADMIN_MFA to required.
_WITH_MFA: Final = "prod"


def main(arguments: list[str]) -> int:
    """Add the account to the group and say what follows; return the exit status."""
    parser = argparse.ArgumentParser(prog="make admin")
    parser.add_argument("email", nargs="?", default="", help="of the account")
    parser.add_argument("--stage", help="of the deployed stack; the local cloud when left out")
    parser.add_argument(
        "--port", type=port_number, help="of the local cloud; the one started last when left out"
    )
    options = parser.parse_args(arguments)
    try:
        if not options.email:
            raise LocalCloudError("Whose account? make admin EMAIL=aiko@example.com")
        if options.stage:
            cognito, pool_id = _deployed(options.stage)
        else:
            cognito, pool_id = _local(options.port)
        has_mfa = make_admin(cognito, pool_id, options.email)
    except (LocalCloudError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{options.email} is an admin from the next login or refresh on.\n")
    if options.stage == _WITH_MFA and not has_mfa:
        sys.stdout.write(
            "It has no second factor yet: in prod an admin's rights start once it has one, see\n"
            "docs/identity.md.\n"
        )
    return 0


def make_admin(cognito: BaseClient, pool_id: str, email: str) -> bool:
    """Add the account of `email` to the group of admins; return whether it has a second factor.

    Raises LocalCloudError when there is no such account or it is not confirmed.
    """
    try:
        account = cognito.admin_get_user(UserPoolId=pool_id, Username=email.lower())
    except cognito.exceptions.UserNotFoundException as error:
        raise LocalCloudError(f"There is no account of {email}: register it first.") from error
    if account["UserStatus"] != "CONFIRMED":
        raise LocalCloudError(
            f"The account of {email} is not confirmed ({account['UserStatus']}): confirm it first."
        )
    cognito.admin_add_user_to_group(
        UserPoolId=pool_id, Username=account["Username"], GroupName=GROUP
    )
    return "SOFTWARE_TOKEN_MFA" in account.get("UserMFASettingList", [])


def _local(port: int | None) -> tuple[BaseClient, str]:
    cloud = running_cloud(port)
    return Aws(cloud.aws_endpoint_url, cloud.region).client("cognito-idp"), cloud.user_pool_id


def _deployed(stage: str) -> tuple[BaseClient, str]:
    section = _section(stage)
    region = section["global"]["parameters"]["region"]
    name = section["deploy"]["parameters"]["stack_name"]
    described = boto3.client("cloudformation", region).describe_stacks(StackName=name)
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Stacks"][0]["Outputs"]}
    return boto3.client("cognito-idp", region), outputs["UserPoolId"]


def _section(stage: str) -> dict[str, Any]:
    """Return what samconfig.toml says of a stage; `dev` is its default."""
    sections = {
        section["deploy"]["parameters"]["stack_name"].removeprefix("teppan-"): section
        for section in tomllib.loads(SAMCONFIG.read_text(encoding="utf-8")).values()
        if isinstance(section, dict)
    }
    if stage not in sections:
        raise LocalCloudError(f"There is no stage {stage!r}: choose {', '.join(sections)}.")
    return sections[stage]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
