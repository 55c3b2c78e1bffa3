"""Bad input in every field of the contract: named in the problem, and without any effect."""

import base64
import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import pytest
from tests.builders import booking_body
from tests.functions import contract
from tests.functions.every_operation.bad_requests import (
    FIELDS,
    WITH_BODY,
    Field,
    Sender,
    by_method,
    pointer,
    with_value,
)
from tests.functions.example import declared
from tests.functions.handlers import Handlers
from tests.sizes import pairs, some

LARGEST: Final = 16 * 1024
NO_START_TIME: Final = [
    "", " ", "6pm", "18", "1800", "8:00", "24:00", "18:60", "18:00:00", "T18:00", "18:00Z", "13:00",
]  # fmt: skip
QUERY_PARAMETERS: Final = [
    (operation, name)
    for operation in declared()
    for name in contract.parameters(operation, "query")
]
PATH_PARAMETERS: Final = [
    (operation, name)
    for operation in declared()
    for name in contract.parameters(operation, "path")
    if operation != "preflight"
]
BODY_REQUIRED: Final = [
    name for name in WITH_BODY if contract.OPERATIONS[name].spec["requestBody"].get("required")
]
BODY_OPTIONAL: Final = [name for name in WITH_BODY if name not in BODY_REQUIRED]
WITH_START: Final = [
    name
    for name in WITH_BODY
    if {"date", "time"} <= (contract.body_schema(name) or {})["properties"].keys()
]


WRONG_TYPES: Final[dict[str, list[Any]]] = {
    "integer": ["12", True, 1.0, 1.5, None, [1], {}],
    "string": [1, True, 1.5, None, ["x"], {}],
    "object": [1, True, "x", None, []],
}
JUNK: Final = [
    "",
    " ",
    "\0",
    "null",
    "-1",
    "1e3",
    "é",
    "\u202e",
    "🍣",
    "x" * 5000,
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "2026-12-24\n",
    "' OR 1=1 --",
    "../../etc/passwd",
    "%00",
]
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
each_field = pytest.mark.parametrize(
    ("operation", "field"),
    [pytest.param(*each, id=f"{each[0]}-{'.'.join(each[1])}") for each in FIELDS],
)
each_with_body = pytest.mark.parametrize("operation", WITH_BODY)


