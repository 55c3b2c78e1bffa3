"""A second computation of the books, without the code that writes the ledger.

`domain.md §7`: captured - refunded - lost disputes = kept by live bookings + kept by policy +
refunds in flight.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.builders import ADMIN
from tests.money.support.backend import Backend

from teppan.store import keys

type Json = dict[str, Any]


@dataclass(frozen=True)
class Books:
    """The sums of ledger entries by kind, in US cents."""

    sums: Mapping[str, int]

    @property
    def captured(self) -> int:
        return self.sums["captured"]

    @property
    def refunded(self) -> int:
        """The amount that has arrived at the customer."""
        return self.sums["refunded"] - self.sums["refund_reversed"]

    @property
    def lost(self) -> int:
        """The amount that ended disputes took and did not reinstate."""
        return self.sums["dispute_forfeited"] - self.sums["dispute_recovered"]

    @property
    def disputed(self) -> int:
        """The amount that the bank holds until its decision."""
        return self.withdrawn - self.lost

    @property
    def withdrawn(self) -> int:
        """The amount that Stripe has withdrawn for disputes and not reinstated."""
        return self.sums["dispute_withdrawn"] - self.sums["dispute_reinstated"]

    @property
    def contested(self) -> int:
        """The disputed amount that is not withdrawn yet."""
        ended = self.sums["dispute_won"] + self.sums["dispute_lost"]
        return self.sums["dispute_opened"] - self.sums["dispute_withdrawn"] - ended

    @property
    def obligations(self) -> int:
        """The total of all refund obligations, open or fulfilled."""
        obligations = self.sums["refund_owed"] + self.sums["goodwill_owed"]
        obligations += self.sums["goodwill_restored"]
        return obligations - self.sums["refund_waived"] - self.sums["goodwill_waived"]

    @property
    def in_flight(self) -> int:
        return self.obligations - self.refunded

    @property
    def owed(self) -> int:
        """The obligations that were not sent to Stripe."""
        return self.obligations - self.sums["refund_sent"] + self.sums["refund_failed"]

    @property
    def uncredited(self) -> int:
        """The amount that no longer counts towards the total, because it is refunded."""
        return self.sums["refund_owed"] - self.sums["refund_waived"]

    @property
    def at_stripe(self) -> int:
        """The amount that Stripe's balance must show."""
        sent = self.sums["refund_sent"] - self.sums["refund_failed"]
        return self.captured - sent - self.withdrawn

    @property
    def kept(self) -> int:
        """The amount that we keep, without open disputes."""
        at_risk = self.disputed + self.contested
        return self.captured - self.refunded - self.lost - self.in_flight - at_risk


def books(entries: Iterable[Json]) -> Books:
    """Return the sums of the entries."""
    sums: Counter[str] = Counter()
    for entry in entries:
        sums[entry["kind"]] += entry["amount"]
    return Books(sums)


def by_payment(entries: Iterable[Json]) -> dict[str, Books]:
    """Return the books of each payment intent."""
    apart: defaultdict[str, list[Json]] = defaultdict(list)
    for entry in entries:
        apart[entry["payment_intent_id"]].append(entry)
    return {payment: books(theirs) for payment, theirs in apart.items()}


def check_sums(backend: Backend, booking: str) -> Json:
    """Check the invariant of `domain.md §7` for one booking, whatever events are undelivered.

    Return the answer of `listPayments`.

    A live booking keeps at most its price. A cancelled booking keeps at most the part that its
    cancellation keeps of the earlier payments. (Where this matters, the tests' clocks never let
    two steps happen in one second.)
    """
    account = backend.list_payments(booking)
    total = books(account["entries"])
    balance = account["balance"]
    assert balance == {
        "captured": total.captured,
        "refunded": total.refunded,
        "refund_owed": total.in_flight - balance["refund_sent"],
        "refund_sent": balance["refund_sent"],
        "disputed": total.disputed,
        "lost": total.lost,
        "refundable": balance["refundable"],
        "credited": max(0, total.captured - total.lost - total.uncredited),
    }, balance
    for payment, each in by_payment(account["entries"]).items():
        positive = (each.captured, each.refunded, each.lost, each.disputed, each.contested)
        assert min(positive) >= 0, payment
        assert 0 <= each.in_flight <= each.captured, payment
        # A bank may decide for the customer after the refund; then nothing more is owed.
        at_risk = each.disputed or each.contested
        assert at_risk or each.kept >= 0 or not each.owed, (payment, each)
    if account["booking_status"] == "cancelled":
        assert total.kept <= kept_by_policy(backend, booking, account["entries"]), account
    elif not (total.disputed or total.contested):
        assert balance["credited"] <= account["total"] or not balance["refundable"], account
    pending = account["booking_status"] == "pending"
    assert account["deposit_due"] > 0 or not pending, account
    assert backend.counts_as_pending(booking) == pending, account
    return account


def check_against_stripe(backend: Backend, bookings: Iterable[str]) -> None:
    """Check that each ledger and Stripe's balance agree to the cent, payment by payment.

    Payments in progress at the bank are in Stripe's balance, but not in a ledger.
    """
    stripe_balances: defaultdict[str, dict[str, int]] = defaultdict(dict)
    intents = {each["id"]: each for each in backend.stripe.all_objects("payment_intents")}
    for intent, cents in backend.stripe.balance_by_intent().items():
        if intents[intent]["amount_received"]:
            stripe_balances[intents[intent]["metadata"]["booking_id"]][intent] = cents
    for booking in bookings:
        entries = backend.list_payments(booking)["entries"]
        ours = {payment: each.at_stripe for payment, each in by_payment(entries).items()}
        assert ours == stripe_balances[booking], (booking, ours, stripe_balances[booking], entries)


def refunds_at_stripe(backend: Backend, intent: str) -> list[tuple[int, str]]:
    """Return amount and status of each refund of a payment at Stripe, oldest first."""
    found = [
        each for each in backend.stripe.all_objects("refunds") if each["payment_intent"] == intent
    ]
    return [(each["amount"], each["status"]) for each in reversed(found)]


def check_times(backend: Backend, booking: str) -> None:
    """Check that the times of the booking's versions never decrease."""
    events = [each for each in backend.items(booking) if each["sk"].startswith(keys.EVENT)]
    times = [each["at"] for each in sorted(events, key=lambda each: int(each["version"]))]
    assert times == sorted(times), (booking, times)


def payable(backend: Backend, booking: str) -> list[int]:
    """Return the amounts of the booking's intents that can still be paid at Stripe."""
    return [
        each["amount"]
        for each in backend.stripe.all_objects("payment_intents")
        if each["metadata"]["booking_id"] == booking and each["status"] in _PAYABLE
    ]


_PAYABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def kept_by_policy(backend: Backend, booking: str, entries: Iterable[Json]) -> int:
    """Return the most that we may keep after the cancellation, of the payments before it."""
    record = backend.call("getBooking", booking_id=booking, by=ADMIN).body["cancellation"]
    before = [each for each in entries if each["at"] <= record["cancelled_at"]]
    captured = books(before).captured
    percentage: int = record["refund_percentage"]
    return captured - (captured * percentage + 50) // 100
