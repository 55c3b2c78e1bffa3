"""Text of any script is kept unchanged; control characters in a line are refused."""

import pytest
from tests.builders import booking_body
from tests.functions.every_operation.bad_input.bad_requests import (
    Field,
    Sender,
    pointer,
    with_value,
)
from tests.functions.handlers import Handlers
from tests.sizes import pairs


class TestUnicode:
    @pytest.mark.parametrize(
        "name",
        [
            "田中 愛子",
            "عائشة",
            "Zoe\u0308",
            "🍣🥢",
            "👨\u200d👩\u200d👧",
            "\U0002070e\U00020731",
            "O'Brien; DROP TABLE",
            "<script>alert(1)</script>",
            "{{7*7}}",
            "\uff46\uff55\uff4c\uff4c",
            "🍣" * 100,
        ],
    )
    def test_text_of_any_script_is_returned_unchanged(self, call: Handlers, name: str) -> None:
        contact = booking_body()["contact"] | {"name": name}
        body = booking_body(contact=contact, special_requests=name)

        made = call("createBooking", body)
        read = call("getBooking", booking_id=made.body["booking_id"])

        assert made.status == 201
        assert made.body["contact"]["name"] == read.body["contact"]["name"] == name
        assert read.body["special_requests"] == name

    @pytest.mark.parametrize(
        ("field", "text"),
        pairs(
            [("contact", "name"), ("venue", "address_line1"), ("venue", "city")],
            ["  ", "\u3000\u3000", "\t\t", "\u2003 "],
        ),
    )
    def test_a_text_of_white_space_alone_is_refused(
        self, ask: Sender, field: Field, text: str
    ) -> None:
        body = with_value(ask.full_body("createBooking"), field, text)

        answer = ask.body("createBooking", body)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == [pointer(field)]

    @pytest.mark.parametrize(
        ("field", "character"),
        pairs(
            [
                ("contact", "name"),
                ("contact", "email"),
                ("contact", "phone"),
                ("venue", "address_line1"),
                ("venue", "address_line2"),
                ("venue", "city"),
                ("venue", "state"),
                ("venue", "postal_code"),
            ],
            ["\0", "\n", "\r", "\t", "\x1b", "\x7f"],
        ),
    )
    def test_a_control_character_in_a_line_of_text_is_refused(
        self, ask: Sender, field: Field, character: str
    ) -> None:
        good = {"email": "a@b.example", "phone": "+13105550142", "postal_code": "90291"}
        text = good.get(field[-1], "AB")
        body = with_value(ask.full_body("createBooking"), field, text[:1] + character + text[1:])

        answer = ask.body("createBooking", body)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == [pointer(field)]

    @pytest.mark.parametrize("character", ["\0", "\x0b", "\x0c", "\x1b", "\x7f"])
    def test_a_control_character_in_a_multi_line_text_is_refused(
        self, ask: Sender, character: str
    ) -> None:
        body = booking_body(special_requests=f"a{character}b")

        assert ask.body("createBooking", body).faults == ["body /special_requests"]

    def test_white_space_around_a_text_is_removed(self, call: Handlers) -> None:
        contact = booking_body()["contact"] | {"name": "  Aiko Tanaka \u3000"}

        answer = call("createBooking", booking_body(contact=contact, special_requests=" \n "))

        assert answer.body["contact"]["name"] == "Aiko Tanaka"
        assert answer.body["special_requests"] == ""