class TestFields:
    """Every field of every body, checked against the contract's schema."""

    @each_field
    def test_a_field_of_another_type_is_refused(
        self, ask: Sender, operation: str, field: Field
    ) -> None:
        values = WRONG_TYPES[FIELDS[operation, field]["type"]]
        for value in some(values, turn_of(operation, field)):
            body = with_value(ask.full_body(operation), field, value)
            answer = ask.body(operation, body)
            assert answer.problem == (422, "validation_failed"), repr(value)[:80]
            assert answer.faults == [pointer(field)], repr(value)[:80]

    @each_field
    def test_a_field_out_of_bounds_is_refused(
        self, ask: Sender, operation: str, field: Field
    ) -> None:
        values = list(out_of_bounds(FIELDS[operation, field]))
        for value in some(values, turn_of(operation, field)):
            body = with_value(ask.full_body(operation), field, value)
            if field == ("time",):  # a rule of the slots, not of the schema
                answer = ask.body(operation, body | {"date": "2026-12-24"})
                assert answer.problem == (400, "invalid_time"), repr(value)[:80]
                continue
            answer = ask.body(operation, body)
            assert answer.problem == (422, "validation_failed"), repr(value)[:80]
            assert set(answer.faults) >= {pointer(field)}, repr(value)[:80]

    @pytest.mark.parametrize("operation", WITH_START)
    def test_a_text_that_is_no_start_time_is_always_invalid_time(
        self, ask: Sender, operation: str
    ) -> None:
        """`18:00:00` and `13:00` are both times, and neither is a start time."""
        for text in some(NO_START_TIME, WITH_START.index(operation)):
            body = ask.full_body(operation) | {"date": "2026-12-24", "time": text}
            assert ask.body(operation, body).problem == (400, "invalid_time"), text
            if text:
                answer = ask("setSlotCapacity", time=text)
                assert answer.problem == (400, "invalid_time"), text

    def test_an_invalid_time_is_reported_after_the_faults_of_the_schema(self, ask: Sender) -> None:
        answer = ask.body("createQuote", {"guests": 0, "date": "2026-12-24", "time": "6pm"})

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["body /guests"]

    @pytest.mark.parametrize(
        ("operation", "field"),
        [
            pytest.param(operation, (*at, name), id=f"{operation}-{'.'.join((*at, name))}")
            for operation in WITH_BODY
            for at, schema in [
                ((), contract.body_schema(operation) or {}),
                *((field, schema) for (name, field), schema in FIELDS.items() if name == operation),
            ]
            for name in schema.get("required", [])
        ],
    )
    def test_a_missing_field_is_named_in_the_problem(
        self, ask: Sender, operation: str, field: Field
    ) -> None:
        body = ask.full_body(operation)
        inner = body
        for part in field[:-1]:
            inner = inner[part]
        del inner[field[-1]]

        answer = ask.body(operation, body)

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == [pointer(field)]

    @each_with_body
    def test_an_unknown_field_is_named_in_the_problem(self, ask: Sender, operation: str) -> None:
        places = [
            (),
            *(
                field
                for (each, field), schema in FIELDS.items()
                if each == operation and schema["type"] == "object"
            ),
        ]
        names = list(product(places, ("surprise", "Guests", "", "__proto__", "🍣")))
        for place, name in some(names, WITH_BODY.index(operation)):
            body = with_value(ask.full_body(operation), (*place, name), 1)
            answer = ask.body(operation, body)
            assert answer.problem == (422, "validation_failed"), name
            assert answer.faults == [pointer((*place, name))], name

    def test_a_json_pointer_escapes_tilde_and_slash(self, ask: Sender) -> None:
        answer = ask.body("createQuote", {"guests": 12, "a/b~c": 1})

        assert answer.faults == ["body /a~1b~0c"]

    def test_all_faults_of_a_body_are_reported_together(self, ask: Sender) -> None:
        body = booking_body(guests=0, date="tomorrow", contact=None, extra=1)

        answer = ask.body("createBooking", body)

        assert sorted(answer.faults) == [
            "body /contact",
            "body /date",
            "body /extra",
            "body /guests",
        ]


def turn_of(operation: str, field: Field) -> int:
    """Return the place of the field in all bodies, so that fields take turns with the values."""
    return list(FIELDS).index((operation, field))


