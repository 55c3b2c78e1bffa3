"""Conversion of payment attempts to DynamoDB's attribute values and back."""

import pytest
from tests.builders import (
    attempt,
)

from teppan.domain.bookings.dues import PaymentType
from teppan.domain.payments.attempt import IntentStatus, PaymentAttempt
from teppan.store.attributes import Item, from_attributes, to_attributes
from teppan.store.payments.items import attempt_item, attempt_of


def stored(item: Item) -> Item:
    return from_attributes(to_attributes(item))


@pytest.mark.parametrize(
    "original",
    [
        attempt(),
        attempt(intent="pi_1", status=IntentStatus.PROCESSING),
        attempt(type=PaymentType.FULL, number=12, tries=3, status=IntentStatus.CANCELED),
    ],
    ids=["opened", "with its intent", "over"],
)
def test_a_payment_attempt_is_read_back_as_it_was_stored(original: PaymentAttempt) -> None:
    assert attempt_of(stored(attempt_item(original))) == original


def test_a_payment_attempt_is_stored_under_its_type_and_number() -> None:
    item = stored(attempt_item(attempt(booking_id="bkg_1", number=2)))

    assert (item["pk"], item["sk"]) == ("BOOKING#bkg_1", "PAYMENT#deposit#0002")
    assert "intent" not in item
