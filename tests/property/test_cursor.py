"""A cursor decodes to its position or is refused."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import CUSTOMER, caller
from tests.property.strategies import TEXTS

from teppan import secret
from teppan.http.cursor import Cursors
from teppan.http.errors import InvalidCursor
from teppan.http.request import Request

POSITIONS = st.lists(TEXTS | st.integers(0, 10**9), min_size=1, max_size=3)
FILTERS = st.fixed_dictionaries(
    {"status": st.none() | TEXTS, "order": st.sampled_from(["asc", "desc"])}
)
CURSORS = Cursors("arn")


@pytest.fixture(autouse=True, scope="module")
def signing_secret() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secret, "current", lambda _arn: "a secret")
        patch.setattr(secret, "valid", lambda _arn: iter(["a newer secret", "a secret"]))
        yield


def request(
    cursor: str | None, filters: dict[str, Any], who: str = CUSTOMER, operation: str = "list"
) -> Request[None]:
    return Request(
        operation=operation,
        path="/api/v1/bookings",
        caller=caller(who),
        body=None,
        parameters={**filters, "cursor": cursor, "limit": 20},
        if_match=None,
        idempotency_or_none=None,
    )


def issued(position: list[Any], filters: dict[str, Any]) -> str:
    return CURSORS.issue(request(None, filters), position)["next_cursor"]


@given(POSITIONS, FILTERS)
def test_a_cursor_decodes_to_its_position(position: list[Any], filters: dict[str, Any]) -> None:
    assert CURSORS.read(request(issued(position, filters), filters)) == position


@given(POSITIONS, FILTERS, st.data())
def test_a_cursor_with_a_flipped_bit_is_refused(
    position: list[Any], filters: dict[str, Any], data: st.DataObject
) -> None:
    text = issued(position, filters)
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8

    forged = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    with pytest.raises(InvalidCursor):
        CURSORS.read(request(forged, filters))


@given(POSITIONS, FILTERS, FILTERS, st.sampled_from([CUSTOMER, "other"]), st.sampled_from("ab"))
def test_a_cursor_is_valid_for_one_caller_and_one_list(
    position: list[Any],
    filters: dict[str, Any],
    others: dict[str, Any],
    who: str,
    operation: str,
) -> None:
    text = CURSORS.issue(request(None, filters, operation="a"), position)["next_cursor"]
    same = (filters, CUSTOMER, "a") == (others, who, operation)

    if same:
        assert CURSORS.read(request(text, others, who, operation)) == position
    else:
        with pytest.raises(InvalidCursor):
            CURSORS.read(request(text, others, who, operation))


@given(st.text(st.sampled_from("ABCxyz012-_"), min_size=1, max_size=80))
def test_a_cursor_that_we_did_not_issue_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.read(request(text, {}))
