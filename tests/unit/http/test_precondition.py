"""`If-Match` (RFC 9110 §13.1.1)."""

import pytest

from teppan.domain.errors import InvalidInput
from teppan.http.precondition import precondition


@pytest.mark.parametrize("header", [None, "*", " * "])
def test_without_if_match_or_with_a_star_every_version_passes(header: str | None) -> None:
    assert precondition(header)(1) and precondition(header)(99)


@pytest.mark.parametrize("header", ['"3"', ' "3" ', '"1", "3"', '"1","2","3"', '"x" ,"3"'])
def test_a_tag_accepts_only_its_version(header: str) -> None:
    is_accepted = precondition(header)

    assert is_accepted(3)
    assert not is_accepted(4)
    assert not is_accepted(33)


@pytest.mark.parametrize("header", ['"03"', '"3!"', '""', '"v3"'])
def test_an_unknown_tag_accepts_no_version(header: str) -> None:
    assert not precondition(header)(3)


@pytest.mark.parametrize("header", ['W/"3"', ' W/"3" ', 'W/"2", W/"3"', 'W/""'])
def test_a_list_of_weak_tags_only_is_refused_with_an_explanation(header: str) -> None:
    """A 412 would be no help: the next read returns the same weak tag."""
    with pytest.raises(InvalidInput) as raised:
        precondition(header)

    (violation,) = raised.value.violations
    assert (violation.where, violation.pointer) == ("header", "/If-Match")
    assert "weak" in violation.detail


def test_in_a_list_only_strong_tags_match() -> None:
    is_accepted = precondition('W/"3", "4"')

    assert is_accepted(4)
    assert not is_accepted(3)


@pytest.mark.parametrize("header", ['"3",', ',"3"', ' , "1",, "3" ,'])
def test_empty_elements_of_a_tag_list_are_ignored(header: str) -> None:
    """A recipient must accept them (RFC 9110 §5.6.1); joined headers may have them."""
    assert precondition(header)(3)


@pytest.mark.parametrize(
    "header",
    ["", " ", ",", "3", '"3', '3"', '"3" "4"', "'3'", '*, "3"', 'w/"3"', '"3\n"'],
)
def test_a_malformed_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        precondition(header)

    (violation,) = raised.value.violations
    assert (violation.where, violation.pointer) == ("header", "/If-Match")
