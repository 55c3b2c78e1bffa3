"""Normalisation of passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teppan.identity.password import normalised


@pytest.mark.parametrize("written", ["caf\u00e9", "cafe\u0301"])
def test_a_composed_and_a_decomposed_letter_are_equal_after_normalisation(written: str) -> None:
    assert normalised(written) == "caf\u00e9"


def test_a_ligature_is_normalised_to_its_letters() -> None:
    assert normalised("\ufb01ve") == "five"


@given(st.text())
def test_normalisation_of_a_password_is_idempotent(password: str) -> None:
    assert normalised(normalised(password)) == normalised(password)
