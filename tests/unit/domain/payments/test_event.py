"""Payment events and the result of handling them."""

from datetime import timedelta

import pytest
from tests.builders import NOW

from teppan.domain.payments.event import EventResult, PaymentEvent
from teppan.domain.webhook_event import EventState, is_permanent


def test_a_payment_event_has_the_id_and_time_of_its_sender() -> None:
    event = PaymentEvent(id="evt_1", type="x", created_at=NOW, payment=None, payload="{}", size=2)

    assert (event.id, event.created_at, event.payment) == ("evt_1", NOW, None)


@pytest.mark.parametrize("state", EventState)
def test_an_event_result_has_no_effect_by_default(state: EventState) -> None:
    received = EventResult(state)

    assert (received.entries, received.is_repeated, received.is_unmatched) == ((), False, False)


@pytest.mark.parametrize(("minutes", "recent"), [(0, True), (29, True), (30, False), (31, False)])
def test_a_payment_event_is_recent_for_half_an_hour(minutes: int, recent: bool) -> None:
    event = PaymentEvent(id="evt_1", type="x", created_at=NOW, payment=None, payload="{}", size=2)

    assert event.is_recent(NOW + timedelta(minutes=minutes)) is recent


@pytest.mark.parametrize(
    ("errors", "minutes", "permanent"),
    [(5, 20, True), (6, 21, True), (4, 20, False), (99, 19, False)],
)
def test_an_event_fails_for_good_after_five_errors_in_twenty_minutes(
    errors: int, minutes: int, permanent: bool
) -> None:
    assert is_permanent(errors, NOW, NOW + timedelta(minutes=minutes)) is permanent
