"""Stripe's events, read as ours."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.functions.emf import alarm_values

from teppan.domain.errors import MalformedJson
from teppan.domain.payments.errors import EventNotOurs
from teppan_payments.events import HANDLED, SENDER, UNREADABLE, event_of, read_event

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


def document(kind: str = "payment_intent.succeeded", **changes: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "type": kind,
        "created": 1_795_456_800,
        "livemode": False,
        "data": {"object": {"id": "pi_1", "payment_intent": "pi_2"}},
    } | changes


def test_the_handled_event_types_are_the_documented_ones() -> None:
    assert set(HANDLED) == SUBSCRIBED


@pytest.mark.parametrize("kind", sorted(SUBSCRIBED))
def test_every_handled_event_names_its_payment_intent(kind: str) -> None:
    event = event_of(document(kind))

    assert event.payment == ("pi_1" if kind.startswith("payment_intent.") else "pi_2")


def test_an_event_keeps_the_payload() -> None:
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
def test_an_event_without_a_payment_intent_names_no_payment(sent: dict[str, Any]) -> None:
    assert event_of(sent).payment is None


@pytest.mark.parametrize(
    "changes",
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
        {"id": "e" * 256},
        {"id": "evt_\u00e9"},
        {"id": "evt_\ud800"},
        {"id": "evt 1"},
        {"type": "t" * 256},
    ],
)
def test_a_document_of_another_form_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedJson):
        read_event(json.dumps(document(**changes)).encode())


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"1", b'"evt_1"', b"\xff", b"{}", b"NaN", b"[" * 60_000],
    ids=lambda raw: repr(raw[:8]),
)
def test_a_body_that_is_not_a_json_document_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        read_event(raw)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"object": None},
        {"object": "pi_1"},
        {"object": {"id": {"id": "pi_1"}}},
        {"object": {"id": ""}},
        {"object": {"id": "p" * 256}},
    ],
)
def test_a_handled_event_that_is_unreadable_has_a_fault(data: Any) -> None:
    event = event_of(document(data=data))

    assert (event.fault, event.payment) == (UNREADABLE, None)
    assert event_of(document("customer.created", data=data)).fault is None


def test_a_thin_event_is_read_without_its_object() -> None:
    """It has another form: its time is a text, and it has no object."""
    thin = {
        "id": "evt_test_1",
        "object": "v2.core.event",
        "type": "v1.billing.meter.no_meter_found",
        "created": "2026-11-23T18:00:00.123Z",
        "livemode": False,
        "related_object": {"id": "mtr_1", "type": "billing.meter", "url": "/v1/x"},
    }

    event = event_of(thin)

    assert (event.type, event.payment, event.fault) == (thin["type"], None, None)
    assert event.created_at == datetime(2026, 11, 23, 18, 0, 0, 123_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stage", "sent", "is_ours"),
    [
        ("prod", {"livemode": True}, True),
        ("prod", {"livemode": False}, False),
        ("prod", {"livemode": None}, False),
        ("staging", {"livemode": False}, True),
        ("staging", {"livemode": True}, False),
        ("local", {"livemode": True}, False),
        ("prod", {"livemode": True, "account": "acct_2"}, False),
        ("staging", {"account": "acct_2"}, False),
        ("staging", {"account": None}, True),
        ("staging", {"livemode": True, "type": "customer.created"}, False),
    ],
)
def test_an_event_of_another_mode_or_account_is_refused_and_raises_an_alarm(
    in_stage: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    stage: str,
    sent: dict[str, Any],
    is_ours: bool,
) -> None:
    in_stage(stage)

    if is_ours:
        assert event_of(document(**sent)).id == "evt_1"
    else:
        with pytest.raises(EventNotOurs):
            event_of(document(**sent))

    assert alarm_values(capsys.readouterr().out, "ForeignPayments") == ([] if is_ours else [1])


def test_client_secrets_are_removed_from_the_payload_at_any_depth() -> None:
    inner = {"id": "pi_1", "client_secret": "pi_1_secret_x"}
    changed = {"id": "pi_1", "last_error": {"payment_intent": inner}, "list": [inner]}

    event = event_of(document(data={"object": inner | changed, "previous_attributes": inner}))

    assert "secret" not in event.payload
    assert event.payment == "pi_1"


def test_the_stored_payload_is_ascii() -> None:
    """Half of a surrogate pair cannot be encoded as UTF-8."""
    raw = json.dumps(document(note="\ud800 \u00e9 \U0001f363")).encode()

    event = read_event(raw)

    assert event.payload.isascii()
    assert event.size == len(raw)
    assert json.loads(event.payload)["note"] == "\ud800 \u00e9 \U0001f363"


def test_an_event_without_any_one_required_part_is_malformed() -> None:
    for name in ("id", "type", "created"):
        sent = document()
        del sent[name]
        with pytest.raises(MalformedJson):
            read_event(json.dumps(sent).encode())


def test_the_audit_trail_names_stripe_as_the_sender() -> None:
    assert SENDER == "stripe"
