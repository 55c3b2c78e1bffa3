"""Account requests: what is let in, what is refused and where it points, and what is printed."""

import sys
import unicodedata
from typing import Any

import pytest
from pydantic import MISSING
from tests.builders import gateway_event

from teppan.domain.errors import InvalidInput
from teppan.http.body import RequestBody, read_body
from teppan.http.request import incoming
from teppan.http.schemas.account import (
    AccountEmailBody,
    ConfirmPasswordResetBody,
    ConfirmRegistrationBody,
    LoginBody,
    RefreshTokenBody,
    RegisterBody,
)

EMAIL = {"email": "aiko@example.com"}
PASSWORD = "four and twenty gyoza"
CODE = "123456"
TOKEN = "eyJjdHkiOiJKV1Qi.aGk_dGhl-cmU=.c2ln"

GOOD: dict[type[RequestBody], dict[str, Any]] = {
    AccountEmailBody: EMAIL,
    RegisterBody: EMAIL | {"password": PASSWORD},
    ConfirmRegistrationBody: EMAIL | {"code": CODE, "password": PASSWORD},
    LoginBody: EMAIL | {"password": PASSWORD, "mfa_code": CODE},
    RefreshTokenBody: {"refresh_token": TOKEN},
    ConfirmPasswordResetBody: EMAIL | {"code": CODE, "new_password": PASSWORD},
}
"""Every body with all that it may hold."""

OPTIONAL = {"mfa_code"}

each_body = pytest.mark.parametrize("model", GOOD, ids=lambda model: model.__name__)
each_field = pytest.mark.parametrize(
    ("model", "field"),
    [(model, field) for model, body in GOOD.items() for field in body],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)


def is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


def with_field(name: str) -> list[type[RequestBody]]:
    return [model for model, body in GOOD.items() if name in body]


def read[M: RequestBody](model: type[M], **changes: Any) -> M:
    """Return what the endpoint makes of the good body with `changes`."""
    event = gateway_event("POST", body=GOOD[model] | changes)
    return read_body(incoming(event), model, optional=False)[0]


def refuse(model: type[RequestBody], **changes: Any) -> list[str]:
    """Return where the refusal of the good body with `changes` points."""
    with pytest.raises(InvalidInput) as refusal:
        read(model, **changes)
    return [fault.pointer for fault in refusal.value.violations]


@each_body
def test_a_good_body_is_read_as_it_was_sent(model: type[RequestBody]) -> None:
    assert read(model).model_dump() == GOOD[model]


@each_body
@pytest.mark.parametrize("field", ["username", "role", "groups", "email_verified", "Email"])
def test_what_is_not_asked_for_is_refused(model: type[RequestBody], field: str) -> None:
    assert refuse(model, **{field: "admin"}) == [f"/{field}"]


@each_field
@pytest.mark.parametrize("value", [None, 123456, True, ["x"], {}])
def test_every_field_is_text_and_never_null(
    model: type[RequestBody], field: str, value: object
) -> None:
    assert refuse(model, **{field: value}) == [f"/{field}"]


@each_field
def test_a_field_may_be_left_out_only_when_it_is_optional(
    model: type[RequestBody], field: str
) -> None:
    body = {name: text for name, text in GOOD[model].items() if name != field}
    sent = incoming(gateway_event("POST", body=body))

    if field in OPTIONAL:
        assert getattr(read_body(sent, model, optional=False)[0], field) is MISSING
        return
    with pytest.raises(InvalidInput) as refusal:
        read_body(sent, model, optional=False)
    assert [fault.pointer for fault in refusal.value.violations] == [f"/{field}"]


@each_body
def test_printed_a_body_shows_no_secret(model: type[RequestBody]) -> None:
    body = read(model)

    for text in (repr(body), str(body)):
        assert not [secret for secret in (PASSWORD, CODE, TOKEN) if secret in text]


@each_body
def test_a_refusal_repeats_nothing_of_what_was_sent(model: type[RequestBody]) -> None:
    sent = dict.fromkeys(GOOD[model], "é wrong in every field\n")

    with pytest.raises(InvalidInput) as refusal:
        read(model, **sent)

    assert "wrong in every field" not in repr(refusal.value.violations)


