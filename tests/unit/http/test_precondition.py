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


@pytest.mark.parametrize("header", ['W/"3"', '"03"', '"3!"', '""', '"v3"'])
def test_a_weak_or_unknown_tag_lets_none_pass(header: str) -> None:
    assert not precondition(header)(3)


@pytest.mark.parametrize(
    "header",
    ["", " ", "3", '"3', '3"', '"3" "4"', '"3",', ',"3"', "'3'", '*, "3"', 'w/"3"', '"3\n"'],
)
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        precondition(header)

    (fault,) = refusal.value.violations
    assert (fault.where, fault.pointer) == ("header", "/If-Match")
