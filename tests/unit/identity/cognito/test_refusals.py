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


def test_a_call_that_is_not_refused_goes_on() -> None:
    with refusals({"CodeMismatchException": InvalidCode}):
        answer = "fine"

    assert answer == "fine"


def test_a_refusal_is_what_it_means_to_the_call() -> None:
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
def test_who_comes_too_often_is_told_for_how_long_to_stay_away(code: str, seconds: int) -> None:
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
def test_what_is_refused_and_not_the_callers_fault_has_not_been_done(code: str) -> None:
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
def test_without_an_answer_it_may_have_been_done(failure: Exception) -> None:
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
def test_a_definite_refusal_leaves_nothing_unknown(told: ClientError) -> None:
    meaning = meaning_of(told, {"CodeMismatchException": InvalidCode})

    assert not isinstance(meaning, OutcomeUnknown)


def test_a_call_may_know_better() -> None:
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
def test_our_own_mistakes_stay_what_they_are(mistake: Exception) -> None:
    assert meaning_of(mistake, {"CodeMismatchException": InvalidCode}) is mistake


class TestQuoteNothing:
    @pytest.mark.parametrize(
        "message", ["No user aiko@example.com", "", "Password attempts exceeded"]
    )
    def test_a_message_is_dropped(self, message: str) -> None:
        answer = {"Error": {"Code": "NotAuthorizedException", "Message": message}}

        quote_nothing(answer)

        assert answer == {"Error": {"Code": "NotAuthorizedException", "Message": "not kept"}}

    @pytest.mark.parametrize("answer", [{}, {"UserSub": "1", "ResponseMetadata": {}}])
    def test_a_good_answer_stays_as_it_is(self, answer: dict[str, Any]) -> None:
        before = dict(answer)

        quote_nothing(answer, model=None)

        assert answer == before


def test_an_answer_that_is_none_leaves_the_outcome_open() -> None:
    with pytest.raises(OutcomeUnknown), refusals({}):
        raise ResponseParserError
