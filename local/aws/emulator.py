"""Run ministack, the AWS emulator, with Lambda, API Gateway, Cognito, DynamoDB and others."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import boto3
import botocore.session
from botocore.client import BaseClient
from botocore.config import Config

from local.aws.environment import ROOT_CREDENTIALS
from local.aws.template import load_template, resources_of_type
from local.errors import CommandError
from local.paths import EMULATOR_PATCHES, MINISTACK_PYTHON, TEMPLATE
from local.processes import (
    CONTAINERS_HOST,
    FORWARDER,
    HOST,
    inherited_environment,
    is_port_taken,
    next_free_port,
    server,
)

REGION: Final = "us-west-2"


@dataclass(frozen=True, slots=True)
class Aws:
    """The emulator's address, and boto3 clients for it."""

    endpoint_url: str
    region: str = REGION

    def client(self, service: str) -> BaseClient:
        """Return a boto3 client of `service`, signed with the emulator's root credentials.

        The developer's AWS settings and proxies do not change it.
        """
        client: BaseClient = _session().client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=ROOT_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ROOT_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(
                proxies={}, s3={"addressing_style": "path"}, retries={"total_max_attempts": 2}
            ),
        )
        return client


@cache
def _session() -> boto3.Session:
    """Return a session with botocore's defaults: without variables and files of the developer."""
    variables = {
        name: (None, None, default, convert)
        for name, (_, _, default, convert) in botocore.session.Session.SESSION_VARIABLES.items()
    }
    for file in ("config_file", "credentials_file"):
        variables[file] = (None, None, os.devnull, None)
    return boto3.Session(botocore_session=botocore.session.Session(variables))


def require_free_port(port: int, argument: str = "PORT") -> None:
    """Raise CommandError when `port` is in use; `argument` is the make argument that sets it."""
    if is_port_taken(port):
        raise CommandError(
            f"Port {port} is in use, perhaps by another local cloud. Stop that program, "
            f"or choose another port: make dev {argument}={next_free_port(port)}"
        )


@contextmanager
def emulator(
    port: int,
    workdir: Path,
    keep_in: Path | None = None,
    *,
    refresh_grace_seconds: float | None = None,
    remove_workdir: bool = False,
    layers_directory: Path | None = None,
) -> Iterator[Aws]:
    """Run the emulator on `port` until the block ends, with IAM enforced.

    The emulator writes below `workdir` only, except for unpacked layers, which it leaves in
    `layers_directory`. With `remove_workdir` the folder is removed at the end. With `keep_in` it
    loads its state from that folder and saves the state there when it stops. A refresh token stays
    valid for `refresh_grace_seconds` after its first use; the default is the template's figure.
    Raises CommandError when the port is taken or the emulator cannot start.
    """
    if not MINISTACK_PYTHON.is_file():
        raise CommandError("The emulator is not installed: run `make dev` or `make test`.")
    require_free_port(port)
    if refresh_grace_seconds is None:
        refresh_grace_seconds = grace_of_template()
    env = _environment(port, workdir, refresh_grace_seconds)
    env["LAYERS_DIRECTORY"] = str(layers_directory or workdir / "layers")
    if keep_in is not None:
        env |= {"PERSIST_STATE": "1", "STATE_DIR": str(keep_in)}
        keep_in.mkdir(parents=True, exist_ok=True)
    with server(
        "emulator",
        # Only the folder of the patches is on the emulator's import path, none of our packages.
        [MINISTACK_PYTHON, "-P", EMULATOR_PATCHES],
        port=port,
        workdir=workdir,
        ready_path="/_ministack/ready",
        env=env,
        remove_workdir=remove_workdir,
    ):
        yield Aws(endpoint_url=f"http://{HOST}:{port}")


def _environment(port: int, workdir: Path, refresh_grace_seconds: float) -> dict[str, str]:
    """Return the emulator's environment.

    The functions inherit it, so it has no other variables of the developer's environment.
    """
    temporary = workdir / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return inherited_environment() | {
        "AUTH": "true",
        "BIND_HOST": HOST,
        "CONTAINERS_HOST": CONTAINERS_HOST,
        "FORWARDER": FORWARDER,
        "GATEWAY_PORT": str(port),
        "HOME": str(workdir),
        "IOT_MTLS_ENABLED": "0",
        # With this, a trigger that fails also fails the login, as on AWS.
        "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
        "MINISTACK_REGION": REGION,
        "REFRESH_GRACE_SECONDS": str(refresh_grace_seconds),
        "SFTP_ENABLED": "0",
        "TMPDIR": str(temporary),
        "TZ": "UTC",
    }


def grace_of_template() -> int:
    """Return the seconds for which the template's client accepts a used refresh token again."""
    clients = resources_of_type(load_template(TEMPLATE), "AWS::Cognito::UserPoolClient")
    rotation = next(iter(clients.values()))["Properties"]["RefreshTokenRotation"]
    seconds: int = rotation["RetryGracePeriodSeconds"]
    return seconds
