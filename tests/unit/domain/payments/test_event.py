"""What Stripe says has happened, and what became of it."""

import pytest
from tests.builders import NOW

from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.webhook import EventState


def test_an_event_is_named_and_dated_by_its_sender() -> None:
    event = PaymentEvent(id="evt_1", type="x", created_at=NOW, payment=None, payload="{}", size=2)

    assert (event.id, event.created_at, event.payment) == ("evt_1", NOW, None)


@pytest.mark.parametrize("state", EventState)
def test_what_was_received_has_no_effect_until_said_otherwise(state: EventState) -> None:
    received = EventResult(state)

    assert (received.entries, received.repeated, received.unmatched) == ((), False, False)
