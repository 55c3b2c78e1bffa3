"""Cognito as the emulator plays it: the template's user pool, started by whoever first needs it."""

import atexit
import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from botocore.client import BaseClient
from local.aws.emulator import emulator
from local.aws.template import load_template
from local.paths import TEMPLATE
from local.processes import free_port
from tests.functions.secrets_manager import keep_client_secret
from tests.store.faults import Fault, Faults

from teppan import aws
from teppan.identity.cognito import client as cognito
from teppan.identity.cognito import directory, user_pool
from teppan.identity.cognito.app_client import secret_hash

CONFIRMATION_CODE: Final = "123456"
RESET_CODE: Final = "654321"
"""The codes that the emulator always sends."""

CONNECTED: Final = (aws.client, cognito.cognito, directory.directory, user_pool.user_pool)
"""What a process keeps of its connection to Cognito."""


@dataclass(frozen=True)
class Emulated:
    """The emulator's pool, and a client that may do anything to it."""

    client: BaseClient
    pool_id: str
    client_id: str
    client_secret: str
    second_factor_client_id: str

    @property
    def settings(self) -> dict[str, str]:
        """What the environment of a function says of it."""
        return {"USER_POOL_CLIENT_ID": self.client_id, "USER_POOL_ID": self.pool_id}

    def about(self, email: str) -> dict[str, str]:
        """Return what a call of our app client about one account says and proves."""
        proof = secret_hash(self.client_id, self.client_secret, email)
        return {"ClientId": self.client_id, "Username": email, "SecretHash": proof}


@cache
def emulated() -> Emulated:
    """Return the emulator's pool; our functions connect to it from now on."""
    running = ExitStack()
    atexit.register(running.close)
    workdir = running.enter_context(tempfile.TemporaryDirectory(prefix="teppan-cognito-"))
    service = running.enter_context(emulator(free_port(), Path(workdir)))
    client = service.client("cognito-idp")
    pool = client.create_user_pool(**_declared(client, "CreateUserPool", "UserPool"))["UserPool"]
    os.environ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] = service.endpoint_url
    for kept in CONNECTED:
        kept.cache_clear()
    ours = _app_client(client, pool["Id"], "UserPoolClient", "teppan")
    keep_client_secret(ours["ClientSecret"])
    operators = _app_client(
        client, pool["Id"], "SecondFactorClient", os.environ["SECOND_FACTOR_CLIENT_NAME"]
    )
    return Emulated(
        client, pool["Id"], ours["ClientId"], ours["ClientSecret"], operators["ClientId"]
    )


def stubbed(call: str, *faults: Fault) -> Faults:
    """Let the next requests of our functions for `call` ("*": any) meet `faults`, one each.

    For what Cognito answers and the emulator can not.
    """
    emulated()
    return Faults(cognito.cognito(), call, *faults)


def _app_client(client: BaseClient, pool_id: str, resource: str, name: str) -> dict[str, Any]:
    declared = _declared(client, "CreateUserPoolClient", resource)
    made: dict[str, Any] = client.create_user_pool_client(
        **declared | {"UserPoolId": pool_id, "ClientName": name}
    )["UserPoolClient"]
    return made


def _declared(client: BaseClient, call: str, resource: str) -> dict[str, Any]:
    """Return what the template declares of a resource, as far as `call` takes it as it stands."""
    taken = client.meta.service_model.operation_model(call).input_shape.members
    properties = load_template(TEMPLATE)["Resources"][resource]["Properties"]
    plain = {
        name: value
        for name, value in properties.items()
        if name in taken and name != "LambdaConfig" and not _is_intrinsic(value)
    }
    return {"PoolName" if resource == "UserPool" else "ClientName": "teppan"} | plain


def _is_intrinsic(value: Any) -> bool:
    return isinstance(value, dict) and any(key == "Ref" or "::" in key for key in value)
