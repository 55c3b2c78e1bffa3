"""Which app client sets up second factors: known by its name, asked for once."""

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber
from tests.unit.conftest import LogLines

from teppan.identity.cognito import second_factor
from teppan.identity.cognito.second_factor import is_second_factor_client

POOL = "us-west-2_Qm7rT2xKd"
CLIENTS = {"operators": "teppan-second-factor", "ours": "teppan"}
LISTED = {
    "UserPoolClients": [
        {"ClientId": client_id, "UserPoolId": POOL, "ClientName": name}
        for client_id, name in CLIENTS.items()
    ]
}


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    second_factor.forget_clients()
    yield
    second_factor.forget_clients()


@pytest.mark.parametrize(
    ("client_id", "is_theirs"), [("operators", True), ("ours", False), ("unknown", False)]
)
def test_the_second_factor_client_is_recognised_by_its_name(
    stub: Stubber, client_id: str, is_theirs: bool
) -> None:
    stub.add_response("list_user_pool_clients", LISTED, {"UserPoolId": POOL, "MaxResults": 60})

    assert is_second_factor_client(POOL, client_id) is is_theirs
    assert is_second_factor_client(POOL, client_id) is is_theirs


@pytest.mark.parametrize("code", ["InternalErrorException", "TooManyRequestsException"])
def test_an_unknown_client_name_is_false_and_not_cached(
    stub: Stubber, logged: LogLines, code: str
) -> None:
    stub.add_client_error("list_user_pool_clients", code)
    assert not is_second_factor_client(POOL, "operators")
    assert [line["message"] for line in logged()] == ["client unknown"]

    stub.add_response("list_user_pool_clients", LISTED)
    assert is_second_factor_client(POOL, "operators")
