"""All functions with a table, a Stripe and a clock; people, Stripe and jobs use the API."""

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

from botocore.client import BaseClient
from local.fakes.stripe.webhooks.outbox import Delivery
from tests.builders import ADMIN, CUSTOMER, booking_body
from tests.conftest import Clock
from tests.functions.handlers import Answer, Handlers, handlers
from tests.functions.payment_steps import VISA
from tests.functions.stream import BATCH, Record, Stream
from tests.functions.stripe import gateway_to
from tests.money.support.tap import Tap, TappedDynamoDB, TappedStripe

from teppan.services.payments import release_unpaid
from teppan.store import keys
from teppan.store.attributes import Item
from teppan.store.bookings.quotas import quota_of
from teppan.store.table import Table

STARTS: Final = ("12:00", "15:00", "18:00", "21:00")
DEPOSIT: Final = 10_000
TOTAL: Final = 71_445
"""The price of a booking of `booking_body`: 66,000 for 12 adults, and tax."""

_OF_MONEY: Final = (
    "cancelBooking",
    "confirmPayment",
    "createPaymentIntent",
    "reconcilePayments",
    "refundPayment",
    "releaseUnpaidBookings",
    "followUpPayments",
    "stripeWebhook",
)
_FLEETING: Final = frozenset({"version", "updated_at"})


@contextmanager
def open_backend(dynamodb: BaseClient, table: Table, clock: Clock) -> Iterator["Backend"]:
    """Open a backend on an empty table; at its end, each answer is checked against the contract."""
    with handlers(table) as call, ExitStack() as patches:
        for name in _OF_MONEY:
            call._function(name)  # loaded here, because loading is not thread-safe
        # One thread, so that a walk can be repeated with the same result.
        patches.enter_context(patch.object(release_unpaid, "THREADS", 1))
        tap = Tap()
        call.table = Table(TappedDynamoDB(table._client, tap), table.name)
        stripe = TappedStripe(call.stripe, tap)
        call.provider = gateway_to(stripe, os.environ["STRIPE_API_KEY_ARN"])
        yield Backend(call, Stream(dynamodb, table.name), clock, tap)
    call.check_answers()


