"""The calls that need a right on the pool: exactly what is sent, and what a refusal means."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from botocore.stub import Stubber
from tests.builders import CUSTOMER
from tests.unit.identity.conftest import Wire

from teppan.identity.account import Account
from teppan.identity.cognito import cognito
from teppan.identity.directory import Directory, directory
from teppan.identity.errors import IdentityUnavailable, TooManyAttempts
from teppan.settings import MissingSettingError

POOL = "us-west-2_Qm7rT2xKd"
EMAIL = "aiko@example.com"
ABOUT = {"UserPoolId": POOL, "Username": CUSTOMER}

CALLS: dict[str, Callable[[Directory], object]] = {
    "admin_get_user": lambda accounts: accounts.find(CUSTOMER),
    "admin_delete_user": lambda accounts: accounts.delete(CUSTOMER),
    "admin_user_global_sign_out": lambda accounts: accounts.end_sessions(CUSTOMER),
}

each_call = pytest.mark.parametrize("operation", CALLS)


@pytest.fixture
def accounts() -> Directory:
    return Directory(cognito(), POOL)


def found(status: str = "CONFIRMED") -> dict[str, Any]:
    attributes = {"sub": CUSTOMER, "email": EMAIL, "email_verified": "true"}
    return {
        "Username": CUSTOMER,
        "UserAttributes": [{"Name": name, "Value": text} for name, text in attributes.items()],
        "UserStatus": status,
        "UserMFASettingList": ["SOFTWARE_TOKEN_MFA"],
    }


@pytest.mark.parametrize(("status", "confirmed"), [("CONFIRMED", True), ("UNCONFIRMED", False)])
def test_an_account_is_found_by_its_address(
    stub: Stubber, accounts: Directory, status: str, confirmed: bool
) -> None:
    sent = {"UserPoolId": POOL, "Username": EMAIL}
    stub.add_response("admin_get_user", found(status), sent)

    assert accounts.find(EMAIL) == Account(
        id=CUSTOMER, email=EMAIL, email_verified=True, mfa_enabled=True, is_confirmed=confirmed
    )


@pytest.mark.parametrize("operation", ["admin_delete_user", "admin_user_global_sign_out"])
def test_an_account_is_deleted_and_signed_out_by_its_id(
    stub: Stubber, accounts: Directory, operation: str
) -> None:
    stub.add_response(operation, {}, ABOUT)

    assert CALLS[operation](accounts) is None


@each_call
def test_an_account_that_is_gone_is_nothing_to_worry_about(
    stub: Stubber, accounts: Directory, operation: str
) -> None:
    stub.add_client_error(operation, "UserNotFoundException", expected_params=ABOUT)

    assert CALLS[operation](accounts) is None


@each_call
@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("TooManyRequestsException", TooManyAttempts),
        ("InternalErrorException", IdentityUnavailable),
        ("NotAuthorizedException", ClientError),
        ("InvalidParameterException", ClientError),
        ("ResourceNotFoundException", ClientError),
        ("AccessDeniedException", ClientError),
    ],
)
def test_a_refusal_is_told_apart_from_our_own_mistakes(
    stub: Stubber, accounts: Directory, operation: str, code: str, meaning: type[Exception]
) -> None:
    stub.add_client_error(operation, code)

    with pytest.raises(meaning):
        CALLS[operation](accounts)


@each_call
def test_out_of_reach_it_can_be_tried_again(
    wire: Wire, accounts: Directory, operation: str
) -> None:
    wire.failure = ConnectTimeoutError(endpoint_url="https://cognito")

    with pytest.raises(IdentityUnavailable):
        CALLS[operation](accounts)

    assert len(wire.sent) == 1


class TestOfTheProcess:
    @pytest.fixture(autouse=True)
    def read_anew(self) -> Iterator[None]:
        """The environment is read once a process; here it is read once a test."""
        directory.cache_clear()
        yield
        directory.cache_clear()

    def test_the_pool_is_the_one_that_the_environment_names(
        self, stub: Stubber, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("USER_POOL_ID", "us-west-2_another")
        sent = {"UserPoolId": "us-west-2_another", "Username": EMAIL}
        stub.add_client_error("admin_get_user", "UserNotFoundException", expected_params=sent)

        assert directory().find(EMAIL) is None
        assert directory() is directory()

    def test_without_one_the_cold_start_stops(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("USER_POOL_ID")

        with pytest.raises(MissingSettingError, match="USER_POOL_ID"):
            directory()
