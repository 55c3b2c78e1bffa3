"""JSON bodies: size, media type, syntax and schema."""

import base64
import json
from typing import Any

import pytest
from tests.builders import gateway_event

from teppan.domain.errors import InvalidInput, MalformedJson
from teppan.http.body import MAX_BODY_BYTES, RequestBody, read_body
from teppan.http.errors import TooLarge, UnsupportedMediaType
from teppan.http.request import RawRequest, read_request


class Order(RequestBody):
    guests: int
    note: str = ""


class Cart(RequestBody):
    orders: list[Order]


def request_with(
    body: Any, media_type: str | None = "application/json", **event: Any
) -> RawRequest:
    headers = {} if media_type is None else {"Content-Type": media_type}
    request = gateway_event("POST", "/", headers=headers)
    return read_request(request | {"body": body} | event)


def read(body: Any, **options: Any) -> tuple[Order, Any]:
    return read_body(request_with(body, **options), Order, optional=False)


def padded(size: int) -> str:
    """Return a valid body of exactly `size` bytes."""
    return '{"guests": 12}'.ljust(size)


class TestReading:
    def test_a_valid_body_is_read_with_its_json_document(self) -> None:
        order, document = read('{"note": "é", "guests": 12}')

        assert order == Order(guests=12, note="é")
        assert document == {"guests": 12, "note": "é"}

    def test_a_valid_body_in_base64_is_read(self) -> None:
        raw = base64.b64encode('{"guests": 12, "note": "é"}'.encode()).decode()

        assert read(raw, isBase64Encoded=True)[0] == Order(guests=12, note="é")

    @pytest.mark.parametrize("body", ["", None])
    def test_an_optional_body_may_be_absent_with_any_media_type(self, body: Any) -> None:
        class Reason(RequestBody):
            reason: str = "none"

        for media_type in (None, "text/plain", "application/json"):
            found, document = read_body(request_with(body, media_type), Reason, optional=True)
            assert (found, document) == (Reason(), {})

    @pytest.mark.parametrize("body", ["", None, " "])
    def test_a_required_body_must_be_present(self, body: Any) -> None:
        with pytest.raises(MalformedJson):
            read(body)

    def test_a_repeated_member_has_its_last_value_in_schema_and_document(self) -> None:
        order, document = read('{"guests": 1, "guests": 2}')

        assert (order.guests, document) == (2, {"guests": 2})


class TestSize:
    def test_a_body_of_16_kilobytes_is_accepted(self) -> None:
        assert MAX_BODY_BYTES == 16 * 1024
        assert read(padded(16 * 1024))[0].guests == 12

    def test_a_body_over_16_kilobytes_is_refused(self) -> None:
        with pytest.raises(TooLarge):
            read(padded(16 * 1024 + 1))

    def test_the_size_of_a_body_is_counted_in_bytes_not_characters(self) -> None:
        with pytest.raises(TooLarge):
            read(json.dumps({"guests": 1, "note": "é" * 8_200}, ensure_ascii=False))

    def test_the_size_of_a_base64_body_is_counted_after_decoding(self) -> None:
        for size, refused in ((MAX_BODY_BYTES, False), (MAX_BODY_BYTES + 1, True)):
            raw = base64.b64encode(padded(size).encode()).decode()
            if refused:
                with pytest.raises(TooLarge):
                    read(raw, isBase64Encoded=True)
            else:
                assert read(raw, isBase64Encoded=True)


class TestMediaType:
    @pytest.mark.parametrize(
        "media_type",
        ["application/json", "application/json; charset=utf-8", "Application/JSON ;charset=utf-8"],
    )
    def test_the_media_type_json_is_accepted(self, media_type: str) -> None:
        assert read(padded(20), media_type=media_type)[0].guests == 12

    @pytest.mark.parametrize(
        "media_type",
        [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
         "application/problem+json", "text/json", "json"],
    )  # fmt: skip
    def test_every_other_media_type_is_refused(self, media_type: str | None) -> None:
        with pytest.raises(UnsupportedMediaType):
            read(padded(20), media_type=media_type)


