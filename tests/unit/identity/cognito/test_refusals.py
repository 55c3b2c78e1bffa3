"""What Cognito's refusals mean in any call; what they mean in one is tested with the call."""

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

from teppan.identity.cognito.refusals import Refusals, quote_nothing, refusals
from teppan.identity.errors import (
    IdentityUnavailable,
    InvalidCode,
    OutcomeUnknown,
    TooManyAttempts,
)

URL = "https://cognito-idp.us-west-2.amazonaws.com"


def refusal_entry(code: str, message: str = "", status: int = 400) -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "InitiateAuth")


def named(error: Exception) -> str:
    """Return an error's code, or its type, as a test's name shows it."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else None
    return code or type(error).__name__


def meaning_of(error: Exception, meanings: Refusals | None = None) -> Exception:
    """Return what an error of the client becomes."""
    try:
        with refusals(meanings or {}):
            raise error
    except Exception as raised:  # noqa: BLE001 - whatever it is, it is what the test is about
        return raised


def test_a_successful_call_is_not_changed() -> None:
    with refusals({"CodeMismatchException": InvalidCode}):
        answer = "fine"

    assert answer == "fine"


def test_an_error_code_raises_the_error_of_the_call() -> None:
    told = refusal_entry("CodeMismatchException")

    meaning = meaning_of(told, {"CodeMismatchException": InvalidCode})

    assert isinstance(meaning, InvalidCode)
    assert meaning.__cause__ is told  # for the log


@pytest.mark.parametrize(
    ("code", "seconds"),
    [
        ("TooManyRequestsException", 5),
        ("LimitExceededException", 900),
        ("TooManyFailedAttemptsException", 900),
    ],
)
def test_a_limit_has_retry_after(code: str, seconds: int) -> None:
    meaning = meaning_of(refusal_entry(code))

    assert isinstance(meaning, TooManyAttempts)
    assert meaning.retry_after == seconds


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
    told = refusal_entry(code)

    meaning = meaning_of(told)

    assert type(meaning) is IdentityUnavailable
    assert meaning.__cause__ is told


@pytest.mark.parametrize(
    "failure",
    [
        ConnectTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
        HTTPClientError(error="cut off in the middle"),
        ReadTimeoutError(endpoint_url=URL),
        SSLError(endpoint_url=URL, error="handshake"),
        refusal_entry("InternalErrorException", status=500),
        refusal_entry("ServiceUnavailableException", status=503),
        refusal_entry("502", status=502),
        refusal_entry("CodeMismatchException", status=504),
    ],
    ids=named,
)
def test_a_call_without_an_answer_has_an_unknown_outcome(failure: Exception) -> None:
    meaning = meaning_of(failure, {"CodeMismatchException": InvalidCode})

    assert type(meaning) is OutcomeUnknown
    assert meaning.__cause__ is failure


@pytest.mark.parametrize(
    "told",
    [
        refusal_entry("CodeMismatchException"),
        refusal_entry("LimitExceededException"),
        refusal_entry("NotAuthorizedException", "Password attempts exceeded"),
        refusal_entry("SomethingNewException"),
        refusal_entry("SomethingNewException", status=499),
        refusal_entry("TooManyRequestsException", status=429),
        refusal_entry("ThrottlingException"),
    ],
    ids=named,
)
def test_a_definite_refusal_has_a_known_outcome(told: ClientError) -> None:
    meaning = meaning_of(told, {"CodeMismatchException": InvalidCode})

    assert not isinstance(meaning, OutcomeUnknown)


def test_the_calls_own_error_overrides_the_common_one() -> None:
    means: Refusals = {"CodeDeliveryFailureException": InvalidCode}

    assert isinstance(meaning_of(refusal_entry("CodeDeliveryFailureException"), means), InvalidCode)


@pytest.mark.parametrize(
    "mistake",
    [
        refusal_entry("ResourceNotFoundException"),
        refusal_entry("AccessDeniedException"),
        refusal_entry("SomethingNewException"),
        ValueError("of ours"),
    ],
    ids=named,
)
def test_an_unexpected_error_is_raised_unchanged(mistake: Exception) -> None:
    assert meaning_of(mistake, {"CodeMismatchException": InvalidCode}) is mistake


class TestQuoteNothing:
    @pytest.mark.parametrize(
        "message", ["No user aiko@example.com", "", "Password attempts exceeded"]
    )
    def test_the_message_of_an_error_is_dropped(self, message: str) -> None:
        answer = {"Error": {"Code": "NotAuthorizedException", "Message": message}}

        quote_nothing(answer)

        assert answer == {"Error": {"Code": "NotAuthorizedException", "Message": "not kept"}}

    @pytest.mark.parametrize("answer", [{}, {"UserSub": "1", "ResponseMetadata": {}}])
    def test_an_answer_without_an_error_is_not_changed(self, answer: dict[str, Any]) -> None:
        before = dict(answer)

        quote_nothing(answer, model=None)

        assert answer == before


def test_an_unreadable_answer_has_an_unknown_outcome() -> None:
    with pytest.raises(OutcomeUnknown), refusals({}):
        raise ResponseParserError
