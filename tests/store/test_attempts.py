"""Payment attempts in the table: who may end one."""

from dataclasses import replace

import pytest
from tests.builders import attempt
from tests.functions.given import stored_booking

from teppan.domain.payments.attempt import IntentStatus, PaymentAttempt
from teppan.store.payments import attempts
from teppan.store.payments.request_records import RequestRecord
from teppan.store.table import Table


@pytest.fixture
def opened(table: Table) -> PaymentAttempt:
    """Return an open attempt without an intent."""
    booking = stored_booking(table)
    made = attempt(booking_id=booking.id, intent=None)
    attempts.add_attempt(table, booking, RequestRecord("request", "f", made.name), made)
    return made


def test_an_attempt_without_an_intent_can_be_given_up(table: Table, opened: PaymentAttempt) -> None:
    assert attempts.give_up(table, opened) is None

    canceled = replace(opened, status=IntentStatus.CANCELED)
    assert attempts.of_booking(table, opened.booking_id) == [canceled]


def test_an_attempt_whose_intent_was_stored_meanwhile_is_not_given_up(
    table: Table, opened: PaymentAttempt
) -> None:
    # Given another request that has stored the intent since the attempt was read
    status = IntentStatus.REQUIRES_PAYMENT_METHOD
    attempts.store_status(
        table, opened.booking_id, opened.type, opened.number, intent="pi_1", status=status
    )

    stored = attempts.give_up(table, opened)

    assert stored == replace(opened, intent="pi_1", status=status)
    assert attempts.of_booking(table, opened.booking_id) == [stored]