class TestSyntax:
    @pytest.mark.parametrize(
        "body",
        [
            "{",
            "guests=12",
            '{"guests": 12,}',
            "{'guests': 12}",
            '{"guests": 12} {"guests": 12}',
            '{"guests": NaN}',
            '{"guests": Infinity}',
            '{"guests": -Infinity}',
            '{"guests": 012}',
            '{"guests": ' + "9" * 5_000 + "}",
            "[" * 5_000,
            "[" * 5_000 + "]" * 5_000,
            '{"a":' * 2_000 + "1" + "}" * 2_000,
            '{"note": "\\ud800", "guests": 1}',
            '{"note": "\ud800", "guests": 1}',
            '{"note": "tab\tin a text", "guests": 1}',
            '\ufeff\ufeff{"guests": 12}',
            '{\ufeff"guests": 12}',
            "\x00",
        ],
    )
    def test_a_body_that_is_not_json_is_refused(self, body: str) -> None:
        with pytest.raises(MalformedJson):
            read(body)

    @pytest.mark.parametrize(
        "body",
        ["e", "====", "{}", base64.b64encode(b'{"note": "\xff", "guests": 1}').decode()],
    )
    def test_a_base64_body_that_is_not_json_text_is_refused(self, body: str) -> None:
        with pytest.raises(MalformedJson):
            read(body, isBase64Encoded=True)

    def test_a_base64_body_that_is_not_ascii_is_refused(self) -> None:
        with pytest.raises(MalformedJson):
            read("é", isBase64Encoded=True)


class TestEncoding:
    def test_a_byte_order_mark_before_the_document_is_ignored(self) -> None:
        """Editors and .NET write one; a parser may ignore it (RFC 8259 §8.1)."""
        marked = "\ufeff" + padded(20)
        encoded = base64.b64encode(marked.encode()).decode()

        for found in (read(marked), read(encoded, isBase64Encoded=True)):
            assert found == read(padded(20))

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be", "latin-1", "cp037"])
    def test_an_encoding_other_than_utf_8_is_refused_with_an_explanation(
        self, encoding: str
    ) -> None:
        raw = base64.b64encode('{"guests": 12, "note": "é"}'.encode(encoding)).decode()

        with pytest.raises(MalformedJson, match="UTF-8"):
            read(raw, isBase64Encoded=True)

    @pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf-16", "iso-8859-1", '"x"'])
    def test_a_charset_parameter_has_no_effect(self, charset: str) -> None:
        """JSON is always UTF-8; the parameter has no meaning (RFC 8259 §11)."""
        media_type = f"application/json; charset={charset}"

        assert read(padded(20), media_type=media_type)[0].guests == 12


class TestSchema:
    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ("[]", ""),
            ("null", ""),
            ('"text"', ""),
            ("{}", "/guests"),
            ('{"guests": null}', "/guests"),
            ('{"guests": "12"}', "/guests"),
            ('{"guests": 12.0}', "/guests"),
            ('{"guests": 12.5}', "/guests"),
            ('{"guests": 1e999}', "/guests"),
            ('{"guests": true}', "/guests"),
            ('{"guests": 12, "note": 1}', "/note"),
            ('{"guests": 12, "colour": "red"}', "/colour"),
            ('{"guests": 12, "a/b~c": 1}', "/a~1b~0c"),
        ],
    )
    def test_a_violation_of_the_schema_has_its_pointer(self, body: str, pointer: str) -> None:
        with pytest.raises(InvalidInput) as raised:
            read(body)

        (violation,) = raised.value.violations
        assert (violation.where, violation.pointer) == ("body", pointer)

    def test_all_violations_of_a_body_are_reported_at_once_also_nested_ones(self) -> None:
        body = {"orders": [{"guests": 1}, {"guests": "x"}, {"guests": 1, "colour": "red"}]}

        with pytest.raises(InvalidInput) as raised:
            read_body(request_with(json.dumps(body)), Cart, optional=False)

        assert [violation.pointer for violation in raised.value.violations] == [
            "/orders/1/guests",
            "/orders/2/colour",
        ]

    def test_a_violation_does_not_quote_the_value(self) -> None:
        with pytest.raises(InvalidInput) as raised:
            read('{"guests": "aiko@example.com"}')

        assert "aiko" not in repr(raised.value.violations)
