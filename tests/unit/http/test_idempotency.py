"""`Idempotency-Key` and the fingerprint of the body."""

import re
from typing import Any

import pytest

from teppan.domain.errors import InvalidInput
from teppan.http.errors import MissingParameter
from teppan.http.idempotency import idempotency_key


def fingerprint(document: Any) -> str:
    return idempotency_key("key", document).fingerprint


@pytest.mark.parametrize("key", [None, ""])
def test_a_request_without_an_idempotency_key_is_refused(key: str | None) -> None:
    """The gateway and our code count an empty header as missing."""
    with pytest.raises(MissingParameter) as refusal:
        idempotency_key(key, {})

    assert refusal.value.violation.pointer == "/Idempotency-Key"


@pytest.mark.parametrize("key", [" ", "a b", "a\n", "é", "k" * 256, "a\x7f"])
def test_a_malformed_idempotency_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidInput):
        idempotency_key(key, {})


@pytest.mark.parametrize("key", ["a", "k" * 255, "!~:.-_/", '"quoted"'])
def test_an_idempotency_key_of_1_to_255_visible_ascii_characters_is_kept(key: str) -> None:
    assert idempotency_key(key, {}).key == key


def test_the_fingerprint_is_a_hash() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint({"contact": {"name": "Aiko"}}))


def test_the_order_of_members_does_not_change_the_fingerprint() -> None:
    assert fingerprint({"a": 1, "b": {"c": 2, "d": 3}}) == fingerprint(
        {"b": {"d": 3, "c": 2}, "a": 1}
    )


@pytest.mark.parametrize(
    "other", [{}, {"a": 2}, {"a": "1"}, {"a": True}, {"a": [1]}, {"b": 1}, {"a": 1, "b": 1}, [1]]
)
def test_different_bodies_have_different_fingerprints(other: Any) -> None:
    assert fingerprint(other) != fingerprint({"a": 1})
