"""The client of Cognito: one a process; the messages of its errors are dropped."""

import json
from collections.abc import Callable

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ReadTimeoutError
from tests.unit.identity.conftest import Wire

from teppan.identity.cognito.client import cognito

MESSAGE = "The user aiko@example.com gave the code 123456."


def confirm(client: BaseClient) -> None:
    client.confirm_sign_up(ClientId="client", Username="aiko@example.com", ConfirmationCode="1")


def look_up(client: BaseClient) -> None:
    client.admin_get_user(UserPoolId="pool", Username="aiko@example.com")


def test_a_process_has_one_cognito_client() -> None:
    assert cognito() is cognito()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("CodeMismatchException", 400),
        ("SomethingNewException", 400),
        ("InternalErrorException", 500),
    ],
)
def test_an_error_of_cognito_has_its_code_and_no_message(
    wire: Wire, code: str, status: int
) -> None:
    # Given
    wire.status, wire.document = status, {"__type": code, "message": MESSAGE}
    # When
    with pytest.raises(ClientError) as refusal:
        confirm(cognito())
    # Then
    assert refusal.value.response["Error"]["Code"] == code
    assert MESSAGE not in str(refusal.value) + repr(refusal.value.response)


def test_a_cognito_call_is_not_retried(wire: Wire) -> None:
    """The first attempt may have used the code or sent the mail."""
    wire.failure = ReadTimeoutError(endpoint_url="https://cognito")

    with pytest.raises(ReadTimeoutError):
        confirm(cognito())

    assert len(wire.sent) == 1


@pytest.mark.parametrize(("call", "signed"), [(confirm, False), (look_up, True)])
def test_only_calls_that_need_a_permission_are_signed(
    wire: Wire, call: Callable[[BaseClient], None], signed: bool
) -> None:
    wire.document = {"Username": "aiko@example.com"}

    call(cognito())

    (request,) = wire.sent
    assert ("Authorization" in request.headers) is signed
    assert json.loads(request.body)["Username"] == "aiko@example.com"
