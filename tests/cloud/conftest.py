"""The deployed local cloud, one for the whole suite, and how to talk to it."""

import io
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from botocore.client import BaseClient
from local.api import Api
from local.cloud import Cloud, local_cloud
from local.console import Console
from local.description import CLOUD_VARIABLE, DemoUser, Description, running_cloud
from local.emulator import Aws
from local.processes import free_port
from local.users import access_token, create_user, token_of

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the suite on one worker under `pytest --dist loadgroup`: one cloud is enough."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("cloud"))


@dataclass(frozen=True)
class RunningCloud:
    """The cloud under test."""

    description: Description
    path: Path
    """Its `cloud.json`."""
    running: Cloud | None
    """The handle to redeploy it by; None when somebody else started it."""
    _clients: dict[str, BaseClient] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        """The API, for anybody."""
        return Api(self.description.api_url)

    def client(self, service: str) -> BaseClient:
        """Return a boto3 client of the emulator's `service`, as its root user."""
        if service not in self._clients:
            aws = Aws(self.description.aws_endpoint_url, self.description.region)
            self._clients[service] = aws.client(service)
        return self._clients[service]


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    """A local cloud of this run's own, or the running one that TEPPAN_CLOUD names."""
    if CLOUD_VARIABLE in os.environ:
        yield RunningCloud(running_cloud(), Path(os.environ[CLOUD_VARIABLE]), running=None)
        return
    directory = tmp_path_factory.mktemp("cloud")
    with local_cloud(free_port(), directory, Console(io.StringIO())) as (running, description):
        yield RunningCloud(description, directory / "cloud.json", running)


@pytest.fixture(scope="session")
def api(cloud: RunningCloud) -> Api:
    """The API over HTTP."""
    return cloud.api


@pytest.fixture
def customer_token(cloud: RunningCloud) -> str:
    """A fresh access token of the demo customer."""
    return token_of(cloud.description, "customer")


@pytest.fixture
def admin_token(cloud: RunningCloud) -> str:
    """A fresh access token of the demo admin."""
    return token_of(cloud.description, "admin")


@pytest.fixture
def new_customer(cloud: RunningCloud) -> Callable[[], str]:
    """Make a customer that nobody knows yet; return the access token."""

    def make() -> str:
        user = DemoUser(f"{uuid.uuid4()}@teppan.example", "Another-customer-2026")
        cognito = cloud.client("cognito-idp")
        create_user(cognito, cloud.description.user_pool_id, user, "customer")
        return access_token(cognito, cloud.description.client_id, user)

    return make
