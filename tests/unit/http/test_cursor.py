"""Cursors: signed, opaque, valid for one caller and one list."""

import base64
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.builders import OTHER_CUSTOMER, caller
from tests.unit.conftest import Secrets

from teppan.http.cursor import Cursors
from teppan.http.errors import InvalidCursor
from teppan.http.request import Request
from teppan.settings import MissingSettingError

POSITION = ["BOOKINGS#2026-12", "2026-12-25T02:00:00Z#bkg_1"]
CURSORS = Cursors("arn")

pytestmark = pytest.mark.usefixtures("secrets")


def request(cursor: str | None = None, **parameters: Any) -> Request[None]:
    defaults = {"status": None, "order": "asc", "limit": 20, "date_from": date(2026, 12, 1)}
    return Request(
        operation="listBookings",
        path="/api/v1/bookings",
        caller=caller(),
        body=None,
        parameters=defaults | parameters | {"cursor": cursor},
        if_match=None,
        idempotency_or_none=None,
    )


def issued() -> str:
    return CURSORS.issue(request(), POSITION)["next_cursor"]


def test_a_cursor_is_read_as_its_position() -> None:
    assert CURSORS.read(request(issued())) == POSITION


def test_the_first_page_needs_no_cursor_and_the_last_issues_none() -> None:
    assert CURSORS.read(request()) is None
    assert CURSORS.issue(request(), None) == {}


def test_a_cursor_is_url_safe_and_unpadded() -> None:
    for length in range(4):
        text = CURSORS.issue(request(), ["x" * length])["next_cursor"]
        assert text.replace("-", "a").replace("_", "a").isalnum()


def test_a_cursor_accepts_another_page_size() -> None:
    assert CURSORS.read(request(issued(), limit=100)) == POSITION


@pytest.mark.parametrize(
    "other",
    [
        {"status": "pending"},
        {"order": "desc"},
        {"date_from": date(2026, 12, 2)},
        {"date_from": None},
        {"one": "more"},
    ],
)
def test_a_cursor_is_refused_with_other_filters(other: dict[str, Any]) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.read(request(issued(), **other))


def test_a_cursor_is_refused_for_another_caller() -> None:
    of_other_caller = replace(request(issued()), caller=caller(OTHER_CUSTOMER))

    with pytest.raises(InvalidCursor):
        CURSORS.read(of_other_caller)


def test_a_cursor_is_refused_for_another_operation() -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.read(replace(request(issued()), operation="listBookingEvents"))


def test_a_cursor_does_not_contain_the_secret(secrets: Secrets) -> None:
    text = issued()

    assert secrets.values[0].encode() not in base64.urlsafe_b64decode(text + "==")


def test_a_cursor_with_any_character_changed_is_refused() -> None:
    cursor = issued()

    for place, character in enumerate(cursor):
        forged = cursor[:place] + ("A" if character != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(InvalidCursor):
            CURSORS.read(request(forged))


@pytest.mark.parametrize("text", ["", "A", "AA", "A" * 5, "A" * 22, "-", "_" * 100, "====", "a.b"])
def test_a_text_that_is_not_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.read(request(text))


def test_a_position_without_our_signature_is_refused() -> None:
    unsigned = base64.urlsafe_b64encode(bytes(16) + b'["BOOKINGS#2026-12",""]').rstrip(b"=")

    with pytest.raises(InvalidCursor):
        CURSORS.read(request(unsigned.decode()))


@pytest.mark.parametrize("tail", ["=", "==", "\n", " ", ".", "A"])
def test_a_cursor_with_a_changed_ending_is_refused(tail: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.read(request(issued() + tail))


def test_a_cursor_with_other_unused_base64_bits_is_refused() -> None:
    """The last character carries four bits (or two); its unused bits must be zero."""
    cursor = next(
        text
        for length in range(3)
        if len(text := CURSORS.issue(request(), ["x" * length])["next_cursor"]) % 4 == 3
    )
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    altered = cursor[:-1] + alphabet[alphabet.index(cursor[-1]) + 1]
    assert base64.urlsafe_b64decode(altered + "=") == base64.urlsafe_b64decode(cursor + "=")

    with pytest.raises(InvalidCursor):
        CURSORS.read(request(altered))


class TestRotation:
    def test_a_cursor_is_accepted_after_one_rotation_of_the_secret(self, secrets: Secrets) -> None:
        old = issued()
        secrets.values = ("a new secret", *secrets.values)

        assert CURSORS.read(request(old)) == POSITION

    def test_a_cursor_is_refused_after_two_rotations_of_the_secret(self, secrets: Secrets) -> None:
        old = issued()
        secrets.values = ("the newest secret", "a new secret")

        with pytest.raises(InvalidCursor):
            CURSORS.read(request(old))

    def test_a_new_cursor_is_signed_with_the_new_secret(self, secrets: Secrets) -> None:
        old = issued()
        secrets.values = ("a new secret", *secrets.values)

        assert issued() != old


def test_cursors_need_the_setting_of_their_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Cursors.connect()._arn == "cursor-secret"
    monkeypatch.delenv("CURSOR_SECRET_ARN")
    with pytest.raises(MissingSettingError):
        Cursors.connect()
