"""The world that money moves in: people, Stripe and our jobs, all through the public doors."""

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
from tests.functions.money import VISA
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
"""What a booking of `booking_body` costs: 12 adults are 66,000, and tax."""

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
def open_world(dynamodb: BaseClient, table: Table, clock: Clock) -> Iterator["World"]:
    """Open a world on an empty table; each answer is held against the contract at its end."""
    with handlers(table) as call, ExitStack() as patches:
        for name in _OF_MONEY:
            call._function(name)  # loaded here, because threads must not
        # One after the other, so that a walk can be taken again as it was.
        patches.enter_context(patch.object(release_unpaid, "THREADS", 1))
        tap = Tap()
        call.table = Table(TappedDynamoDB(table._client, tap), table._name)
        stripe = TappedStripe(call.stripe, tap)
        call.provider = gateway_to(stripe, os.environ["STRIPE_API_KEY_ARN"])
        yield World(call, Stream(dynamodb, table._name), clock, tap)
    call.check_answers()


@dataclass
class World:
    """One table, one Stripe, one clock. Each booking has a customer of its own; US cents."""

    call: Handlers
    stream: Stream
    clock: Clock
    tap: Tap
    owners: dict[str, str] = field(default_factory=dict)
    """Whose a booking is, or a payment that was opened for it."""
    _people: int = 0
    _places: int = 0
    _records: list[Record] = field(default_factory=list)

    @property
    def stripe(self) -> Any:
        """The fake Stripe."""
        return self.call.stripe

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.set(self.clock.at + timedelta(**span))

    # What people do.

    def book(self, *, by: str | None = None, key: str | None = None, **booking_request: Any) -> str:
        """Book a slot of its own, unless `booking_request` name one; return the booking's id."""
        answer = self.request_booking(by=by, key=key, **(self.place() | booking_request))
        assert answer.status == 201, answer.body
        return str(answer.body["booking_id"])

    def request_booking(
        self, *, by: str | None = None, key: str | None = None, **booking_request: Any
    ) -> Answer:
        """Book as a customer, one who has not booked before unless `by` says who."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        who = by or self.new_customer()
        answer = self.call(
            "createBooking", booking_body(**booking_request), by=who, headers=headers
        )
        if answer.status == 201:
            self.owners[str(answer.body["booking_id"])] = who
        return answer

    def new_customer(self) -> str:
        """Return the account of a customer who has done nothing yet."""
        self._people += 1
        return f"{self._people:08}-1111-4111-8111-111111111111"

    def place(self) -> dict[str, str]:
        """Return a date and time that nobody else is given, more than 30 days ahead."""
        days, start = divmod(self._places, len(STARTS))
        self._places += 1
        day = self.clock.at.date() + timedelta(days=31 + days)
        return {"date": day.isoformat(), "time": STARTS[start]}

    def open(self, booking: str, wanted: str = "deposit", **request: Any) -> Answer:
        """Ask for a payment of the booking; `request` is as `Handlers.event` takes it."""
        body = {"booking_id": booking, "payment_type": wanted}
        owner = self.owners.get(booking, CUSTOMER)
        answer = self.call("createPaymentIntent", body, **{"by": owner} | request)
        if answer.status == 201:
            self.owners[str(answer.body["payment_intent_id"])] = owner
        return answer

    def open_intent(self, booking: str, wanted: str = "deposit", **request: Any) -> str:
        """Open a payment of the booking; return the intent's id."""
        answer = self.open(booking, wanted, **request)
        assert answer.status == 201, answer.body
        return str(answer.body["payment_intent_id"])

    def pay(self, booking: str, wanted: str = "deposit", card: str = VISA) -> str:
        """Open a payment and pay it at Stripe, which has not told us; return the intent's id."""
        intent = self.open_intent(booking, wanted)
        self.stripe.pay(intent, card)
        return intent

    def confirm(self, intent: str, **request: Any) -> Answer:
        """Say that a payment was made."""
        by = {"by": self.owners.get(intent, CUSTOMER)}
        return self.call("confirmPayment", {"payment_intent_id": intent}, **by | request)

    def refund(self, booking: str, amount: int | None = None, **request: Any) -> Answer:
        """Ask for a refund as staff, of all that is left if no amount is given."""
        asked = {} if amount is None else {"amount": amount}
        body = {"booking_id": booking, "reason": "Cold noodles", **asked}
        return self.call("refundPayment", body, **{"by": ADMIN, **request})

    def cancel(self, booking: str, percentage: int | None = None, **request: Any) -> Answer:
        """Cancel the booking; with a percentage as staff, whatever the policy says."""
        usual: dict[str, Any] = {"body": None, "by": self.owners.get(booking, CUSTOMER)}
        if percentage is not None:
            usual = {"body": {"refund_percentage": percentage, "reason": "Rain"}, "by": ADMIN}
        return self.call("cancelBooking", booking_id=booking, **usual | request)

    def change(self, booking: str, *, by: str | None = None, **changes: Any) -> Answer:
        """Change the booking, as its customer unless `by` says who."""
        who = by or self.owners.get(booking, CUSTOMER)
        return self.call("updateBooking", changes, booking_id=booking, by=who)

    def paid_booking(
        self, wanted: str = "deposit", card: str = VISA, **booking_request: Any
    ) -> tuple[str, str]:
        """Return a booking and its payment, of which all has been told."""
        booking = self.book(**booking_request)
        intent = self.pay(booking, wanted, card)
        assert self.confirm(intent).status == 200
        self.drop_deliveries()
        return booking, intent

    # What Stripe tells.

    def pending(self) -> list[Delivery]:
        """Return what Stripe has yet to deliver, oldest first, due or not."""
        found: list[Delivery] = self.stripe.outbox.pending(all_of_them=True)
        return found

    def take_deliveries(self) -> list[Delivery]:
        """Take everything out of Stripe's hands: it is told when and as often as the test says."""
        taken = self.pending()
        self.drop_deliveries()
        return taken

    def drop_deliveries(self) -> None:
        """Let everything be lost for ever that Stripe has not told yet."""
        for delivery in self.pending():
            self.stripe.outbox.drop(delivery)

    def send(self, delivery: Delivery) -> Answer:
        """Let Stripe send an event, again or not."""
        return self.call.webhook(delivery.body, self.stripe.outbox.sign(delivery))

    def deliver(self, deliveries: Sequence[Delivery] | None = None) -> None:
        """Let Stripe send events, by default all that are left; each must be taken."""
        for delivery in self.take_deliveries() if deliveries is None else deliveries:
            answer = self.send(delivery)
            assert answer.status == 200, answer.body

    def expired(self, wanted: str = "deposit", **booking_request: Any) -> tuple[str, str]:
        """Return a booking that has just lapsed unpaid, and an intent that can still be paid.

        Its customer asked for the intent at the last moment, while the job was looking the other
        way. The stream has not told anybody yet.
        """
        booking = self.book(**booking_request)
        self.later(hours=24)
        found: list[str] = []

        def ask() -> None:
            self.later(seconds=-1)
            found.append(self.open_intent(booking, wanted))
            self.later(seconds=1)

        self.later(seconds=1)
        with self.tap.watched(after=2, name="query", do=ask):  # the due ones, then its attempts
            self.release()
        self.later(seconds=1)
        return booking, found[0]

    # What our jobs do.

    def follow_up(self) -> None:
        """Call `followUpPayments` with the table's stream; a failed batch comes again."""
        self.read_records()
        while self._records:
            failed = self.hand_over(self._records[:BATCH])
            assert not failed, failed
            del self._records[:BATCH]

    def read_records(self) -> list[Record]:
        """Return the records that wait for `followUpPayments`."""
        self._records += self.stream.read()
        return self._records

    def hand_over(self, records: Sequence[Record]) -> list[str]:
        """Call `followUpPayments` with these records; return the numbers of those that failed."""
        answer = self.call.job("followUpPayments", {"Records": list(records)})
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    def take_records(self, booking: str | None = None) -> list[Record]:
        """Take records (of one booking) out of Lambda's hands: the test hands them over."""
        pk = None if booking is None else keys.booking(booking)[0]
        records = self.read_records()
        taken = [
            each for each in records if pk is None or each["dynamodb"]["Keys"]["pk"]["S"] == pk
        ]
        self._records = [each for each in records if each not in taken]
        return taken

    def release(self) -> None:
        """Run the job that cancels what nobody has paid."""
        self.call.job("releaseUnpaidBookings")

    def reconcile(self, scope: str = "recent") -> None:
        """Run the job that looks for what was missed."""
        self.call.job("reconcilePayments", {"scope": scope})

    # What there is to see.

    def counts_as_pending(self, booking: str) -> bool:
        """Return whether the booking counts against what its customer may hold unpaid."""
        owner = self.owners.get(booking, CUSTOMER)
        return booking in quota_of(self.call.table.get(keys.quota(owner))).pending

    def list_payments(self, booking: str) -> dict[str, Any]:
        """Return what `listPayments` shows staff of the booking."""
        answer = self.call("listPayments", booking_id=booking, by=ADMIN)
        assert answer.status == 200, answer.body
        shown: dict[str, Any] = answer.body
        return shown

    def status(self, booking: str) -> tuple[str, str]:
        """Return where the booking and its payment stand."""
        shown = self.list_payments(booking)
        return shown["booking_status"], shown["payment_status"]

    def items(self, booking: str) -> list[Item]:
        """Return everything that the table holds of the booking."""
        pk, _ = keys.booking(booking)
        return list(self.call.table.query_all("pk = :booking", {"booking": pk}))

    def state(self, booking: str) -> dict[str, Item]:
        """Return the booking's item (as far as it lasts), ledger and attempts to pay, by key."""
        return {
            item["sk"]: {name: item[name] for name in item.keys() - _FLEETING}
            for item in self.items(booking)
            if not item["sk"].startswith(keys.EVENT)
        }

    def steps(self, booking: str) -> int:
        """Return how often the booking was changed: its audit events."""
        return sum(item["sk"].startswith(keys.EVENT) for item in self.items(booking))
