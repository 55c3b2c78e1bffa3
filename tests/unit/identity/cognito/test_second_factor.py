"""The app client that sets up second factors: recognised by its name, which is cached."""

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber
from tests.unit.conftest import LogLines

from teppan.identity.cognito import second_factor
from teppan.identity.cognito.second_factor import is_second_factor_client

POOL = "us-west-2_Qm7rT2xKd"
CLIENTS = {"operators": "teppan-second-factor", "ours": "teppan"}
CLIENT_LIST = {
    "UserPoolClients": [
        {"ClientId": client_id, "UserPoolId": POOL, "ClientName": name}
        for client_id, name in CLIENTS.items()
    ]
}


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    second_factor.forget_clients()
    yield
    second_factor.forget_clients()


@pytest.mark.parametrize(
    ("client_id", "is_second_factor"), [("operators", True), ("ours", False), ("unknown", False)]
)
def test_the_second_factor_client_is_recognised_by_its_name(
    stub: Stubber, client_id: str, is_second_factor: bool
) -> None:
    stub.add_response("list_user_pool_clients", CLIENT_LIST, {"UserPoolId": POOL, "MaxResults": 60})

    assert is_second_factor_client(POOL, client_id) is is_second_factor
    assert is_second_factor_client(POOL, client_id) is is_second_factor


@pytest.mark.parametrize("code", ["InternalErrorException", "TooManyRequestsException"])
def test_an_unknown_client_name_is_false_and_not_cached(
    stub: Stubber, logged: LogLines, code: str
) -> None:
    stub.add_client_error("list_user_pool_clients", code)
    assert not is_second_factor_client(POOL, "operators")
    assert [line["message"] for line in logged()] == ["client unknown"]

    stub.add_response("list_user_pool_clients", CLIENT_LIST)
    assert is_second_factor_client(POOL, "operators")
