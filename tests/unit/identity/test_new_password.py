"""Passwords that are too easy to guess: common or obvious ones, also with trivial additions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teppan.identity.new_password import (
    COMMON,
    OF_ADDRESS,
    OF_PRODUCT,
    TOO_COMMON,
    TOO_UNIFORM,
    weakness,
)

EMAIL = "jordan.rivera@example.com"


def test_the_list_of_common_passwords_is_complete_and_casefolded() -> None:
    assert len(COMMON) == 18_054
    assert {"password", "123456", "qwerty", "111111", "iloveyou", "professional"} <= COMMON
    assert all(word == word.casefold() and len(word) >= 6 for word in COMMON)


@pytest.mark.parametrize("word", sorted(word for word in COMMON if len(word) >= 12))
def test_every_common_password_of_12_characters_is_refused(word: str) -> None:
    assert weakness(word, EMAIL) in {TOO_COMMON, TOO_UNIFORM}
    assert weakness(word.upper(), EMAIL) in {TOO_COMMON, TOO_UNIFORM}


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("password1234", TOO_COMMON),
        ("PASSWORD-2027", TOO_COMMON),
        ("password password", TOO_COMMON),
        ("p a s s w o r d !", TOO_COMMON),
        ("2027sunshine!!", TOO_COMMON),
        ("dragon123456", TOO_COMMON),
        ("1q2w3e4r5t6y", TOO_COMMON),
        ("123456789012", TOO_COMMON),
        ("098765432109", TOO_COMMON),
        ("abcdefghijkl", TOO_COMMON),
        ("qwertyuiopas", TOO_COMMON),
        ("xxxxxxxxxxxx", TOO_UNIFORM),
        ("abcabcabcabcabc", TOO_UNIFORM),
        ("a           b", TOO_UNIFORM),
        ("寿司寿司寿司寿司寿司寿司", TOO_UNIFORM),
        (EMAIL, OF_ADDRESS),
        (EMAIL.upper(), OF_ADDRESS),
        ("my jordan.rivera@example.com", OF_ADDRESS),
        ("jordan.rivera", OF_ADDRESS),
        ("Jordan Rivera 2027!", OF_ADDRESS),
        ("jordanrivera1", OF_ADDRESS),
        ("teppanteppan", OF_PRODUCT),
        ("Teppan 123456", OF_PRODUCT),
        ("!!teppan-2027", OF_PRODUCT),
    ],
)
def test_an_obvious_password_is_refused_with_its_reason(password: str, refusal: str) -> None:
    assert weakness(password, EMAIL) == refusal


@pytest.mark.parametrize(
    "password",
    [
        "five grilled scallops",
        "a dozen lobster tails",
        "correct horse battery staple",
        "teppan is where my brother cooks",
        "jordan has four green umbrellas",
        "a password for my grandmother's house",
        "sunshine over eleven harbours",
        "8249 0175 6630",
        "🍣🥢🍜🍱🍚🍙🍘🍥🥟🍡🍢🍤",
        "寿司と味噌汁とご飯と天ぷら",
        "ab!!@@##$$%%^^",
        "K7#vq2!xLmP9",
    ],
)
def test_a_password_that_only_contains_a_common_word_is_accepted(password: str) -> None:
    assert weakness(password, EMAIL) is None


@pytest.mark.parametrize(
    ("email", "password", "refusal"),
    [
        ("aiko+teppan@example.com", "aikoaikoaiko!2", OF_ADDRESS),
        ("13105550142@example.com", "1310555014200", OF_ADDRESS),
        ("jo@example.com", "jo has twelve forks", None),
        ("a@b.c", "banana bandana", None),
        ("", "five grilled scallops", None),
    ],
)
def test_a_password_made_of_a_part_of_the_address_is_refused(
    email: str, password: str, refusal: str | None
) -> None:
    assert weakness(password, email) == refusal


@given(st.text(min_size=12, max_size=99), st.text(max_size=40))
def test_weakness_accepts_any_text(password: str, email: str) -> None:
    refusal = weakness(password, email)

    assert refusal is None or refusal.endswith("do not belong together")
