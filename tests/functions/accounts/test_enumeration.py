"""Nobody without its mailbox or password can tell whether an address has an account (§6).

What one operation answers may depend on what another has done before, so every ordered pair of the
public operations is tried on an address in each state that an account can be in, and held against
an address that has none.
"""

from collections.abc import Callable
from itertools import product
from typing import Any, Final

import pytest
from tests.conftest import Clock
from tests.functions import contract
from tests.functions.cognito import emulated, stubbed
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import (
    Person,
    confirmed,
    forgetful,
    invited,
    must_reset,
    registered,
    with_second_factor,
)
from tests.store.faults import refused

from teppan.identity.cognito.client import cognito

GUESSED: Final = "a guess that nobody made"
KNOWN_TO_STRANGERS: Final = {
    "password": GUESSED,
    "new_password": GUESSED,
    "code": "000000",
    "mfa_code": "000000",
}
"""What a stranger may send beside the address: nothing of it is right."""


def disabled() -> Person:
    """Return somebody whose account staff have closed."""
    person = confirmed()
    emulated().client.admin_disable_user(UserPoolId=emulated().pool_id, Username=person.email)
    return person


def disabled_before_confirmation() -> Person:
    person = registered()
    emulated().client.admin_disable_user(UserPoolId=emulated().pool_id, Username=person.email)
    return person


STATES: Final[dict[str, Callable[[], Person]]] = {
    "unconfirmed": registered,
    "confirmed": confirmed,
    "with a code on its way": forgetful,
    "with a second factor": lambda: with_second_factor()[0],
    "FORCE_CHANGE_PASSWORD": invited,
    "RESET_REQUIRED": must_reset,
    "disabled": disabled,
    "disabled, unconfirmed": disabled_before_confirmation,
}


def body_of(operation: str) -> dict[str, Any]:
    """Return the schema of an operation's body."""
    spec = contract.OPERATIONS[operation].spec.get("requestBody", {})
    schema = spec.get("content", {}).get("application/json", {}).get("schema", {})
    inlined: dict[str, Any] = contract.inlined(schema)
    return inlined


OPERATIONS: Final = [
    name
    for name, operation in contract.OPERATIONS.items()
    if "/auth/" in operation.path and "email" in body_of(name).get("properties", {})
]
"""Every operation that takes the address of an account, by the contract."""


def ask(call: Handlers, operation: str, email: str) -> Answer:
    required = {name: KNOWN_TO_STRANGERS.get(name) for name in body_of(operation)["required"]}
    return call(operation, required | {"email": email}, by=None)


def visible(answer: Answer) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Return all that a caller sees of an answer, but for the id of its request."""
    headers = {name: text for name, text in answer.headers.items() if name != "X-Request-Id"}
    return answer.status, headers, answer.body | {"request_id": ""}


def test_six_operations_take_an_address() -> None:
    assert sorted(OPERATIONS) == [
        "confirmPasswordReset",
        "confirmRegistration",
        "login",
        "register",
        "requestPasswordReset",
        "resendConfirmationCode",
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    list(product(OPERATIONS, repeat=2)),
    ids=["-".join(pair) for pair in product(OPERATIONS, repeat=2)],
)
def test_no_pair_of_operations_tells_whether_an_address_has_an_account(
    call: Handlers, now: Clock, first: str, second: str
) -> None:
    nobody = Person()
    of_nobody = [visible(ask(call, each, nobody.email)) for each in (first, second)]

    for state, make in STATES.items():
        somebody = make()
        of_somebody = [visible(ask(call, each, somebody.email)) for each in (first, second)]

        assert of_somebody == of_nobody, state


CALLS: Final = {
    "register": ["SignUp", "ResendConfirmationCode"],
    "confirmRegistration": ["ConfirmSignUp"],
    "resendConfirmationCode": ["ResendConfirmationCode"],
    "login": ["InitiateAuth"],
    "requestPasswordReset": ["ForgotPassword"],
    "confirmPasswordReset": ["ConfirmForgotPassword"],
}
"""What each operation asks of Cognito on behalf of a stranger."""

OF_NO_ACCOUNT: Final = {
    "FeatureUnavailableInTierException",
    "ForbiddenException",
    "InternalErrorException",
    "InvalidEmailRoleAccessPolicyException",
    "InvalidLambdaResponseException",
    "InvalidPasswordException",
    "InvalidSmsRoleAccessPolicyException",
    "InvalidSmsRoleTrustRelationshipException",
    "InvalidUserPoolConfigurationException",
    "OperationNotEnabledException",
    "PasswordHistoryPolicyViolationException",
    "ResourceNotFoundException",
    "TooManyRequestsException",
    "UnexpectedLambdaException",
    "UnsupportedOperationException",
    "UserLambdaValidationException",
}
"""Errors of Cognito that do not follow from the account, or only with the right code: the pool's
settings, its triggers, its mailer, the rate of all calls, and a password that ours are never."""


@pytest.mark.parametrize(
    ("operation", "cognito_call"),
    [(operation, each) for operation, calls in CALLS.items() for each in calls],
)
def test_no_refusal_of_cognitos_tells_it(call: Handlers, operation: str, cognito_call: str) -> None:
    # Stubbed: the emulator refuses less than Cognito. Given every error that Cognito documents for
    # the call and that may follow from the state of an account
    model = cognito().meta.service_model.operation_model(cognito_call)
    codes = {shape.name for shape in model.error_shapes} - OF_NO_ACCOUNT
    assert {"NotAuthorizedException", "UserNotFoundException"} & codes
    of_nobody = visible(ask(call, operation, Person().email))

    for code in sorted(codes | {"LimitExceededException", "UserNotFoundException"}):
        person = registered() if cognito_call == "ResendConfirmationCode" else Person()
        with stubbed(cognito_call, refused(code)) as faults:
            answer = ask(call, operation, person.email)

        assert not faults.pending, code
        assert visible(answer) == of_nobody, code
