"""The same key and body create one booking, however often they are sent."""

import json
from datetime import timedelta

import pytest
from tests.builders import OTHER_CUSTOMER, booking_body
from tests.conftest import Clock
from tests.functions.bookings.booking_changes import STARTS_AT
from tests.functions.bookings.create_booking.requests import book
from tests.functions.given import Snapshot
from tests.functions.handlers import Handlers


class TestIdempotency:
    def test_a_replay_returns_the_booking_of_the_first_request(
        self, call: Handlers, snapshot: Snapshot
    ) -> None:
        first = book(call, key="k")
        before = snapshot()

        again = book(call, key="k")

        assert (again.status, again.body) == (201, first.body)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["Location"] == first.headers["Location"]
        assert snapshot() == before

    def test_a_replay_returns_the_booking_as_it_is_now(self, call: Handlers) -> None:
        first = book(call, key="k").body
        call("updateBooking", {"guests": 14}, booking_id=first["booking_id"])

        again = book(call, key="k")

        assert again.body["guests"] == 14
        assert again.headers["ETag"] == '"2"'

    def test_a_replay_after_cancelling_does_not_book_again(self, call: Handlers) -> None:
        first = book(call, key="k").body
        call("cancelBooking", booking_id=first["booking_id"])

        again = book(call, key="k")

        assert (again.status, again.body["status"]) == (201, "cancelled")
        assert book(call, by=OTHER_CUSTOMER).status == 201

    def test_a_replay_after_the_slot_was_rebooked_returns_the_first_booking(
        self, call: Handlers
    ) -> None:
        first = book(call, key="k").body
        call("cancelBooking", booking_id=first["booking_id"])
        book(call, by=OTHER_CUSTOMER)

        again = book(call, key="k")

        assert (again.status, again.body["booking_id"]) == (201, first["booking_id"])

    @pytest.mark.parametrize("ahead", [timedelta(hours=47), -timedelta(days=30)])
    def test_a_replay_succeeds_after_the_lead_time_has_passed(
        self, call: Handlers, now: Clock, ahead: timedelta
    ) -> None:
        first = book(call, key="k")
        now.set(STARTS_AT - ahead)

        again = book(call, key="k")

        assert (again.status, again.body) == (201, first.body)
        assert again.headers["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize("ahead", [timedelta(days=30), timedelta(hours=47)])
    def test_a_booking_with_a_used_key_and_another_body_is_refused(
        self, call: Handlers, now: Clock, snapshot: Snapshot, ahead: timedelta
    ) -> None:
        book(call, key="k")
        before = snapshot()
        now.set(STARTS_AT - ahead)

        assert book(call, key="k", guests=13).problem == (422, "idempotency_key_reused")
        assert snapshot() == before

    def test_two_callers_may_use_the_same_idempotency_key(self, call: Handlers) -> None:
        own = book(call, key="k").body
        other = book(call, key="k", by=OTHER_CUSTOMER, time="21:00").body

        assert own["booking_id"] != other["booking_id"]
        assert other["customer_id"] == OTHER_CUSTOMER

    def test_a_replay_may_order_and_space_its_json_differently(self, call: Handlers) -> None:
        body = booking_body()
        first = call("createBooking", json.dumps(body), headers={"Idempotency-Key": "k"})
        shuffled = json.dumps(dict(reversed(body.items())), indent=3)

        again = call("createBooking", shuffled, headers={"Idempotency-Key": "k"})

        assert (again.status, again.body) == (201, first.body)

    def test_a_replay_may_escape_characters_differently(self, call: Handlers) -> None:
        body = booking_body(special_requests="寿司 🍣")
        first = call("createBooking", json.dumps(body), headers={"Idempotency-Key": "k"})
        plain = json.dumps(body, ensure_ascii=False)

        again = call("createBooking", plain, headers={"Idempotency-Key": "k"})

        assert (again.status, again.body) == (201, first.body)

    def test_the_key_of_a_refused_booking_may_be_used_again(self, call: Handlers) -> None:
        book(call, key="k", time="13:00")

        assert book(call, key="k").status == 201

    def test_a_booking_needs_an_idempotency_key(self, call: Handlers) -> None:
        refused = call("createBooking", booking_body(), headers={"Idempotency-Key": None})

        assert refused.problem == (400, "missing_parameter")
        assert refused.faults == ["header /Idempotency-Key"]

    @pytest.mark.parametrize("key", ["a", "!~#:._-", "x" * 255])
    def test_an_idempotency_key_is_1_to_255_visible_ascii_characters(
        self, call: Handlers, key: str
    ) -> None:
        assert book(call, key=key).status == 201

    @pytest.mark.parametrize("key", [" ", "a b", "x" * 256, "schlüssel", "a\n", "🍣"])
    def test_a_malformed_idempotency_key_is_refused(self, call: Handlers, key: str) -> None:
        refused = call("createBooking", booking_body(), headers={"Idempotency-Key": key})

        assert refused.problem == (422, "validation_failed")
        assert refused.faults == ["header /Idempotency-Key"]
