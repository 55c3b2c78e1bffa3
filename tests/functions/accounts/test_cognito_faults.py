"""Answers while Cognito fails, throttles or does not answer.

All faults are stubbed: the emulator never throttles and never fails.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import stubbed
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import registered, with_second_factor
from tests.functions.requests import Keywords, good_request
from tests.sizes import pairs
from tests.store.faults import Fault, lost_answer, lost_request, refused

from teppan.store.table import Table

CALLS = [
    ("register", "SignUp"),
    ("register", "ResendConfirmationCode"),
    ("confirmRegistration", "ConfirmSignUp"),
    ("confirmRegistration", "AdminSetUserPassword"),
    ("confirmRegistration", "AdminGetUser"),
    ("confirmRegistration", "AdminUserGlobalSignOut"),
    ("resendConfirmationCode", "ResendConfirmationCode"),
    ("login", "InitiateAuth"),
    ("login", "RespondToAuthChallenge"),
    ("refresh", "GetTokensFromRefreshToken"),
    ("logout", "RevokeToken"),
    ("requestPasswordReset", "AdminGetUser"),
    ("requestPasswordReset", "ForgotPassword"),
    ("confirmPasswordReset", "AdminGetUser"),
    ("confirmPasswordReset", "ConfirmForgotPassword"),
    ("confirmPasswordReset", "AdminUserGlobalSignOut"),
    ("getMe", "AdminGetUser"),
]
"""Every call of Cognito that an operation makes."""

OF_AN_ADDRESS = {
    "SignUp": (202, None),
    "ResendConfirmationCode": (202, None),
    "ForgotPassword": (202, None),
    "ConfirmSignUp": (400, "invalid_code"),
    "ConfirmForgotPassword": (400, "invalid_code"),
    "InitiateAuth": (401, "invalid_credentials"),
    "RespondToAuthChallenge": (401, "invalid_credentials"),
}
"""The calls that anybody can cause for an address, and the answer to a limit of its account: the
same answer as for an address without one."""

OF_ALL_CALLS = {"TooManyRequestsException": 5}
OF_THE_ACCOUNT = {"LimitExceededException": 900, "TooManyFailedAttemptsException": 900}
"""Limits of Cognito, and the seconds to wait in our answer."""
FAILURES = {
    "ForbiddenException": 403,
    "InternalErrorException": 500,
    "InvalidEmailRoleAccessPolicyException": 400,
    "InvalidLambdaResponseException": 400,
    "NeverHeardOfException": 500,
    "NotAuthorizedException": 502,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 400,
    "UnexpectedLambdaException": 400,
    "UserLambdaValidationException": 400,
}
OUR_FAULTS = (
    "AccessDeniedException",
    "InvalidUserPoolConfigurationException",
    "ResourceNotFoundException",
)
QUOTED = "The user mallory@example.com may not do this with Password-1234"

LIMITS = [(call, code) for call in CALLS for code in OF_ALL_CALLS] + pairs(CALLS, [*OF_THE_ACCOUNT])
"""Each call with the limit of all calls, and with a limit of its account."""


def each_case(argument: str, cases: Sequence[tuple[tuple[str, str], Any]]) -> pytest.MarkDecorator:
    """Run a test for each pair of a call and a value of `argument`."""
    return pytest.mark.parametrize(
        ("operation", "cognito_call", argument), [(*call, value) for call, value in cases]
    )


def request_of(operation: str, cognito_call: str, call: Handlers) -> Keywords:
    if cognito_call == "RespondToAuthChallenge":
        person, app = with_second_factor()
        return {"body": {**person.credentials, "mfa_code": app.code()}, "by": None}
    if (operation, cognito_call) == ("register", "ResendConfirmationCode"):
        return {"body": registered().credentials, "by": None}
    return good_request(operation, call)


class StubbedCognito:
    """Sends a request whose call of Cognito fails."""

    def __init__(self, call: Handlers, table: Table) -> None:
        self.call = call
        self.table = table

    def __call__(self, operation: str, cognito_call: str, fault: Fault) -> Answer:
        request = request_of(operation, cognito_call, self.call)
        with stubbed(cognito_call, fault) as faults:
            answer = self.call(operation, **request)
        assert not faults.pending, f"{operation} does not call {cognito_call}"
        return answer


@pytest.fixture
def ask(call: Handlers, table: Table) -> StubbedCognito:
    return StubbedCognito(call, table)


@each_case("code", LIMITS)
def test_a_rate_limit_of_cognito_is_a_429_with_the_time_to_wait(
    ask: StubbedCognito, operation: str, cognito_call: str, code: str
) -> None:
    answer = ask(operation, cognito_call, refused(code, message=QUOTED))

    if cognito_call in OF_AN_ADDRESS and code in OF_THE_ACCOUNT:
        assert answer.problem == OF_AN_ADDRESS[cognito_call]
        return
    assert answer.problem == (429, "too_many_attempts")
    assert answer.headers["Retry-After"] == str((OF_ALL_CALLS | OF_THE_ACCOUNT)[code])
    assert answer.body["detail"] == "Please wait before you try again."


@each_case("code", pairs(CALLS, [*FAILURES]))
def test_a_failure_of_cognito_or_of_its_trigger_is_a_503(
    ask: StubbedCognito, operation: str, cognito_call: str, code: str
) -> None:
    answer = ask(operation, cognito_call, refused(code, FAILURES[code], message=QUOTED))

    assert answer.problem == (503, "identity_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "mallory" not in str(answer.body)


@each_case("code", pairs(CALLS, OUR_FAULTS))
def test_a_fault_of_ours_at_cognito_is_a_500_without_details(
    ask: StubbedCognito, operation: str, cognito_call: str, code: str
) -> None:
    answer = ask(operation, cognito_call, refused(code, message=QUOTED))

    assert answer.problem == (500, "internal_error")
    assert "Retry-After" not in answer.headers
    assert code not in str(answer.body)
    assert "mallory" not in str(answer.body)


@each_case("fault", pairs(CALLS, [lost_answer, lost_request]))
def test_a_lost_call_of_cognito_is_a_503_and_is_not_repeated(
    call: Handlers,
    table: Table,
    tap: Tap,
    operation: str,
    cognito_call: str,
    fault: Fault,
) -> None:
    # Cognito would refuse a code that it has accepted once.
    request = request_of(operation, cognito_call, call)
    sent = []

    def count(each: AWSPreparedRequest) -> AWSResponse | None:
        sent.append(each)
        return fault(each)

    with stubbed(cognito_call, *[count] * 3):
        answer = call(operation, **request)

    assert answer.problem == (503, "identity_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert len(sent) == 1