@dataclass
class Backend:
    """All functions on one table, with one Stripe and one clock.

    Each booking has its own customer. Amounts are US cents.
    """

    call: Handlers
    stream: Stream
    clock: Clock
    tap: Tap
    owners: dict[str, str] = field(default_factory=dict)
    """The owner of each booking and payment intent."""
    _people: int = 0
    _places: int = 0
    _records: list[Record] = field(default_factory=list)

    @property
    def stripe(self) -> Any:
        """The fake Stripe."""
        return self.call.stripe

    def later(self, **span: float) -> None:
        """Advance the clock."""
        self.clock.set(self.clock.at + timedelta(**span))

    # Requests of people.

    def book(self, *, by: str | None = None, key: str | None = None, **booking_request: Any) -> str:
        """Book a free slot, unless `booking_request` names one; return the booking's id."""
        answer = self.request_booking(by=by, key=key, **(self.place() | booking_request))
        assert answer.status == 201, answer.body
        return str(answer.body["booking_id"])

    def request_booking(
        self, *, by: str | None = None, key: str | None = None, **booking_request: Any
    ) -> Answer:
        """Request a booking as a new customer, or as `by`."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        who = by or self.new_customer()
        answer = self.call(
            "createBooking", booking_body(**booking_request), by=who, headers=headers
        )
        if answer.status == 201:
            self.owners[str(answer.body["booking_id"])] = who
        return answer

    def new_customer(self) -> str:
        """Return the id of a new customer."""
        self._people += 1
        return f"{self._people:08}-1111-4111-8111-111111111111"

    def place(self) -> dict[str, str]:
        """Return an unused date and time, more than 30 days ahead."""
        days, start = divmod(self._places, len(STARTS))
        self._places += 1
        day = self.clock.at.date() + timedelta(days=31 + days)
        return {"date": day.isoformat(), "time": STARTS[start]}

    def open(self, booking: str, payment_type: str = "deposit", **request: Any) -> Answer:
        """Request a payment intent; `request` has options of `Handlers.event`."""
        body = {"booking_id": booking, "payment_type": payment_type}
        owner = self.owners.get(booking, CUSTOMER)
        answer = self.call("createPaymentIntent", body, **{"by": owner} | request)
        if answer.status == 201:
            self.owners[str(answer.body["payment_intent_id"])] = owner
        return answer

    def open_intent(self, booking: str, payment_type: str = "deposit", **request: Any) -> str:
        """Open a payment intent of the booking; return its id."""
        answer = self.open(booking, payment_type, **request)
        assert answer.status == 201, answer.body
        return str(answer.body["payment_intent_id"])

    def pay(self, booking: str, payment_type: str = "deposit", card: str = VISA) -> str:
        """Open and pay an intent, without delivering its events; return the intent's id."""
        intent = self.open_intent(booking, payment_type)
        self.stripe.pay(intent, card)
        return intent

    def confirm(self, intent: str, **request: Any) -> Answer:
        """Confirm a payment."""
        by = {"by": self.owners.get(intent, CUSTOMER)}
        return self.call("confirmPayment", {"payment_intent_id": intent}, **by | request)

    def refund(self, booking: str, amount: int | None = None, **request: Any) -> Answer:
        """Request a refund as staff; without an amount, of all that is left."""
        amount_field = {} if amount is None else {"amount": amount}
        body = {"booking_id": booking, "reason": "Cold noodles", **amount_field}
        return self.call("refundPayment", body, **{"by": ADMIN, **request})

    def cancel(self, booking: str, percentage: int | None = None, **request: Any) -> Answer:
        """Cancel the booking; with a percentage, as staff with an override."""
        usual: dict[str, Any] = {"body": None, "by": self.owners.get(booking, CUSTOMER)}
        if percentage is not None:
            usual = {"body": {"refund_percentage": percentage, "reason": "Rain"}, "by": ADMIN}
        return self.call("cancelBooking", booking_id=booking, **usual | request)

    def change(self, booking: str, *, by: str | None = None, **changes: Any) -> Answer:
        """Change the booking, as its customer or as `by`."""
        who = by or self.owners.get(booking, CUSTOMER)
        return self.call("updateBooking", changes, booking_id=booking, by=who)

    def paid_booking(
        self, payment_type: str = "deposit", card: str = VISA, **booking_request: Any
    ) -> tuple[str, str]:
        """Return a booking and its confirmed payment."""
        booking = self.book(**booking_request)
        intent = self.pay(booking, payment_type, card)
        assert self.confirm(intent).status == 200
        self.drop_deliveries()
        return booking, intent

    # Deliveries of Stripe.

    def pending(self) -> list[Delivery]:
        """Return all pending deliveries, oldest first."""
        found: list[Delivery] = self.stripe.outbox.pending(include_later=True)
        return found

    def take_deliveries(self) -> list[Delivery]:
        """Remove and return all pending deliveries, so that the test can send them."""
        selected = self.pending()
        self.drop_deliveries()
        return selected

    def drop_deliveries(self) -> None:
        """Drop all pending deliveries."""
        for delivery in self.pending():
            self.stripe.outbox.drop(delivery)

    def send(self, delivery: Delivery) -> Answer:
        """Deliver an event, for the first time or again."""
        return self.call.webhook(delivery.body, self.stripe.outbox.sign(delivery))

    def deliver(self, deliveries: Sequence[Delivery] | None = None) -> None:
        """Deliver events, by default all pending ones, and check that each is accepted."""
        for delivery in self.take_deliveries() if deliveries is None else deliveries:
            answer = self.send(delivery)
            assert answer.status == 200, answer.body

    def expired(self, payment_type: str = "deposit", **booking_request: Any) -> tuple[str, str]:
        """Return a booking that has just expired, and an intent that can still be paid.

        The customer requested the intent at the last moment, while the job was running. The stream
        records are not handed over.
        """
        booking = self.book(**booking_request)
        self.later(hours=24)
        found: list[str] = []

        def ask() -> None:
            self.later(seconds=-1)
            found.append(self.open_intent(booking, payment_type))
            self.later(seconds=1)

        self.later(seconds=1)
        with self.tap.watched(
            after=2, name="query", do=ask
        ):  # the queries of due bookings and of attempts
            self.release()
        self.later(seconds=1)
        return booking, found[0]

    # Runs of our jobs.

    def follow_up(self) -> None:
        """Call `followUpPayments` with all stream records."""
        self.read_records()
        while self._records:
            failed = self.hand_over(self._records[:BATCH])
            assert not failed, failed
            del self._records[:BATCH]

    def read_records(self) -> list[Record]:
        """Return the stream records that `followUpPayments` has not had."""
        self._records += self.stream.read()
        return self._records

    def hand_over(self, records: Sequence[Record]) -> list[str]:
        """Call `followUpPayments` with records; return the numbers of the failed ones."""
        answer = self.call.job("followUpPayments", {"Records": list(records)})
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def take_records(self, booking: str | None = None) -> list[Record]:
        """Remove and return the stream records (of one booking); the test may hand them over."""
        pk = None if booking is None else keys.booking(booking)[0]
        records = self.read_records()
        selected = [
            each for each in records if pk is None or each["dynamodb"]["Keys"]["pk"]["S"] == pk
        ]
        self._records = [each for each in records if each not in selected]
        return selected

    def release(self) -> None:
        """Run `releaseUnpaidBookings`."""
        self.call.job("releaseUnpaidBookings")

    def reconcile(self, scope: str = "recent") -> None:
        """Run `reconcilePayments`."""
        self.call.job("reconcilePayments", {"scope": scope})

    # Reads.

    def counts_as_pending(self, booking: str) -> bool:
        """Return whether the booking counts as pending in its customer's quota."""
        owner = self.owners.get(booking, CUSTOMER)
        return booking in quota_of(self.call.table.get(keys.quota(owner))).pending

    def list_payments(self, booking: str) -> dict[str, Any]:
        """Return the answer of `listPayments` to staff."""
        answer = self.call("listPayments", booking_id=booking, by=ADMIN)
        assert answer.status == 200, answer.body
        shown: dict[str, Any] = answer.body
        return shown

    def status(self, booking: str) -> tuple[str, str]:
        """Return the booking's status and payment status."""
        shown = self.list_payments(booking)
        return shown["booking_status"], shown["payment_status"]

    def items(self, booking: str) -> list[Item]:
        """Return all items of the booking."""
        pk, _ = keys.booking(booking)
        return list(self.call.table.query_all("pk = :booking", {"booking": pk}))

    def state(self, booking: str) -> dict[str, Item]:
        """Return the booking's item, ledger and payment attempts by key, without `_FLEETING`."""
        return {
            item["sk"]: {name: item[name] for name in item.keys() - _FLEETING}
            for item in self.items(booking)
            if not item["sk"].startswith(keys.EVENT)
        }

    def steps(self, booking: str) -> int:
        """Return the number of the booking's audit events."""
        return sum(item["sk"].startswith(keys.EVENT) for item in self.items(booking))
