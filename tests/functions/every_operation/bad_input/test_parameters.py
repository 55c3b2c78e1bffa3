"""Every parameter of every path and query."""

from typing import Final

import pytest
from tests.builders import booking_body
from tests.functions import contract
from tests.functions.every_operation.bad_input.bad_requests import Sender, by_method
from tests.functions.example import declared
from tests.functions.handlers import Handlers
from tests.sizes import some

QUERY_PARAMETERS: Final = [
    (operation, name)
    for operation in declared()
    for name in contract.parameters(operation, "query")
]
PATH_PARAMETERS: Final = [
    (operation, name)
    for operation in declared()
    for name in contract.parameters(operation, "path")
    if operation not in {"preflight", "getDocsFile"}  # any path is valid, or not found
]
JUNK: Final = [
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


class TestParameters:
    @pytest.mark.parametrize(("operation", "name"), QUERY_PARAMETERS)
    def test_junk_in_a_query_parameter_is_named_in_the_problem(
        self, ask: Sender, operation: str, name: str
    ) -> None:
        query = ask.good_request(operation).get("query", {})
        for junk in some(JUNK, QUERY_PARAMETERS.index((operation, name))):
            answer = ask(operation, query=query | {name: junk})
            if name == "cursor" and answer.problem == (400, "invalid_cursor"):
                continue  # well-formed, but never issued
            assert answer.problem == (422, "validation_failed"), junk
            assert answer.faults == [f"query /{name}"], junk

    @pytest.mark.parametrize(("operation", "name"), PATH_PARAMETERS)
    def test_junk_in_a_path_parameter_is_named_in_the_problem(
        self, ask: Sender, operation: str, name: str
    ) -> None:
        values = [*JUNK, "bkg_", "bkg_" + "A" * 26, "bkg_" + "a" * 27, "bkg_" + "1" * 26]
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

    @pytest.mark.parametrize(("operation", "name"), QUERY_PARAMETERS)
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
