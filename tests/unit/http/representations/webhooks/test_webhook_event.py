"""An event of the inbox as JSON of the contract."""

from dataclasses import replace

from tests.builders import NOW

from teppan.domain.webhook_event import EventSource, EventState
from teppan.http.representations.webhooks import webhook_event as represent
from teppan.store.webhooks.listing import InboxEvent

HANDLED = InboxEvent(
    id="evt_1",
    source=EventSource.STRIPE,
    type="refund.failed",
    state=EventState.HANDLED,
    deliveries=2,
    size=3_412,
    raw_kept=True,
    created_at=NOW,
    received_at=NOW,
    handled_at=NOW,
    payment="pi_1",
)


def test_a_handled_event_has_all_its_fields() -> None:
    assert represent.event(HANDLED) == {
        "event_id": "evt_1",
        "source": "stripe",
        "type": "refund.failed",
        "status": "handled",
        "attempts": 2,
        "created_at": "2026-11-23T18:00:00Z",
        "received_at": "2026-11-23T18:00:00Z",
        "handled_at": "2026-11-23T18:00:00Z",
        "payment_intent_id": "pi_1",
        "size": 3_412,
        "raw_kept": True,
    }


def test_absent_values_of_an_event_are_omitted() -> None:
    received = replace(HANDLED, state=EventState.RECEIVED, handled_at=None, payment=None)

    assert not {"handled_at", "payment_intent_id", "error"} & represent.event(received).keys()
