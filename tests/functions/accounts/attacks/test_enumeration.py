"""No answer reveals whether an address has an account (`docs/accounts.md`).

The answer of one operation may depend on an earlier one. So each ordered pair of the public
operations is tested on an address in each account state, and compared with an address without an
account.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import product
from typing import Any, Final

import pytest
from tests.conftest import Clock
from tests.functions import contract
from tests.functions.cognito import stubbed
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import (
    Person,
    confirmed,
    disable,
    disabled,
    forgetful,
    invited,
    must_reset,
    registered,
    with_second_factor,
)
from tests.sizes import pairs
from tests.store.faults import refused

from teppan.identity.cognito.client import cognito

GUESSED: Final = "a guess that nobody made"
KNOWN_TO_STRANGERS: Final = {
    "password": GUESSED,
    "new_password": GUESSED,
    "code": "000000",
    "mfa_code": "000000",
}
"""The fields that a stranger sends with the address, all of them wrong."""


def disabled_before_confirmation() -> Person:
    person = registered()
    disable(person)
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
"""The operations of the contract that take the address of an account."""


def ask(call: Handlers, operation: str, email: str) -> Answer:
    required = {name: KNOWN_TO_STRANGERS.get(name) for name in body_of(operation)["required"]}
    return call(operation, required | {"email": email}, by=None)


def test_six_operations_take_an_email_address() -> None:
    assert sorted(OPERATIONS) == [
        "confirmPasswordReset",
        "confirmRegistration",
        "login",
        "register",
        "requestPasswordReset",
        "resendConfirmationCode",
    ]


STATES_OF_PAIRS: Final[dict[tuple[str, str], list[str]]] = defaultdict(list)
"""The account states that each ordered pair of operations is tested in.

Contains each pair, and each state for each first operation.
"""

for (first_operation, account_state), second_operation in pairs(
    list(product(OPERATIONS, STATES)), OPERATIONS
):
    STATES_OF_PAIRS[first_operation, second_operation].append(account_state)


def test_each_pair_of_operations_and_each_operation_in_each_state_are_tested() -> None:
    states_of_first = {(first, each) for (first, _), of in STATES_OF_PAIRS.items() for each in of}

    assert set(STATES_OF_PAIRS) == set(product(OPERATIONS, repeat=2))
    assert states_of_first == set(product(OPERATIONS, STATES))


@pytest.mark.parametrize(("first", "second"), STATES_OF_PAIRS, ids=map("-".join, STATES_OF_PAIRS))
def test_no_pair_of_operations_reveals_whether_an_address_has_an_account(
    call: Handlers, now: Clock, first: str, second: str
) -> None:
    nobody = Person()
    of_nobody = [ask(call, each, nobody.email).visible for each in (first, second)]

    for state in STATES_OF_PAIRS[first, second]:
        somebody = STATES[state]()
        of_somebody = [ask(call, each, somebody.email).visible for each in (first, second)]

        assert of_somebody == of_nobody, state


CALLS: Final = {
    "register": ["SignUp", "ResendConfirmationCode"],
    "confirmRegistration": ["ConfirmSignUp"],
    "resendConfirmationCode": ["ResendConfirmationCode"],
    "login": ["InitiateAuth"],
    "requestPasswordReset": ["ForgotPassword"],
    "confirmPasswordReset": ["ConfirmForgotPassword"],
}
"""The calls of Cognito that a stranger's request causes, by operation."""

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
"""Errors of Cognito that do not depend on the account, or only with the right code: the pool's
settings, its triggers, its mailer, the rate of all calls, and passwords that we refuse before."""


@pytest.mark.parametrize(
    ("operation", "cognito_call"),
    [(operation, each) for operation, calls in CALLS.items() for each in calls],
)
def test_no_refusal_of_cognito_reveals_whether_an_address_has_an_account(
    call: Handlers, operation: str, cognito_call: str
) -> None:
    # Stubbed: the emulator has fewer errors. Given every error that Cognito documents for the call
    # and that may depend on the state of an account
    model = cognito().meta.service_model.operation_model(cognito_call)
    codes = {shape.name for shape in model.error_shapes} - OF_NO_ACCOUNT
    assert {"NotAuthorizedException", "UserNotFoundException"} & codes
    of_nobody = ask(call, operation, Person().email).visible

    for code in sorted(codes | {"LimitExceededException", "UserNotFoundException"}):
        person = registered() if cognito_call == "ResendConfirmationCode" else Person()
        with stubbed(cognito_call, refused(code)) as faults:
            answer = ask(call, operation, person.email)

        assert not faults.pending, code
        assert answer.visible == of_nobody, code
