"""The errors that Cognito's error codes raise for every call (those of one call: with the call)."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from teppan.identity.cognito.refusals import Refusals, drop_error_message, refusals
from teppan.identity.errors import (
    IdentityUnavailable,
    InvalidCode,
    OutcomeUnknown,
    TooManyAttempts,
)

URL = "https://cognito-idp.us-west-2.amazonaws.com"


def client_error(code: str, message: str = "", status: int = 400) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "InitiateAuth")


def named(error: Exception) -> str:
    """Return an error's code, or its type, for the id of a test."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else None
    return code or type(error).__name__


def raised_for(error: Exception, meanings: Refusals | None = None) -> Exception:
    """Return the error that `refusals` raises for an error of the client."""
    try:
        with refusals(meanings or {}):
            raise error
    except Exception as raised:  # noqa: BLE001 - the test checks the error
        return raised


def test_a_successful_call_is_not_changed() -> None:
    with refusals({"CodeMismatchException": InvalidCode}):
        answer = "fine"

    assert answer == "fine"


def test_an_error_code_raises_the_error_of_the_call() -> None:
    error = client_error("CodeMismatchException")

    raised = raised_for(error, {"CodeMismatchException": InvalidCode})

    assert isinstance(raised, InvalidCode)
    assert raised.__cause__ is error  # for the log


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("TooManyRequestsException", 5),
        ("LimitExceededException", 900),
        ("TooManyFailedAttemptsException", 900),
    ],
)
def test_a_limit_has_retry_after(code: str, seconds: int) -> None:
    raised = raised_for(client_error(code))

    assert isinstance(raised, TooManyAttempts)
    assert raised.retry_after == seconds


@pytest.mark.parametrize(
    "code",
    [
        "CodeDeliveryFailureException",
        "ForbiddenException",
        "InternalErrorException",
        "InvalidEmailRoleAccessPolicyException",
        "InvalidLambdaResponseException",
        "ServiceUnavailableException",
        "ThrottlingException",
        "UnexpectedLambdaException",
        "UserLambdaValidationException",
    ],
)
def test_a_refusal_without_a_fault_of_the_caller_is_identity_unavailable(code: str) -> None:
    error = client_error(code)

    raised = raised_for(error)

    assert type(raised) is IdentityUnavailable
    assert raised.__cause__ is error


@pytest.mark.parametrize(
    "failure",
    [
        ConnectTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
        HTTPClientError(error="cut off in the middle"),
        ReadTimeoutError(endpoint_url=URL),
        SSLError(endpoint_url=URL, error="handshake"),
        client_error("InternalErrorException", status=500),
        client_error("ServiceUnavailableException", status=503),
        client_error("502", status=502),
        client_error("CodeMismatchException", status=504),
    ],
    ids=named,
)
def test_a_call_without_an_answer_has_an_unknown_outcome(failure: Exception) -> None:
    raised = raised_for(failure, {"CodeMismatchException": InvalidCode})

    assert type(raised) is OutcomeUnknown
    assert raised.__cause__ is failure


@pytest.mark.parametrize(
    "error",
    [
        client_error("CodeMismatchException"),
        client_error("LimitExceededException"),
        client_error("NotAuthorizedException", "Password attempts exceeded"),
        client_error("SomethingNewException"),
        client_error("SomethingNewException", status=499),
        client_error("TooManyRequestsException", status=429),
        client_error("ThrottlingException"),
    ],
    ids=named,
)
def test_a_definite_refusal_has_a_known_outcome(error: ClientError) -> None:
    raised = raised_for(error, {"CodeMismatchException": InvalidCode})

    assert not isinstance(raised, OutcomeUnknown)


def test_the_calls_own_error_overrides_the_common_one() -> None:
    meanings: Refusals = {"CodeDeliveryFailureException": InvalidCode}

    assert isinstance(
        raised_for(client_error("CodeDeliveryFailureException"), meanings), InvalidCode
    )


@pytest.mark.parametrize(
    "mistake",
    [
        client_error("ResourceNotFoundException"),
        client_error("AccessDeniedException"),
        client_error("SomethingNewException"),
        ValueError("of ours"),
    ],
    ids=named,
)
def test_an_unexpected_error_is_raised_unchanged(mistake: Exception) -> None:
    assert raised_for(mistake, {"CodeMismatchException": InvalidCode}) is mistake


class TestQuoteNothing:
    @pytest.mark.parametrize(
        "message", ["No user aiko@example.com", "", "Password attempts exceeded"]
    )
    def test_the_message_of_an_error_is_dropped(self, message: str) -> None:
        answer = {"Error": {"Code": "NotAuthorizedException", "Message": message}}

        drop_error_message(answer)

        assert answer == {"Error": {"Code": "NotAuthorizedException", "Message": "not kept"}}

    @pytest.mark.parametrize("answer", [{}, {"UserSub": "1", "ResponseMetadata": {}}])
    def test_an_answer_without_an_error_is_not_changed(self, answer: dict[str, Any]) -> None:
        before = dict(answer)

        drop_error_message(answer, model=None)

        assert answer == before


def test_an_unreadable_answer_has_an_unknown_outcome() -> None:
    with pytest.raises(OutcomeUnknown), refusals({}):
        raise ResponseParserError
