"""The emulated Cognito with the template's user pool. It starts when a test first needs it."""

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
"""The emulator always sends these codes."""

CONNECTED: Final = (aws.client, cognito.cognito, directory.directory, user_pool.user_pool)
"""The cached functions that hold a process's connection to Cognito."""


@dataclass(frozen=True)
class Emulated:
    """The emulator's user pool, and a client with all rights on it."""

    client: BaseClient
    pool_id: str
    client_id: str
    client_secret: str
    second_factor_client_id: str

    @property
    def settings(self) -> dict[str, str]:
        """The environment variables of a function that name the pool and its client."""
        return {"USER_POOL_CLIENT_ID": self.client_id, "USER_POOL_ID": self.pool_id}

    def about(self, email: str) -> dict[str, str]:
        """Return the parameters with which our app client names and proves one account."""
        proof = secret_hash(self.client_id, self.client_secret, email)
        return {"ClientId": self.client_id, "Username": email, "SecretHash": proof}


@cache
def emulated() -> Emulated:
    """Return the emulator's pool, and let our functions connect to it from now on."""
    resources = ExitStack()
    atexit.register(resources.close)
    workdir = resources.enter_context(tempfile.TemporaryDirectory(prefix="teppan-cognito-"))
    service = resources.enter_context(emulator(free_port(), Path(workdir), remove_workdir=True))
    client = service.client("cognito-idp")
    pool = client.create_user_pool(**_declared(client, "CreateUserPool", "UserPool"))["UserPool"]
    os.environ["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] = service.endpoint_url
    for cached in CONNECTED:
        cached.cache_clear()
    api_client = _app_client(client, pool["Id"], "UserPoolClient", "teppan")
    keep_client_secret(api_client["ClientSecret"])
    second_factor_client = _app_client(
        client, pool["Id"], "SecondFactorClient", os.environ["SECOND_FACTOR_CLIENT_NAME"]
    )
    return Emulated(
        client,
        pool["Id"],
        api_client["ClientId"],
        api_client["ClientSecret"],
        second_factor_client["ClientId"],
    )


def stubbed(call: str, *faults: Fault) -> Faults:
    """Let the next requests of our functions for `call` ("*": any) fail with `faults`, one each.

    For answers of Cognito that the emulator does not give.
    """
    emulated()
    return Faults(cognito.cognito(), call, *faults)


def _app_client(client: BaseClient, pool_id: str, resource: str, name: str) -> dict[str, Any]:
    declared = _declared(client, "CreateUserPoolClient", resource)
    app_client: dict[str, Any] = client.create_user_pool_client(
        **declared | {"UserPoolId": pool_id, "ClientName": name}
    )["UserPoolClient"]
    return app_client


def _declared(client: BaseClient, call: str, resource: str) -> dict[str, Any]:
    """Return the literal properties of a resource in the template that `call` accepts."""
    accepted = client.meta.service_model.operation_model(call).input_shape.members
    properties = load_template(TEMPLATE)["Resources"][resource]["Properties"]
    literals = {
        name: value
        for name, value in properties.items()
        if name in accepted and name != "LambdaConfig" and not _is_intrinsic(value)
    }
    return {"PoolName" if resource == "UserPool" else "ClientName": "teppan"} | literals


def _is_intrinsic(value: Any) -> bool:
    return isinstance(value, dict) and any(key == "Ref" or "::" in key for key in value)
