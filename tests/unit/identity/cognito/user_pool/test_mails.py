"""Calls that send a code: none reveals whether there is an account."""

import inspect
import json

import pytest
from botocore.stub import Stubber
from tests.unit.conftest import LogLines
from tests.unit.identity.cognito.user_pool.calls import (
    EMAIL,
    HIDDEN,
    SIGN_UP,
    Call,
    each_mail,
    known_codes,
    refused,
)
from tests.unit.identity.conftest import Wire

from teppan.identity.cognito.user_pool import UserPool
from teppan.identity.errors import TooManyAttempts


class TestSignUp:
    def test_sign_up_sends_a_long_random_password(self, pool: UserPool, wire: Wire) -> None:
        wire.document = SIGN_UP.answer

        for _ in range(100):
            pool.sign_up(EMAIL)

        passwords = [json.loads(request.body)["Password"] for request in wire.sent]
        assert len(set(passwords)) == 100
        assert {len(password) for password in passwords} == {64}

    def test_the_password_of_a_sign_up_is_neither_returned_nor_logged_nor_passed(
        self, pool: UserPool, stub: Stubber, logged: LogLines
    ) -> None:
        stub.add_response("sign_up", SIGN_UP.answer)

        assert SIGN_UP.make(pool) is None
        assert list(inspect.signature(pool.sign_up).parameters) == ["email"]
        assert logged() == []


class TestMails:
    @each_mail
    def test_a_sent_code_is_not_logged(
        self, pool: UserPool, stub: Stubber, call: Call, logged: LogLines
    ) -> None:
        stub.add_response(call.operation, call.answer)

        call.make(pool)

        assert logged() == []

    @each_mail
    @pytest.mark.parametrize("code", HIDDEN)
    def test_an_unsent_code_is_only_logged_with_cognitos_error_code(
        self, pool: UserPool, stub: Stubber, call: Call, code: str, logged: LogLines
    ) -> None:
        assert refused(pool, stub, call, code, f"{EMAIL} has had enough mails") is None

        (line,) = logged()
        assert (line["level"], line["message"], line["reason"]) == ("WARNING", "no code sent", code)
        assert "exception" not in line
        assert not [text for text in (EMAIL, "enough") if text in json.dumps(line)]

    @each_mail
    def test_of_the_documented_codes_only_too_many_requests_reaches_the_caller(
        self, pool: UserPool, stub: Stubber, call: Call
    ) -> None:
        documented = sorted(known_codes(call.operation))

        raising_codes = [
            code
            for code in documented
            if isinstance(refused(pool, stub, call, code), TooManyAttempts)
        ]

        assert raising_codes == ["TooManyRequestsException"]