class TestEmail:
    @pytest.mark.parametrize("model", with_field("email"), ids=lambda model: model.__name__)
    def test_it_is_kept_in_lower_case(self, model: type[RequestBody]) -> None:
        assert getattr(read(model, email="Aiko.TANAKA@Example.COM"), "email") == (  # noqa: B009
            "aiko.tanaka@example.com"
        )

    @pytest.mark.parametrize(
        "email", ["a@b.c", "a+b@c.co.uk", "o'neill@example.com", "x" * 122 + "@b.com"]
    )
    def test_an_address_is_let_in(self, email: str) -> None:
        assert read(AccountEmailBody, email=email).email == email

    @pytest.mark.parametrize(
        "email",
        [
            "",
            "a",
            "a@b",
            "@b.c",
            "a@b.",
            "a b@c.d",
            " a@b.c",
            "a@b.c\n",
            "a@b@c.d",
            "é@b.c",
            "a@bü.c",
            "\u212a@b.c",  # the Kelvin sign, whose lower case is a k
            "x" * 123 + "@b.com",
        ],
    )
    def test_what_is_none_is_refused(self, email: str) -> None:
        assert refuse(AccountEmailBody, email=email) == ["/email"]


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (RegisterBody, "password"),
        (ConfirmRegistrationBody, "password"),
        (ConfirmPasswordResetBody, "new_password"),
    ],
    ids=["register", "confirm", "reset"],
)
class TestNewPassword:
    @pytest.mark.parametrize(
        "password",
        [
            "x" * 12,
            "x" * 99,
            "twelve chars",
            "all lower case",
            "寿司" * 6,
            "quotes inside and \\ \" '",
            "a\u00a0space without a break",
            "zero\u200bwidth space",
            "two\u2028lines of text",
            "👩\u200d🍳 the chef of all",
        ],
    )
    def test_any_characters_will_do(
        self, model: type[RequestBody], field: str, password: str
    ) -> None:
        assert getattr(read(model, **{field: password}), field) == password

    @pytest.mark.parametrize(
        "password",
        [
            "",
            "x" * 11,
            "x" * 100,
            " " * 12,
            " four and twenty gyoza",
            "four and twenty gyoza ",
            "\tfour and twenty gyoza",
            "four and twenty gyoza\n",
            "four and twenty\ngyoza",
            "\u00a0four and twenty gyoza",
            "four and twenty gyoza\u3000",
        ],
    )
    def test_it_has_12_to_99_characters_without_space_around(
        self, model: type[RequestBody], field: str, password: str
    ) -> None:
        assert refuse(model, **{field: password}) == [f"/{field}"]

    @pytest.mark.parametrize(
        "place", ["{}four and twenty", "four and{}twenty", "four and twenty{}"]
    )
    def test_it_holds_no_control_characters(
        self, model: type[RequestBody], field: str, place: str
    ) -> None:
        controls = [chr(code) for code in range(sys.maxunicode + 1) if is_control(chr(code))]

        assert len(controls) == 65
        for control in controls:
            assert refuse(model, **{field: place.format(control)}) == [f"/{field}"]

    @pytest.mark.parametrize("around", ["\u0020", "\u007e", "\u00a1"])
    def test_their_neighbours_are_let_in(
        self, model: type[RequestBody], field: str, around: str
    ) -> None:
        password = f"four and{around}twenty"

        assert getattr(read(model, **{field: password}), field) == password


class TestLogin:
    @pytest.mark.parametrize("password", ["x", " x ", "short", "x" * 256])
    def test_a_password_from_before_todays_rules_may_be_tried(self, password: str) -> None:
        assert read(LoginBody, password=password).password == password

    @pytest.mark.parametrize("password", ["", "x" * 257])
    def test_what_no_pool_takes_is_refused(self, password: str) -> None:
        assert refuse(LoginBody, password=password) == ["/password"]


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
    def test_it_is_six_digits(self, model: type[RequestBody], field: str, code: str) -> None:
        assert getattr(read(model, **{field: code}), field) == code

    @pytest.mark.parametrize(
        "code", ["", "12345", "1234567", "12345a", " 123456", "123456\n", "123 456", "١٢٣٤٥٦"]
    )
    def test_and_nothing_else(self, model: type[RequestBody], field: str, code: str) -> None:
        assert refuse(model, **{field: code}) == [f"/{field}"]


class TestRefreshToken:
    @pytest.mark.parametrize("token", ["x", TOKEN, "x" * 8192])
    def test_it_is_what_cognito_issues(self, token: str) -> None:
        assert read(RefreshTokenBody, refresh_token=token).refresh_token == token

    @pytest.mark.parametrize("token", ["", "x" * 8193, "a b", "a\n", "é", "a/b", "a+b"])
    def test_and_nothing_else(self, token: str) -> None:
        assert refuse(RefreshTokenBody, refresh_token=token) == ["/refresh_token"]
