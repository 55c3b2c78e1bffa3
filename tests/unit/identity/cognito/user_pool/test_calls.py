"""Every call: what is sent, what an error code means, and what is not known without an answer."""

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.stub import Stubber
from tests.unit.identity.cognito.user_pool.calls import (
    CALLS,
    EMAIL,
    FOR_EVERY_CALL,
    PASSWORD,
    RESET,
    REVOKE,
    Call,
    each_call,
    known_codes,
    refused,
)
from tests.unit.identity.conftest import Wire

from teppan.domain.errors import InvalidInput
from teppan.identity.cognito.refusals import AppClientRefusedError
from teppan.identity.cognito.user_pool import UserPool
from teppan.identity.errors import OutcomeUnknown


@each_call
def test_a_call_sends_exactly_its_parameters(pool: UserPool, stub: Stubber, call: Call) -> None:
    stub.add_response(call.operation, call.answer, call.sends)

    call.make(pool)


@pytest.mark.parametrize(
    ("call", "code", "meaning"),
    [(call, code, meaning) for call in CALLS for code, meaning in call.means.items()],
    ids=lambda each: each.operation if isinstance(each, Call) else None,
)
def test_a_refused_call_raises_its_own_error(
    pool: UserPool, stub: Stubber, call: Call, code: str, meaning: type[Exception] | None
) -> None:
    assert isinstance(refused(pool, stub, call, code), meaning or type(None))


@each_call
@pytest.mark.parametrize("code", FOR_EVERY_CALL)
def test_a_common_error_code_means_the_same_for_every_call(
    pool: UserPool, stub: Stubber, call: Call, code: str
) -> None:
    meaning = (FOR_EVERY_CALL | call.means)[code]

    assert isinstance(refused(pool, stub, call, code), meaning or type(None))


@each_call
def test_any_other_documented_error_code_is_raised_unchanged(
    pool: UserPool, stub: Stubber, call: Call
) -> None:
    mistakes = known_codes(call.operation) - FOR_EVERY_CALL.keys() - call.means.keys()
    assert mistakes >= {"OperationNotEnabledException"}

    for code in (*sorted(mistakes), "SomethingNewException"):
        propagated = refused(pool, stub, call, code)
        assert isinstance(propagated, ClientError)
        assert propagated.response["Error"]["Code"] == code


@each_call
def test_no_error_of_a_call_quotes_cognitos_message(
    pool: UserPool, stub: Stubber, call: Call
) -> None:
    message = f"{EMAIL} may not use {PASSWORD}"

    for code in (*FOR_EVERY_CALL, *call.means, "SomethingNewException"):
        raised = refused(pool, stub, call, code, message)
        while isinstance(raised, BaseException):
            assert message not in str(raised) + repr(getattr(raised, "response", None))
            raised = raised.__cause__


@each_call
def test_a_call_without_an_answer_is_not_retried_and_has_an_unknown_outcome(
    pool: UserPool, wire: Wire, call: Call
) -> None:
    wire.failure = ReadTimeoutError(endpoint_url="https://cognito")

    with pytest.raises(OutcomeUnknown):
        call.make(pool)

    assert len(wire.sent) == 1


@each_call
@pytest.mark.parametrize(
    ("status", "code", "unknown"),
    [
        (500, "InternalErrorException", True),
        (503, "ServiceUnavailableException", True),
        (400, "TooManyRequestsException", False),
        (400, "UnexpectedLambdaException", False),
        (400, "SomethingNewException", False),
    ],
)
def test_only_a_server_error_has_an_unknown_outcome(
    pool: UserPool, wire: Wire, call: Call, status: int, code: str, unknown: bool
) -> None:
    wire.status, wire.document = status, {"__type": code, "message": ""}

    with pytest.raises(Exception, match=r"\w") as refusal:
        call.make(pool)

    assert isinstance(refusal.value, OutcomeUnknown) is unknown


@pytest.mark.parametrize(
    ("call", "code", "pointer"),
    [
        (RESET, "InvalidPasswordException", "/new_password"),
        (RESET, "PasswordHistoryPolicyViolationException", "/new_password"),
        (REVOKE, "InvalidParameterException", "/refresh_token"),
        (REVOKE, "UnsupportedTokenTypeException", "/refresh_token"),
    ],
    ids=lambda each: each.operation if isinstance(each, Call) else None,
)
def test_a_value_refused_by_the_pool_has_its_pointer(
    pool: UserPool, stub: Stubber, call: Call, code: str, pointer: str
) -> None:
    raised = refused(pool, stub, call, code)

    assert isinstance(raised, InvalidInput)
    (fault,) = raised.violations
    assert (fault.where, fault.pointer) == ("body", pointer)


@each_call
@pytest.mark.parametrize(
    "message",
    [
        "Unable to verify secret hash for client 1example23456789",
        "Client 1example23456789 is configured with secret but SECRET_HASH was not received",
        "Client 1example23456789 is configured for secret but secret was not received",
    ],
)
def test_a_refused_client_secret_raises_app_client_refused(
    pool: UserPool, stub: Stubber, call: Call, message: str
) -> None:
    raised = refused(pool, stub, call, "NotAuthorizedException", message)

    assert isinstance(raised, AppClientRefusedError)
