"""Bad headers: named in the problem where the operation reads them, ignored elsewhere."""

from typing import Final

import pytest
from tests.builders import booking_body
from tests.functions import contract
from tests.functions.every_operation.bad_input.bad_requests import Sender, by_method
from tests.functions.example import declared
from tests.functions.given import stored_booking
from tests.functions.handlers import Handlers
from tests.functions.requests import Keywords

from teppan.store.table import Table

WITH_IF_MATCH: Final = [
    name for name in declared() if "If-Match" in contract.parameters(name, "header")
]


class TestHeaders:
    """Junk is refused in a header that the operation reads, and ignored in others."""

    @pytest.mark.parametrize(
        ("tags", "status"),
        [
            (['"1"', '"9"'], 200),
            (['"9"', '"1"'], 200),
            (['"8"', '"9"'], 412),
            (["", '"1"'], 200),
            (["*", '"1"'], 422),
            (['W/"1"', '"1"'], 200),
            (['W/"1"', '"9"'], 412),
        ],
    )
    def test_two_if_match_headers_are_one_list(
        self, call: Handlers, table: Table, tags: list[str], status: int
    ) -> None:
        """Of two `If-Match` headers only the last one counted before."""
        request: Keywords = {"booking_id": stored_booking(table).id, "headers": {"If-Match": tags}}

        assert call("updateBooking", {"guests": 13}, **request).status == status

    @pytest.mark.parametrize(
        ("operation", "name"),
        [
            ("createBooking", "Idempotency-Key"),
            ("createBooking", "Content-Type"),
            ("refundPayment", "Idempotency-Key"),
            ("login", "Content-Type"),
        ],
    )
    def test_two_different_values_of_a_header_are_refused(
        self, ask: Sender, operation: str, name: str
    ) -> None:
        """A proxy and the gateway may each read another of the two values."""
        for values in (["application/json", "text/plain"], ["text/plain", "application/json"]):
            answer = ask(operation, headers={name: values})
            assert answer.problem == (422, "validation_failed"), values
            assert answer.faults == [f"header /{name}"], values

    def test_the_same_value_of_a_header_twice_is_accepted(self, call: Handlers) -> None:
        key = {"Idempotency-Key": ["k", "k"], "Content-Type": ["application/json"] * 2}

        first = call("createBooking", booking_body(), headers=key)
        again = call("createBooking", booking_body(), headers={"Idempotency-Key": "k"})

        assert (first.status, again.status) == (201, 201)
        assert again.headers["Idempotency-Replayed"] == "true"

    def test_two_origins_count_as_an_unknown_origin(self, ask: Sender) -> None:
        known = "http://localhost:3000"

        answer = ask("getHealth", headers={"Origin": [known, "http://evil.example"]})

        assert answer.status == 200
        assert "Access-Control-Allow-Origin" not in answer.headers

    @pytest.mark.parametrize("operation", WITH_IF_MATCH)
    def test_a_weak_tag_is_refused_with_a_detail_that_names_it(
        self, ask: Sender, operation: str
    ) -> None:
        answer = ask(operation, headers={"If-Match": 'W/"1"'})

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["header /If-Match"]
        assert "weak" in answer.body["errors"][0]["detail"]

    def test_an_empty_idempotency_key_counts_as_missing(self, ask: Sender) -> None:
        answer = ask.call(
            "createBooking", booking_body(time="12:00"), headers={"Idempotency-Key": ""}
        )

        assert answer.problem == (400, "missing_parameter")

    @pytest.mark.parametrize("junk", ["", "junk", '"1', "é", "🍣", "\0", '"x' * 5000, ", " * 5000])
    @pytest.mark.parametrize("operation", WITH_IF_MATCH)
    def test_junk_in_if_match_is_named_in_the_problem(
        self, ask: Sender, operation: str, junk: str
    ) -> None:
        answer = ask(operation, headers={"If-Match": junk})

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["header /If-Match"]

    @pytest.mark.parametrize("junk", [" ", "a b", "é", "🍣", "\0", "x" * 10_000])
    def test_junk_in_the_idempotency_key_is_named_in_the_problem(
        self, ask: Sender, junk: str
    ) -> None:
        answer = ask.call(
            "createBooking", booking_body(time="12:00"), headers={"Idempotency-Key": junk}
        )

        assert answer.problem == (422, "validation_failed")
        assert answer.faults == ["header /Idempotency-Key"]

    @pytest.mark.parametrize("operation", by_method("GET"))
    def test_junk_in_an_unused_header_is_ignored(self, ask: Sender, operation: str) -> None:
        junk: dict[str, str | None] = {
            "Authorization": ask.good_request(operation).get("token") or "Basic \0🍣",
            "Accept": "x" * 10_000,
            "Accept-Language": "é",
            "Content-Type": "junk",
            "Cookie": "a=b; " * 1000,
            "Origin": "\ud83c",
            "": "",
            "X-Forwarded-For": "not an address",
        }

        answer = ask(operation, headers=junk)

        assert answer.status == 200
