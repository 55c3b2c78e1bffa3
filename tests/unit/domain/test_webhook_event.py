"""Webhook events: how one is printed, and when it fails for good."""

from datetime import timedelta

import pytest
from tests.builders import NOW

from teppan.domain.webhook_event import WebhookEvent, is_permanent


def test_an_event_is_printed_as_its_id_without_payload() -> None:
    event = WebhookEvent(id="evt_1", type="x", created_at=NOW, payload='{"name": "Aiko"}', size=16)

    assert str(event) == "evt_1"
    assert event.subject is None


@pytest.mark.parametrize(
    ("errors", "minutes", "given_up"),
    [(5, 20, True), (4, 60, False), (5, 19, False), (50, 0, False)],
)
def test_an_event_fails_for_good_after_enough_errors_and_time(
    errors: int, minutes: int, given_up: bool
) -> None:
    assert is_permanent(errors, NOW, NOW + timedelta(minutes=minutes)) is given_up
