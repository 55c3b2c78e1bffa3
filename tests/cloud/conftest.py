"""Fixtures with the deployed local cloud, one for the whole suite, and its clients."""

import io
import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.client import BaseClient
from local.api import Api
from local.aws.emulator import Aws, grace_of_template
from local.cloud import Cloud, local_cloud
from local.console import Console
from local.demo.users import create_user, log_in, token_of
from local.description import CLOUD_VARIABLE, DemoUser, Description, running_cloud
from local.processes import free_port
from operations.accounts import Accounts
from tests.caches import ANY_TOKEN
from tests.cloud.people import Person

from teppan.identity.cognito.app_client import secret_hash
from teppan.store.table import Table

_GRACE_SECONDS = 2


@dataclass(frozen=True)
class AppClient:
    """An app client and its secret."""

    id: str
    secret: str = field(repr=False)

    def about(self, email: str) -> dict[str, str]:
        """Return the fields of a call about an account, with the secret hash."""
        secret_proof = secret_hash(self.id, self.secret, email)
        return {"ClientId": self.id, "Username": email, "SecretHash": secret_proof}


@dataclass(frozen=True)
class RunningCloud:
    """The cloud under test."""

    description: Description
    path: Path
    """The path of its `cloud.json`."""
    running: Cloud | None
    """The cloud's object, for redeploying; None when another process has started the cloud."""
    refresh_grace_seconds: float
    """The seconds for which a used refresh token stays valid."""
    _clients: dict[str, BaseClient] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        """A client of the API."""
        return Api(self.description.api_url)

    def client(self, service: str) -> BaseClient:
        """Return a boto3 client of the emulator's `service`, as its root user."""
        if service not in self._clients:
            aws = Aws(self.description.aws_endpoint_url, self.description.region)
            self._clients[service] = aws.client(service)
        return self._clients[service]

    @property
    def accounts(self) -> Accounts:
        """The accounts, with administrator's rights."""
        table = Table(self.client("dynamodb"), self.description.table)
        return Accounts(self.client("cognito-idp"), self.description.user_pool_id, table)

    @property
    def app_client(self) -> AppClient:
        """The app client of our functions, with its secret."""
        client = self.client("cognito-idp").describe_user_pool_client(
            UserPoolId=self.description.user_pool_id, ClientId=self.description.client_id
        )["UserPoolClient"]
        return AppClient(client["ClientId"], client["ClientSecret"])


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    """Start a local cloud, or use the running one that TEPPAN_CLOUD names."""
    if CLOUD_VARIABLE in os.environ:
        path = Path(os.environ[CLOUD_VARIABLE])
        yield RunningCloud(running_cloud(), path, None, grace_of_template())
        return
    directory = tmp_path_factory.mktemp("cloud") / "4566"
    with local_cloud(
        free_port(), directory, Console(io.StringIO()), refresh_grace_seconds=_GRACE_SECONDS
    ) as (running, description):
        yield RunningCloud(description, directory / "cloud.json", running, _GRACE_SECONDS)


@pytest.fixture(scope="session")
def api(cloud: RunningCloud) -> Api:
    """Return a client of the API."""
    return cloud.api


@pytest.fixture
def customer_token(cloud: RunningCloud) -> str:
    """Return a new access token of the demo customer."""
    return token_of(cloud.description, "customer")


@pytest.fixture
def admin_token(cloud: RunningCloud) -> str:
    """Return a new access token of the demo admin."""
    return token_of(cloud.description, "admin")


@pytest.fixture(scope="session")
def new_customer(cloud: RunningCloud) -> Callable[[], str]:
    """Return a function that creates a customer and returns the access token."""

    def make() -> str:
        user = DemoUser(f"{uuid.uuid4()}@teppan.example", "Another-customer-2026")
        cognito = cloud.client("cognito-idp")
        create_user(cognito, cloud.description.user_pool_id, user, "customer")
        return log_in(cloud.api, user).access

    return make


@pytest.fixture
def stranger(cloud: RunningCloud) -> Person:
    """Return a person who has not registered."""
    return Person(cloud.description)


@pytest.fixture
def new_member(cloud: RunningCloud) -> Callable[[], Person]:
    """Return a function that creates people with a confirmed account."""

    def make() -> Person:
        person = Person(cloud.description)
        user = DemoUser(person.email, person.password)
        create_user(cloud.client("cognito-idp"), cloud.description.user_pool_id, user, "customer")
        return person

    return make


@pytest.fixture
def member(new_member: Callable[[], Person]) -> Person:
    """Return a person with a confirmed account."""
    return new_member()


CLAIMED_DAYS = range(100, 360)
"""The days from today that the tests may book; the seed and the tour use other days."""


@pytest.fixture(scope="session")
def new_day(api: Api) -> Callable[[], str]:
    """Return a function that returns a date with free slots only, and each date once."""
    today = datetime.now(UTC).date()
    dates = ((today + timedelta(days)).isoformat() for days in CLAIMED_DAYS)
    return lambda: next(date for date in dates if is_free(api, date))


def is_free(api: Api, date: str) -> bool:
    """Return whether every slot of the day is free; a running cloud may have old bookings."""
    query = {"from": date, "to": date}
    answer = api.request("GET", "/api/v1/availability", query=query, token=ANY_TOKEN)
    return all(slot["capacity"] == slot["remaining"] == 1 for slot in answer.json()["slots"])


@pytest.fixture
def day(new_day: Callable[[], str]) -> str:
    """Return a date on which every slot is free."""
    return new_day()
