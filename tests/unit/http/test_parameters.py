"""Path and query parameters: values, defaults and violations."""

from datetime import date, time
from typing import Any

import pytest
from tests.builders import gateway_event

from teppan.domain.bookings.slot import start_time
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import InvalidInput
from teppan.http.errors import MissingParameter
from teppan.http.parameters import (
    ACCOUNT_ID,
    BOOKING_ID,
    CURSOR,
    LIMIT,
    ORDER,
    Declared,
    day,
    integer,
    one_of,
    path,
    query,
    read_parameters,
    text_like,
)

ID = "bkg_" + "a" * 26


def read(declared: Declared, **request: Any) -> dict[str, Any]:
    return read_parameters(gateway_event(**request), declared)


def violations_of(declared: Declared, **request: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as raised:
        read(declared, **request)
    return [(violation.where, violation.pointer) for violation in raised.value.violations]


class TestReading:
    def test_an_absent_parameter_has_its_default(self) -> None:
        declared = {"booking_id": BOOKING_ID, "limit": LIMIT, "order": ORDER, "cursor": CURSOR}

        values = read(declared, path_parameters={"booking_id": ID}, query={"limit": "5"})

        assert values == {"booking_id": ID, "limit": 5, "order": "asc", "cursor": None}

    def test_an_event_without_parameters_is_read_if_none_is_required(self) -> None:
        assert read({}) == {}
        assert read_parameters({}, {"limit": LIMIT}) == {"limit": 20}

    @pytest.mark.parametrize("where", ["path", "query"])
    def test_a_missing_required_parameter_is_named(self, where: str) -> None:
        required = path(day) if where == "path" else query(day, required=True)

        with pytest.raises(MissingParameter) as raised:
            read({"from": required})

        assert (raised.value.violation.where, raised.value.violation.pointer) == (
            where,
            "/from",
        )

    def test_all_invalid_parameters_are_reported_at_once(self) -> None:
        sent = {"limit": "0", "order": "up", "colour": "red"}

        assert set(violations_of({"limit": LIMIT, "order": ORDER}, query=sent)) == {
            ("query", "/limit"),
            ("query", "/order"),
            ("query", "/colour"),
        }

    def test_a_repeated_parameter_is_refused(self) -> None:
        assert violations_of({"limit": LIMIT}, query={"limit": ["5", "5"]}) == [("query", "/limit")]

    def test_an_unknown_parameter_is_refused_even_if_none_is_declared(self) -> None:
        assert violations_of({}, query={"limit": "5"}) == [("query", "/limit")]

    def test_a_path_parameter_in_the_query_is_refused(self) -> None:
        """Once it was ignored, although unknown query parameters are refused."""
        request = {"path_parameters": {"booking_id": ID}, "query": {"booking_id": ID}}

        assert violations_of({"booking_id": BOOKING_ID}, **request) == [("query", "/booking_id")]

    def test_an_invalid_path_parameter_has_a_path_pointer(self) -> None:
        sent = {"booking_id": "bkg_1"}

        assert violations_of({"booking_id": BOOKING_ID}, path_parameters=sent) == [
            ("path", "/booking_id")
        ]


class TestIgnoredParameters:
    @pytest.mark.parametrize("name", ["limit", "order", "cursor", "colour"])
    def test_an_empty_query_parameter_counts_as_absent(self, name: str) -> None:
        """A form sends `status=` for a field without a choice."""
        declared = {"limit": LIMIT, "order": ORDER, "cursor": CURSOR}

        assert read(declared, query={name: ""}) == read(declared)
        assert read(declared, query={name: ["", ""]}) == read(declared)

    def test_an_empty_value_beside_another_is_ignored(self) -> None:
        assert read({"limit": LIMIT}, query={"limit": ["", "5"]}) == {"limit": 5}

    def test_an_empty_required_parameter_is_missing(self) -> None:
        with pytest.raises(MissingParameter):
            read({"from": query(day, required=True)}, query={"from": ""})

    @pytest.mark.parametrize(
        "name",
        ["utm_source", "utm_medium", "utm_", "_", "_ga", "_gl", "dclid", "fbclid", "gad_source",
         "gbraid", "gclid", "gclsrc", "igshid", "li_fat_id", "mc_cid", "mc_eid", "msclkid",
         "srsltid", "ttclid", "twclid", "wbraid", "yclid"],
    )  # fmt: skip
    def test_a_tracking_parameter_is_ignored(self, name: str) -> None:
        assert read({"limit": LIMIT}, query={name: ["a", "b"]}) == {"limit": 20}

    @pytest.mark.parametrize("name", ["utm", "xutm_source", "__", "fbclid2", "Limit"])
    def test_a_parameter_like_a_tracking_one_is_refused(self, name: str) -> None:
        assert violations_of({"limit": LIMIT}, query={name: "1"}) == [("query", f"/{name}")]


READERS: list[tuple[Any, dict[str, Any]]] = [
    (day, {"2026-12-24": date(2026, 12, 24), "2028-02-29": date(2028, 2, 29)}),
    (start_time, {"00:00": time(0), "18:00": time(18), "23:59": time(23, 59)}),
    (integer(1, 100), {"1": 1, "100": 100, "007": 7}),
    (one_of(Status), {"pending": Status.PENDING, "no_show": Status.NO_SHOW}),
    (text_like("asc|desc", "asc or desc"), {"asc": "asc", "desc": "desc"}),
    (BOOKING_ID.read, {ID: ID, "bkg_" + "z7" * 13: "bkg_" + "z7" * 13}),
    (ACCOUNT_ID, {"1" * 8 + "-1111-4111-8111-" + "1" * 12: "11111111-1111-4111-8111-111111111111"}),
    (CURSOR.read, {"A_-z9": "A_-z9", "a" * 1024: "a" * 1024}),
    (LIMIT.read, {"1": 1, "100": 100}),
]


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [(reader, text, value) for reader, examples in READERS for text, value in examples.items()],
)
def test_a_valid_text_of_a_parameter_is_read(reader: Any, text: str, value: object) -> None:
    found = reader(text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("reader", "texts"),
    [
        (day, ["", "2026-2-3", "2026-02-30", "20261224", "2026-W52-4", "1999-12-31", "2200-01-01",
               "2026-12-24T18:00", "2026-12-24\n", "٢٠٢٦-١٢-٢٤", "0000-00-00"]),
        (integer(1, 100), ["", "0", "101", "-1", "+1", "1.0", "1e1", " 1", "1_0", "٣", "9" * 5000]),
        (one_of(Status), ["", "PENDING", "Status.PENDING", "unknown", "pending "]),
        (text_like("asc|desc", "asc or desc"), ["", "ASC", "ascdesc", "asc\n"]),
        (BOOKING_ID.read, ["", ID + "a", ID[:-1], ID.upper(), "bkg_" + "1" * 26, ID + "\n"]),
        (ACCOUNT_ID, ["", "admin", "11111111-1111-4111-8111-11111111111G", "1" * 36]),
        (LIMIT.read, ["", "0", "101"]),
        (CURSOR.read, ["", "a" * 1025, "a=", "a+b", "a/b", "é"]),
    ],
)  # fmt: skip
def test_an_invalid_text_of_a_parameter_is_refused(reader: Any, texts: list[str]) -> None:
    for text in texts:
        with pytest.raises(ValueError, match=r"^must be .*[^.]$"):
            reader(text)
