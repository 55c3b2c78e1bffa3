"""The bodies of account requests: valid ones, pointers of violations, and their `repr`."""

import pytest
from pydantic import MISSING
from tests.builders import gateway_event
from tests.unit.http.schemas.bodies import (
    CODE,
    GOOD,
    PASSWORD,
    TOKEN,
    each_unnormalised,
    read,
    refuse,
)

from teppan.domain.errors import InvalidInput
from teppan.http.body import RequestBody, read_body
from teppan.http.request import read_request
from teppan.http.schemas.accounts.account import LoginBody
from teppan.http.schemas.accounts.new_password import (
    ConfirmPasswordResetBody,
    ConfirmRegistrationBody,
)

OPTIONAL = {"mfa_code"}

each_body = pytest.mark.parametrize("model", GOOD, ids=lambda model: model.__name__)
each_field = pytest.mark.parametrize(
    ("model", "field"),
    [(model, field) for model, body in GOOD.items() for field in body],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)


@each_body
def test_a_valid_account_body_is_read_as_sent(model: type[RequestBody]) -> None:
    assert read(model).model_dump() == GOOD[model]


@each_body
@pytest.mark.parametrize("field", ["username", "role", "groups", "email_verified", "Email"])
def test_an_unknown_field_of_an_account_body_is_refused(
    model: type[RequestBody], field: str
) -> None:
    assert refuse(model, **{field: "admin"}) == [f"/{field}"]


@each_field
@pytest.mark.parametrize("value", [None, 123456, True, ["x"], {}])
def test_every_field_of_an_account_body_is_text_and_not_null(
    model: type[RequestBody], field: str, value: object
) -> None:
    assert refuse(model, **{field: value}) == [f"/{field}"]


@each_field
def test_only_an_optional_field_of_an_account_body_may_be_absent(
    model: type[RequestBody], field: str
) -> None:
    body = {name: text for name, text in GOOD[model].items() if name != field}
    sent = read_request(gateway_event("POST", body=body))

    if field in OPTIONAL:
        assert getattr(read_body(sent, model, optional=False)[0], field) is MISSING
        return
    with pytest.raises(InvalidInput) as refusal:
        read_body(sent, model, optional=False)
    assert [fault.pointer for fault in refusal.value.violations] == [f"/{field}"]


@each_body
def test_the_repr_of_an_account_body_contains_no_secret(model: type[RequestBody]) -> None:
    body = read(model)

    for text in (repr(body), str(body)):
        assert not [secret for secret in (PASSWORD, CODE, TOKEN) if secret in text]


@each_body
def test_a_refused_account_body_is_not_quoted(model: type[RequestBody]) -> None:
    sent = dict.fromkeys(GOOD[model], "é wrong in every field\n")

    with pytest.raises(InvalidInput) as refusal:
        read(model, **sent)

    assert "wrong in every field" not in repr(refusal.value.violations)


class TestLogin:
    @pytest.mark.parametrize("password", ["x", " x ", "short", "x" * 256])
    def test_a_login_accepts_a_password_that_the_current_rules_refuse(self, password: str) -> None:
        assert read(LoginBody, password=password).password == password

    @pytest.mark.parametrize("password", ["", "x" * 257])
    def test_a_login_refuses_a_password_of_impossible_length(self, password: str) -> None:
        assert refuse(LoginBody, password=password) == ["/password"]

    @each_unnormalised
    def test_the_password_of_a_login_is_normalised(self, sent: str, kept: str) -> None:
        assert read(LoginBody, password=sent).password == kept

    def test_the_length_of_a_logins_password_is_measured_after_normalisation(self) -> None:
        assert refuse(LoginBody, password="\ufdfa" * 15) == ["/password"]
        assert len(read(LoginBody, password="\ufdfa" * 14).password) == 252


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (ConfirmRegistrationBody, "code"),
        (ConfirmPasswordResetBody, "code"),
        (LoginBody, "mfa_code"),
    ],
    ids=["confirm", "reset", "login"],
)
class TestCode:
    @pytest.mark.parametrize("code", ["000000", "123456", "999999"])
    def test_a_code_of_six_digits_is_accepted(
        self, model: type[RequestBody], field: str, code: str
    ) -> None:
        assert getattr(read(model, **{field: code}), field) == code

    @pytest.mark.parametrize(
        "code", ["", "12345", "1234567", "12345a", " 123456", "123456\n", "123 456", "١٢٣٤٥٦"]
    )
    def test_a_code_that_is_not_six_digits_is_refused(
        self, model: type[RequestBody], field: str, code: str
    ) -> None:
        assert refuse(model, **{field: code}) == [f"/{field}"]
