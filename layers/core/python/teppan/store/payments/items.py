"""Convert payment attempts to table items and back."""

from teppan.clock import from_rfc3339, to_rfc3339
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.payments.attempt import IntentStatus, PaymentAttempt
from teppan.store import keys
from teppan.store.attributes import Item, plain


def attempt_item(attempt: PaymentAttempt) -> Item:
    """Return the item of a payment attempt."""
    pk, sk = keys.payment_attempt(attempt.booking_id, attempt.type, attempt.number)
    return plain(attempt) | {"pk": pk, "sk": sk, "opened_at": to_rfc3339(attempt.opened_at)}


def attempt_of(item: Item) -> PaymentAttempt:
    """Return the payment attempt that `attempt_item` wrote."""
    return PaymentAttempt(
        booking_id=item["booking_id"],
        type=PaymentType(item["type"]),
        number=item["number"],
        amount=item["amount"],
        currency=item["currency"],
        opened_at=from_rfc3339(item["opened_at"]),
        status=IntentStatus(item["status"]),
        tries=item["tries"],
        intent=item.get("intent"),
    )