def out_of_bounds(schema: dict[str, Any]) -> Iterator[Any]:
    """Yield values that the bounds of `schema` exclude, just and by far."""
    if schema["type"] == "integer":
        yield from (schema["minimum"] - 1, -(10**30))
        if "maximum" in schema:
            yield from (schema["maximum"] + 1, 10**4000)
    if schema["type"] == "string":
        if schema.get("minLength"):
            yield from ("", "x" * (schema["minLength"] - 1))
        if "maxLength" in schema:
            yield "x" * (schema["maxLength"] + 1)
            yield "🍣" * min(schema["maxLength"] + 1, LARGEST // 16)
        if "pattern" in schema or "enum" in schema:
            excluded = re.compile(schema.get("pattern", "^$"))
            yield from (text for text in ("\0", "🍣", "x" * 5000) if not excluded.search(text))
    if schema["type"] == "string" and schema.get("format") != "password":
        yield from ("a\0b", "a\x1bb", "a\x7fb")
        yield from (" ",) if schema.get("minLength") else ()
    if schema.get("format") == "date":
        yield from ("2026-02-30", "2026-13-01", "2026-12-24\n", " 2026-12-24", "0000-01-01")
        yield from (
            "20261224",
            "2026-W52-4",
            "2026-12-24T00:00:00Z",
            "+2026-12-24",
            "\uff12026-12-24",
        )


class TestDocuments:
    """A body must be a JSON object of limited size, with the media type of JSON."""

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
        text = json.dumps({"special_requests": padding * LARGEST}, ensure_ascii=False)

        assert ask.body(operation, text).problem == (413, "body_too_large")
        encoded = base64.b64encode(text.encode()).decode()
        answer = ask.event(operation, body=encoded, isBase64Encoded=True)
        assert answer.problem == (413, "body_too_large")

    @pytest.mark.parametrize(("size", "status"), [(LARGEST, 200), (LARGEST + 1, 413)])
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


class TestParameters:
    """Every parameter of every path and query."""

    @pytest.mark.parametrize(("operation", "name"), QUERY_PARAMETERS)
    def test_junk_in_a_query_parameter_is_named_in_the_problem(
        self, ask: Sender, operation: str, name: str
    ) -> None:
        query = ask.good_request(operation).get("query", {})
        for junk in some(JUNK[1:], QUERY_PARAMETERS.index((operation, name))):
            answer = ask(operation, query=query | {name: junk})
            if name == "cursor" and answer.problem == (400, "invalid_cursor"):
                continue  # well-formed, but never issued
            assert answer.problem == (422, "validation_failed"), junk
            assert answer.faults == [f"query /{name}"], junk

    @pytest.mark.parametrize(("operation", "name"), PATH_PARAMETERS)
    def test_junk_in_a_path_parameter_is_named_in_the_problem(
        self, ask: Sender, operation: str, name: str
    ) -> None:
        values = [*JUNK[1:], "bkg_", "bkg_" + "A" * 26, "bkg_" + "a" * 27, "bkg_" + "1" * 26]
        for junk in some(values, PATH_PARAMETERS.index((operation, name))):
            answer = ask(operation, **{name: junk})
            if name == "time":
                assert answer.problem == (400, "invalid_time"), junk
                continue
            assert answer.problem == (422, "validation_failed"), junk
            assert answer.faults == [f"path /{name}"], junk

    @pytest.mark.parametrize("operation", by_method("GET", "POST"))
    def test_an_unknown_parameter_of_a_get_or_post_is_named_in_the_problem(
        self, ask: Sender, operation: str
    ) -> None:
        query = ask.good_request(operation).get("query", {})
        names = ("page", "LIMIT", "limit[]", "", " ", "é", "🍣", "x" * 500)
        for name in some(names, by_method("GET", "POST").index(operation)):
            answer = ask(operation, query=query | {name: "1"})
            assert answer.problem == (422, "validation_failed"), name
            assert answer.faults == [f"query /{name}"], name

    @pytest.mark.parametrize("operation", by_method("PUT", "DELETE"))
    def test_an_unknown_parameter_of_a_put_or_delete_is_named_in_the_problem(
        self, ask: Sender, operation: str
    ) -> None:
        answer = ask(operation, query={"force": "1"})

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["query /force"]

    @pytest.mark.parametrize(("operation", "name"), QUERY_PARAMETERS)
    def test_a_repeated_parameter_is_named_in_the_problem(
        self, ask: Sender, operation: str, name: str
    ) -> None:
        query = ask.good_request(operation).get("query", {})
        good = query.get(name, "1")

        answer = ask(operation, query=query | {name: [good, good]})

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == [f"query /{name}"]

    @pytest.mark.parametrize(
        ("operation", "name"),
        [
            (each.id, parameter["name"])
            for each in map(contract.OPERATIONS.__getitem__, declared())
            for parameter in each.parameters
            if parameter["in"] == "query"
        ],
    )
    def test_an_empty_parameter_counts_as_absent(
        self, ask: Sender, operation: str, name: str
    ) -> None:
        """A form sends `cursor=&status=` for empty fields."""
        query = ask.good_request(operation).get("query", {})
        (declared,) = (
            each for each in contract.OPERATIONS[operation].parameters if each["name"] == name
        )

        answer = ask(operation, query=query | {name: ""})

        if declared.get("required"):  # the gateway refuses it as well
            assert answer.problem == (400, "missing_parameter")
        else:
            assert answer.body == ask(operation, query=query).body

    @pytest.mark.parametrize("operation", by_method("GET", "HEAD"))
    def test_a_tracking_parameter_of_a_read_is_ignored(self, ask: Sender, operation: str) -> None:
        query = ask.good_request(operation).get("query", {})
        tracked = {"utm_source": "news", "fbclid": "a", "gclid": "b", "_": "1795420000"}

        assert ask(operation, query=query | tracked).status == 200

    def test_a_tracking_parameter_of_a_write_is_ignored(self, call: Handlers) -> None:
        answer = call("createBooking", booking_body(), query={"utm_source": ["a", "b"], "_": "1"})

        assert answer.status == 201


class TestUnicode:
    """Text of any script is kept unchanged; control characters in a line are refused."""

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
