"""A password is the same however a keyboard writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teppan.identity.password import normalised


@pytest.mark.parametrize("written", ["caf\u00e9", "cafe\u0301"])
def test_a_letter_and_its_parts_are_one(written: str) -> None:
    assert normalised(written) == "caf\u00e9"


def test_a_ligature_is_its_letters() -> None:
    assert normalised("\ufb01ve") == "five"


@given(st.text())
def test_it_is_done_once(password: str) -> None:
    assert normalised(normalised(password)) == normalised(password)
