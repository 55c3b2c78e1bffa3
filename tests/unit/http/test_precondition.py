"""`If-Match` (RFC 9110 §13.1.1)."""

import pytest

from teppan.domain.errors import InvalidInput
from teppan.http.precondition import precondition


@pytest.mark.parametrize("header", [None, "*", " * "])
def test_without_one_or_with_a_star_every_version_passes(header: str | None) -> None:
    assert precondition(header)(1) and precondition(header)(99)


@pytest.mark.parametrize("header", ['"3"', ' "3" ', '"1", "3"', '"1","2","3"', '"x" ,"3"'])
def test_a_tag_lets_its_version_pass_and_no_other(header: str) -> None:
    accepts = precondition(header)

    assert accepts(3)
    assert not accepts(4)
    assert not accepts(33)


@pytest.mark.parametrize("header", ['"03"', '"3!"', '""', '"v3"'])
def test_an_unknown_tag_lets_none_pass(header: str) -> None:
    assert not precondition(header)(3)


@pytest.mark.parametrize("header", ['W/"3"', ' W/"3" ', 'W/"2", W/"3"', 'W/""'])
def test_weak_tags_alone_are_refused_with_a_text_that_says_so(header: str) -> None:
    """A 412 would send the caller round in a circle: the next read brings the same weak tag."""
    with pytest.raises(InvalidInput) as refusal:
        precondition(header)

    (fault,) = refusal.value.violations
    assert (fault.where, fault.pointer) == ("header", "/If-Match")
    assert "weak" in fault.detail


def test_in_a_list_the_strong_tags_decide_and_the_weak_ones_never_match() -> None:
    accepts = precondition('W/"3", "4"')

    assert accepts(4)
    assert not accepts(3)


@pytest.mark.parametrize("header", ['"3",', ',"3"', ' , "1",, "3" ,'])
def test_empty_elements_of_the_list_are_ignored(header: str) -> None:
    """A recipient must take them (RFC 9110 §5.6.1); two `If-Match` may be joined to such a list."""
    assert precondition(header)(3)


@pytest.mark.parametrize(
    "header",
    ["", " ", ",", "3", '"3', '3"', '"3" "4"', "'3'", '*, "3"', 'w/"3"', '"3\n"'],
)
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        precondition(header)

    (fault,) = refusal.value.violations
    assert (fault.where, fault.pointer) == ("header", "/If-Match")
