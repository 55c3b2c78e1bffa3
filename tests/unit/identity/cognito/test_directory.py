"""The calls that need a permission: what is sent, and the error that each code raises."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from botocore.stub import ANY, Stubber
from tests import builders
from tests.builders import CUSTOMER
from tests.unit.identity.conftest import Wire

from teppan.domain.errors import InvalidInput
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.directory import Directory, directory
from teppan.identity.errors import (
    IdentityUnavailable,
    InvalidCode,
    OutcomeUnknown,
    TooManyAttempts,
)
from teppan.settings import MissingSettingError

POOL = "us-west-2_Qm7rT2xKd"
EMAIL = "aiko@example.com"
PASSWORD = "four and twenty gyoza"
ABOUT = {"UserPoolId": POOL, "Username": CUSTOMER}

CALLS: dict[str, Callable[[Directory], object]] = {
    "admin_update_user_attributes": lambda accounts: accounts.enable_password_reset(CUSTOMER),
    "admin_get_user": lambda accounts: accounts.find(CUSTOMER),
    "admin_set_user_password": lambda accounts: accounts.set_password(CUSTOMER, PASSWORD),
    "admin_user_global_sign_out": lambda accounts: accounts.end_sessions(CUSTOMER),
}

each_call = pytest.mark.parametrize("operation", CALLS)


@pytest.fixture
def accounts() -> Directory:
    return Directory(cognito(), POOL)


def admin_get_user_answer(status: str = "CONFIRMED") -> dict[str, Any]:
    attributes = {"sub": CUSTOMER, "email": EMAIL, "email_verified": "true"}
    return {
        "Username": CUSTOMER,
        "UserAttributes": [{"Name": name, "Value": text} for name, text in attributes.items()],
        "UserStatus": status,
        "Enabled": True,
        "UserMFASettingList": ["SOFTWARE_TOKEN_MFA"],
    }


@pytest.mark.parametrize(("status", "confirmed"), [("CONFIRMED", True), ("UNCONFIRMED", False)])
def test_an_account_is_found_by_its_address(
    stub: Stubber, accounts: Directory, status: str, confirmed: bool
) -> None:
    sent = {"UserPoolId": POOL, "Username": EMAIL}
    stub.add_response("admin_get_user", admin_get_user_answer(status), sent)

    account = accounts.find(EMAIL)

    assert account == builders.account(mfa_enabled=True, status=status)
    assert account.is_confirmed is confirmed


@pytest.mark.parametrize("name", [CUSTOMER, EMAIL])
def test_the_sessions_of_an_account_are_ended_by_its_id_or_address(
    stub: Stubber, accounts: Directory, name: str
) -> None:
    sent = {"UserPoolId": POOL, "Username": name}
    stub.add_response("admin_user_global_sign_out", {}, sent)

    accounts.end_sessions(name)


@pytest.mark.parametrize("name", [CUSTOMER, EMAIL])
def test_a_password_is_set_permanently(stub: Stubber, accounts: Directory, name: str) -> None:
    """A password that is not permanent must be changed at the next login."""
    sent = {"UserPoolId": POOL, "Username": name, "Password": PASSWORD, "Permanent": True}
    stub.add_response("admin_set_user_password", {}, sent)

    accounts.set_password(name, PASSWORD)


@pytest.mark.parametrize(
    "code", ["InvalidPasswordException", "PasswordHistoryPolicyViolationException"]
)
def test_a_password_refused_by_the_pool_has_its_pointer(
    stub: Stubber, accounts: Directory, code: str
) -> None:
    stub.add_client_error("admin_set_user_password", code)

    with pytest.raises(InvalidInput) as refusal:
        accounts.set_password(EMAIL, PASSWORD)

    (fault,) = refusal.value.violations
    assert (fault.where, fault.pointer) == ("body", "/password")


def test_setting_the_password_of_a_deleted_account_raises_invalid_code(
    stub: Stubber, accounts: Directory
) -> None:
    stub.add_client_error("admin_set_user_password", "UserNotFoundException")

    with pytest.raises(InvalidCode):
        accounts.set_password(EMAIL, PASSWORD)


def test_an_account_made_by_staff_is_admitted_with_a_random_password(
    stub: Stubber, accounts: Directory
) -> None:
    verified = [{"Name": "email_verified", "Value": "true"}]
    stub.add_response("admin_update_user_attributes", {}, ABOUT | {"UserAttributes": verified})
    password = ABOUT | {"Password": ANY, "Permanent": True}
    stub.add_response("admin_set_user_password", {}, password)

    accounts.enable_password_reset(CUSTOMER)


def test_a_deleted_account_is_not_admitted(stub: Stubber, accounts: Directory) -> None:
    stub.add_client_error("admin_update_user_attributes", "UserNotFoundException")

    accounts.enable_password_reset(CUSTOMER)


@pytest.mark.parametrize("operation", ["admin_get_user", "admin_user_global_sign_out"])
def test_a_deleted_account_is_not_an_error(
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
def test_a_refused_call_of_the_directory_raises_its_error(
    stub: Stubber, accounts: Directory, operation: str, code: str, meaning: type[Exception]
) -> None:
    stub.add_client_error(operation, code)

    with pytest.raises(meaning):
        CALLS[operation](accounts)


@each_call
def test_a_directory_call_without_an_answer_is_not_retried_and_has_an_unknown_outcome(
    wire: Wire, accounts: Directory, operation: str
) -> None:
    wire.failure = ConnectTimeoutError(endpoint_url="https://cognito")

    with pytest.raises(OutcomeUnknown):
        CALLS[operation](accounts)

    assert len(wire.sent) == 1


@each_call
def test_no_error_of_the_directory_quotes_cognitos_message(
    stub: Stubber, accounts: Directory, operation: str
) -> None:
    message = f"{EMAIL} may not use {PASSWORD}"

    for code in ("InvalidPasswordException", "InternalErrorException", "SomethingNewException"):
        stub.add_client_error(operation, code, message)
        with pytest.raises(Exception, match=r"\w") as refusal:
            CALLS[operation](accounts)
        raised: BaseException | None = refusal.value
        while raised:
            assert message not in str(raised) + repr(getattr(raised, "response", None))
            raised = raised.__cause__


class TestCachedDirectory:
    @pytest.fixture(autouse=True)
    def empty_cache(self) -> Iterator[None]:
        """The result is cached for the process; each test starts without it."""
        directory.cache_clear()
        yield
        directory.cache_clear()

    def test_the_directory_uses_the_pool_of_the_environment(
        self, stub: Stubber, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("USER_POOL_ID", "us-west-2_another")
        sent = {"UserPoolId": "us-west-2_another", "Username": EMAIL}
        stub.add_client_error("admin_get_user", "UserNotFoundException", expected_params=sent)

        assert directory().find(EMAIL) is None
        assert directory() is directory()

    def test_a_missing_pool_setting_stops_the_cold_start(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("USER_POOL_ID")

        with pytest.raises(MissingSettingError, match="USER_POOL_ID"):
            directory()
