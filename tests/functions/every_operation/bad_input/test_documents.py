"""A body must be a JSON object of limited size, with the media type of JSON."""

import base64
import json
from typing import Final

import pytest
from tests.functions import contract
from tests.functions.every_operation.bad_input.bad_requests import (
    LARGEST_BODY,
    WITH_BODY,
    Sender,
    each_with_body,
)
from tests.sizes import some

BODY_REQUIRED: Final = [
    name for name in WITH_BODY if contract.OPERATIONS[name].spec["requestBody"].get("required")
]
BODY_OPTIONAL: Final = [name for name in WITH_BODY if name not in BODY_REQUIRED]
NO_JSON: Final = [
    "",
    " ",
    "{",
    "{}}",
    "{'guests': 12}",
    '{"guests": 12,}',
    '{"guests": 012}',
    '{"guests": NaN}',
    '{"guests": -Infinity}',
    "undefined",
    "guests=12",
    "\ufeff\ufeff{}",
    '{"a": "\\ud800"}',
    '{"a": "\\udc00\\ud800"}',
    '{"a": "\n"}',
    '{"a": "\0"}',
    "[" * 8000,
    '{"a":' * 3000,
    "\ud800",
    '{"a": "\udfff"}',
]
NOT_JSON: Final = [
    None,
    "",
    "text/plain",
    "application/jsonp",
    "application/x-www-form-urlencoded",
    "text/json; a=application/json",
    "application/json,text/plain",
    "x" * 10_000,
    "applicätion/json",
]
"""Media types of something else."""


class TestDocuments:
    @pytest.mark.parametrize("operation", BODY_REQUIRED)
    def test_a_body_that_is_no_json_is_refused(self, ask: Sender, operation: str) -> None:
        for text in some(NO_JSON, BODY_REQUIRED.index(operation)):
            assert ask.body(operation, text).problem == (400, "malformed_json"), text[:40]

    @each_with_body
    def test_a_json_body_that_is_no_object_is_refused(self, ask: Sender, operation: str) -> None:
        texts = ("[]", "null", "1", "true", '"x"', "1e400", "[{}]")
        for text in some(texts, WITH_BODY.index(operation)):
            answer = ask.body(operation, text)
            assert answer.problem == (422, "validation_failed"), text
            assert answer.body["errors"][0]["in"] == "body", text

    @pytest.mark.parametrize("operation", BODY_OPTIONAL)
    @pytest.mark.parametrize("text", ["{", "[[", "nul"])
    def test_an_optional_body_must_be_json_too(
        self, ask: Sender, operation: str, text: str
    ) -> None:
        assert ask.body(operation, text).problem == (400, "malformed_json")

    @each_with_body
    def test_bytes_that_are_not_utf8_are_refused(self, ask: Sender, operation: str) -> None:
        for raw in (b"\xff\xfe{}", b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}'):
            body = base64.b64encode(raw).decode()
            answer = ask.event(operation, body=body, isBase64Encoded=True)
            assert answer.problem == (400, "malformed_json"), raw

    @each_with_body
    def test_a_body_that_is_not_valid_base64_is_refused(self, ask: Sender, operation: str) -> None:
        for body in ("%%%", "e30", "é", "e30=\n=="):
            answer = ask.event(operation, body=body, isBase64Encoded=True)
            assert answer.problem == (400, "malformed_json"), body

    def test_a_base64_encoded_body_is_accepted(self, ask: Sender) -> None:
        body = base64.b64encode(b'{"guests": 12}').decode()

        assert ask.event("createQuote", body=body, isBase64Encoded=True).status == 200

    @pytest.mark.parametrize("padding", [" ", "é"])
    @each_with_body
    def test_a_body_over_16_kb_is_refused(self, ask: Sender, operation: str, padding: str) -> None:
        text = json.dumps({"special_requests": padding * LARGEST_BODY}, ensure_ascii=False)

        assert ask.body(operation, text).problem == (413, "body_too_large")
        encoded = base64.b64encode(text.encode()).decode()
        answer = ask.event(operation, body=encoded, isBase64Encoded=True)
        assert answer.problem == (413, "body_too_large")

    @pytest.mark.parametrize(("size", "status"), [(LARGEST_BODY, 200), (LARGEST_BODY + 1, 413)])
    def test_a_body_may_have_16_kb_and_no_more(self, ask: Sender, size: int, status: int) -> None:
        assert ask.body("createQuote", '{"guests": 12}'.ljust(size)).status == status

    @each_with_body
    def test_a_body_of_another_media_type_is_refused(self, ask: Sender, operation: str) -> None:
        body = ask.good_request(operation)["body"]
        for media_type in some(NOT_JSON, WITH_BODY.index(operation)):
            answer = ask.body(operation, body, headers={"Content-Type": media_type})
            assert answer.problem == (415, "unsupported_media_type"), media_type

    @pytest.mark.parametrize(
        "media_type", ["application/json", "APPLICATION/JSON", "application/json ; charset=utf-8"]
    )
    def test_the_media_type_of_json_may_be_written_in_any_way(
        self, ask: Sender, media_type: str
    ) -> None:
        answer = ask.body("createQuote", {"guests": 12}, headers={"Content-Type": media_type})

        assert answer.status == 200

    def test_the_last_of_two_members_of_one_name_counts(self, ask: Sender) -> None:
        answer = ask.body("createQuote", '{"guests": "x", "guests": 12}')

        assert (answer.status, answer.body["guests"]) == (200, 12)
