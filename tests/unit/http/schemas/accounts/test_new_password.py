"""New passwords: their characters and length, their strength, and their normalisation."""

import sys
import unicodedata

import pytest
from tests.unit.http.schemas.bodies import each_unnormalised, read, refuse

from teppan.domain.errors import InvalidInput
from teppan.http.body import RequestBody
from teppan.http.schemas.accounts.new_password import (
    ConfirmPasswordResetBody,
    ConfirmRegistrationBody,
    RegisterBody,
)
from teppan.identity.new_password import OF_ADDRESS, OF_PRODUCT, TOO_COMMON, TOO_UNIFORM


def is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"


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
            "twelve chars",
            "ninety-nine characters" + " of sushi" * 8 + " rice",
            "all lower case",
            "寿司と味噌汁とご飯と天ぷら",
            "quotes inside and \\ \" '",
            "zero\u200bwidth space",
            "two\u2028lines of text",
            "👩\u200d🍳 the chef of all",
        ],
    )
    def test_a_new_password_may_have_any_characters(
        self, model: type[RequestBody], field: str, password: str
    ) -> None:
        assert getattr(read(model, **{field: password}), field) == password

    @pytest.mark.parametrize(
        "password",
        [
            "",
            "eleven char",
            "a hundred characters" + " of sushi" * 8 + " and rice",
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
    def test_a_new_password_has_12_to_99_characters_without_outer_space(
        self, model: type[RequestBody], field: str, password: str
    ) -> None:
        assert refuse(model, **{field: password}) == [f"/{field}"]

    @pytest.mark.parametrize(
        "place", ["{}four and twenty", "four and{}twenty", "four and twenty{}"]
    )
    def test_a_new_password_with_control_characters_is_refused(
        self, model: type[RequestBody], field: str, place: str
    ) -> None:
        controls = [chr(code) for code in range(sys.maxunicode + 1) if is_control(chr(code))]

        assert len(controls) == 65
        for control in controls:
            assert refuse(model, **{field: place.format(control)}) == [f"/{field}"]

    @pytest.mark.parametrize("around", ["\u0020", "\u007e", "\u00a1"])
    def test_a_new_password_may_have_the_neighbours_of_control_characters(
        self, model: type[RequestBody], field: str, around: str
    ) -> None:
        password = f"four and{around}twenty"

        assert getattr(read(model, **{field: password}), field) == password

    @pytest.mark.parametrize(
        ("password", "refusal"),
        [
            ("password1234", TOO_COMMON),
            ("Qwertyuiop[]", TOO_COMMON),
            ("1234567890123", TOO_COMMON),
            ("aiko@example.com", OF_ADDRESS),
            ("Teppan-2027!!", OF_PRODUCT),
            ("xxxxxxxxxxxx", TOO_UNIFORM),
        ],
    )
    def test_a_new_password_that_is_easy_to_guess_is_refused_with_advice(
        self, model: type[RequestBody], field: str, password: str, refusal: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            read(model, **{field: password})

        (fault,) = refused.value.violations
        assert (fault.pointer, fault.detail) == (f"/{field}", refusal)

    def test_a_weak_password_and_an_invalid_address_are_both_reported(
        self, model: type[RequestBody], field: str
    ) -> None:
        assert refuse(model, email="mailto:a@b.c", **{field: "password1234"}) == [
            "/email",
            f"/{field}",
        ]

    @each_unnormalised
    def test_a_new_password_is_normalised(
        self, model: type[RequestBody], field: str, sent: str, kept: str
    ) -> None:
        assert getattr(read(model, **{field: sent}), field) == kept

    @pytest.mark.parametrize(
        "password",
        [
            "e\u0301" * 5 + "sushi!",  # 11 characters, written as 16
            "\ufdfa" * 5 + " sushi",  # 96, written as 11: ligatures of 18 letters each
        ],
    )
    def test_the_length_of_a_new_password_is_measured_after_normalisation(
        self, model: type[RequestBody], field: str, password: str
    ) -> None:
        length = len(unicodedata.normalize("NFKC", password))

        if 12 <= length <= 99:
            read(model, **{field: password})
        else:
            assert refuse(model, **{field: password}) == [f"/{field}"]

    @pytest.mark.parametrize(
        "password", ["four and twenty\u00a0", "\u00a8four and twenty", "four and twenty\u2007"]
    )
    def test_a_new_password_with_outer_space_after_normalisation_is_refused(
        self, model: type[RequestBody], field: str, password: str
    ) -> None:
        assert refuse(model, **{field: password}) == [f"/{field}"]
