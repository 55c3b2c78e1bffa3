"""Stripe's events as ours."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from teppan.http.errors import MalformedJson
from teppan_payments.events import HANDLED, SENDER, event_of, read_event

SUBSCRIBED = {
    *(
        f"payment_intent.{what}"
        for what in ("succeeded", "payment_failed", "canceled", "processing", "requires_action")
    ),
    "charge.refunded",
    *(f"refund.{what}" for what in ("created", "updated", "failed")),
    *(
        f"charge.dispute.{what}"
        for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
    ),
}


def document(kind: str = "payment_intent.succeeded", **changed: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "type": kind,
        "created": 1_795_456_800,
        "data": {"object": {"id": "pi_1", "payment_intent": "pi_2"}},
    } | changed


def test_the_types_that_we_handle_are_those_of_the_business() -> None:
    assert set(HANDLED) == SUBSCRIBED


@pytest.mark.parametrize("kind", sorted(SUBSCRIBED))
def test_each_names_its_payment_intent(kind: str) -> None:
    event = event_of(document(kind))

    assert event.payment == ("pi_1" if kind.startswith("payment_intent.") else "pi_2")


def test_an_event_keeps_what_was_sent() -> None:
    event = read_event(json.dumps(document(), indent=2).encode())

    assert (event.id, event.type) == ("evt_1", "payment_intent.succeeded")
    assert event.created_at == datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert json.loads(event.payload) == document()
    assert "\n" not in event.payload


@pytest.mark.parametrize(
    "sent",
    [
        document("customer.created"),
        document("charge.refunded", data={"object": {"id": "ch_1", "payment_intent": None}}),
        document("charge.refunded", data={"object": {"id": "ch_1"}}),
    ],
    ids=["another type", "a charge without intent", "none named"],
)
def test_what_is_not_about_a_payment_of_ours_names_none(sent: dict[str, Any]) -> None:
    assert event_of(sent).payment is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": None},
        {"id": ""},
        {"id": 1},
        {"type": None},
        {"type": []},
        {"created": None},
        {"created": "now"},
        {"created": 10**17},
        {"created": -(10**17)},
        {"created": 10**400},
        {"data": None},
        {"data": []},
        {"data": {}},
        {"data": {"object": None}},
        {"data": {"object": "pi_1"}},
        {"data": {"object": {"id": {"id": "pi_1"}}}},
        {"data": {"object": {"id": ""}}},
    ],
)
def test_a_document_of_another_form_is_no_event(wrong: dict[str, Any]) -> None:
    with pytest.raises(MalformedJson):
        read_event(json.dumps(document(**wrong)).encode())


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"1", b'"evt_1"', b"\xff", b"{}", b"NaN", b"[" * 60_000],
    ids=lambda raw: repr(raw[:8]),
)
def test_what_is_no_document_is_none_either(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        read_event(raw)


def test_a_missing_part_is_missed() -> None:
    for name in ("id", "type", "created", "data"):
        sent = document()
        del sent[name]
        with pytest.raises(MalformedJson):
            read_event(json.dumps(sent).encode())


def test_the_audit_trail_names_who_has_sent_it() -> None:
    assert SENDER == "stripe"
