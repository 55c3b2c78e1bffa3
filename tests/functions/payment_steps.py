"""Payments for tests: customers pay at the fake Stripe, which sends webhooks, and the jobs run."""

import uuid
from dataclasses import dataclass, field
from typing import Any, Final

from tests.builders import ADMIN, caller
from tests.functions.given import stored_booking
from tests.functions.handlers import Answer, Handlers
from tests.functions.stream import BATCH, Record, Stream

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.ledger_balance import balance_of
from teppan.services.idempotency import IdempotencyKey
from teppan.services.payments.apply_payment import apply_payment
from teppan.services.payments.create_payment_intent import create_payment_intent
from teppan.store.bookings import bookings

VISA: Final = "4242424242424242"
DECLINED: Final = "4000000000000002"
SECURE: Final = "4000002760003184"
"""A card that asks for 3-D Secure."""
DISPUTED: Final = "4000000000000259"
REFUND_FAILS: Final = "4000000000005126"
REFUND_PENDS: Final = "4000000000007726"
BANK: Final = "pm_usBankAccount_success"
"""A bank account: its payment is `processing` until the bank has finished it."""


def open_payment(call: Handlers, booking: Booking, payment_type: str | None = None) -> str:
    """Open a payment of the booking without a request, and return the intent's id.

    It is of the type that is due next unless `payment_type` names one.
    """
    due = "deposit" if booking.deposit_due else "balance"
    key = IdempotencyKey(str(uuid.uuid4()), "f" * 64)
    payer = caller(booking.customer_id, at=booking.created_at)
    result = create_payment_intent(
        call.table, call.provider, booking.id, PaymentType(payment_type or due), key, payer
    )
    return result.intent.id


def paid_booking(
    call: Handlers,
    booking: Booking | None = None,
    payment_type: str | None = None,
    card: str = VISA,
) -> Booking:
    """Return the booking, or a new one, with a payment that is at Stripe and in its ledger."""
    booking = booking or stored_booking(call.table)
    intent = open_payment(call, booking, payment_type)
    call.stripe.pay(intent, card)
    applied = apply_payment(
        call.table, call.provider, intent, caller(booking.customer_id, at=booking.created_at)
    )
    assert applied
    for delivery in call.stripe.outbox.pending(include_later=True):
        call.stripe.outbox.mark_delivered(delivery)
    return applied.booking


@dataclass
class PaymentSteps:
    """Pays, cancels and refunds bookings by requests, and runs the job on the table's stream."""

    call: Handlers
    stream: Stream
    _waiting: list[Record] = field(default_factory=list)

    def open(self, booking: Booking, payment_type: str = "deposit", **request: Any) -> Answer:
        """Request a payment intent for the booking; `request` is passed on to `Handlers.event`."""
        body = {"booking_id": booking.id, "payment_type": payment_type}
        return self.call("createPaymentIntent", body, **request)

    def pay(self, booking: Booking, payment_type: str = "deposit", card: str = VISA) -> str:
        """Open a payment, pay it, and return the intent's id. The webhook is not delivered yet."""
        answer = self.open(booking, payment_type)
        assert answer.status == 201, answer.body
        intent = str(answer.body["payment_intent_id"])
        self.call.stripe.pay(intent, card)
        return intent

    def cancel(self, booking: Booking, **body: Any) -> Answer:
        """Cancel the booking: as its customer, or as staff if `body` overrides the policy."""
        by = {"by": ADMIN} if body else {}
        return self.call("cancelBooking", body or None, booking_id=booking.id, **by)

    def refund(self, booking: Booking, amount: int | None = None, **request: Any) -> Answer:
        """Request a refund as staff: of everything refundable unless an amount is passed."""
        body = {"booking_id": booking.id, "reason": "Cold noodles"}
        if amount is not None:
            body["amount"] = amount  # type: ignore[assignment]
        return self.call("refundPayment", body, **{"by": ADMIN} | request)

    def follow_up(self) -> list[str]:
        """Run `followUpPayments` once for the new records; return the sequence numbers that failed.

        The next call repeats the records from the first failed one on.
        """
        self._waiting += self.stream.read()
        batch = self._waiting[:BATCH]
        failed: list[str] = []
        while batch:
            answer = self.call.job("followUpPayments", {"Records": batch})
            failed = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
            numbers = [each["dynamodb"]["SequenceNumber"] for each in batch]
            processed = min(map(numbers.index, failed)) if failed else len(batch)
            del self._waiting[:processed]
            if failed:
                break
            batch = self._waiting[:BATCH]
        return failed

    def account(self, booking: Booking) -> dict[str, Any]:
        """Return the answer of `listPayments` to staff for the booking."""
        answer = self.call("listPayments", booking_id=booking.id, by=ADMIN)
        assert answer.status == 200, answer.body
        account: dict[str, Any] = answer.body
        return account

    def ledger(self, booking: Booking) -> list[tuple[str, int]]:
        """Return the kind and amount of each ledger entry, sorted."""
        return sorted((each["kind"], each["amount"]) for each in self.account(booking)["entries"])

    def now_of(self, booking: Booking) -> Booking:
        """Return the booking as it is stored now."""
        found = bookings.find(self.call.table, booking.id)
        assert found
        return found

    def check(self, *all_of_them: Booking) -> None:
        """Check that each booking's ledger equals its stored balance and the money at Stripe."""
        held = self.call.stripe.balance_by_intent()
        for each in all_of_them:
            booking = self.now_of(each)
            entries = bookings.ledger(self.call.table, each.id)
            for payment, balance in booking.payments.items():
                entries_of_payment = [entry for entry in entries if entry.payment == payment]
                assert balance_of(entries_of_payment) == balance
                assert balance.at_provider == held[payment]
