"""The books, kept once more: what a ledger adds up to, by nothing of the code that wrote it.

`domain.md §7`: captured - refunded - lost disputes = kept by live bookings + kept by policy +
refunds in flight.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.builders import ADMIN
from tests.money.support.world import World

from teppan.store import keys

type Json = dict[str, Any]


@dataclass(frozen=True)
class Books:
    """What the entries of some payments add up to, kind by kind. US cents."""

    sums: Mapping[str, int]

    @property
    def captured(self) -> int:
        return self.sums["captured"]

    @property
    def refunded(self) -> int:
        """What has arrived at the customer."""
        return self.sums["refunded"] - self.sums["refund_reversed"]

    @property
    def lost(self) -> int:
        """What decided disputes took and did not give back."""
        return self.sums["dispute_forfeited"] - self.sums["dispute_recovered"]

    @property
    def disputed(self) -> int:
        """What the bank holds until it has decided."""
        return self.withdrawn - self.lost

    @property
    def withdrawn(self) -> int:
        """What Stripe has withdrawn for disputes and not given back."""
        return self.sums["dispute_withdrawn"] - self.sums["dispute_reinstated"]

    @property
    def contested(self) -> int:
        """What open disputes are about and have not withdrawn yet."""
        ended = self.sums["dispute_won"] + self.sums["dispute_lost"]
        return self.sums["dispute_opened"] - self.sums["dispute_withdrawn"] - ended

    @property
    def obligations(self) -> int:
        """What goes back, or has."""
        obligations = self.sums["refund_owed"] + self.sums["goodwill_owed"]
        obligations += self.sums["goodwill_restored"]
        return obligations - self.sums["refund_waived"] - self.sums["goodwill_waived"]

    @property
    def in_flight(self) -> int:
        return self.obligations - self.refunded

    @property
    def owed(self) -> int:
        """What is obligations, and not with Stripe."""
        return self.obligations - self.sums["refund_sent"] + self.sums["refund_failed"]

    @property
    def uncredited(self) -> int:
        """What no longer counts as paid, because it goes back."""
        return self.sums["refund_owed"] - self.sums["refund_waived"]

    @property
    def at_stripe(self) -> int:
        """What Stripe's balance must hold."""
        sent = self.sums["refund_sent"] - self.sums["refund_failed"]
        return self.captured - sent - self.withdrawn

    @property
    def kept(self) -> int:
        """What stays with us, open disputes apart."""
        at_risk = self.disputed + self.contested
        return self.captured - self.refunded - self.lost - self.in_flight - at_risk


def books(entries: Iterable[Json]) -> Books:
    """Return what the entries add up to."""
    sums: Counter[str] = Counter()
    for entry in entries:
        sums[entry["kind"]] += entry["amount"]
    return Books(sums)


def by_payment(entries: Iterable[Json]) -> dict[str, Books]:
    """Return the books of each payment."""
    apart: defaultdict[str, list[Json]] = defaultdict(list)
    for entry in entries:
        apart[entry["payment_intent_id"]].append(entry)
    return {payment: books(theirs) for payment, theirs in apart.items()}


def check_sums(world: World, booking: str) -> Json:
    """Check the invariant of `domain.md §7` for one booking, whatever Stripe has yet to tell.

    Return what `listPayments` shows of it.

    What a live booking keeps is at most its price; what a cancelled one keeps is at most what its
    cancellation says of what was paid before it. (The tests' clocks let no two things happen in
    one second where that matters.)
    """
    account = world.list_payments(booking)
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
        "paid": max(0, total.captured - total.lost - total.uncredited),
    }, balance
    for payment, each in by_payment(account["entries"]).items():
        positive = (each.captured, each.refunded, each.lost, each.disputed, each.contested)
        assert min(positive) >= 0, payment
        assert 0 <= each.in_flight <= each.captured, payment
        # A bank may decide for the customer after the refund; but then we owe nothing more.
        at_risk = each.disputed or each.contested
        assert at_risk or each.kept >= 0 or not each.owed, (payment, each)
    if account["booking_status"] == "cancelled":
        assert total.kept <= kept_by_policy(world, booking, account["entries"]), account
    elif not (total.disputed or total.contested):
        assert balance["paid"] <= account["total"] or not balance["refundable"], account
    pending = account["booking_status"] == "pending"
    assert account["deposit_due"] > 0 or not pending, account
    assert world.counts_as_pending(booking) == pending, account
    return account


def check_against_stripe(world: World, bookings: Iterable[str]) -> None:
    """Check every ledger against Stripe's balance, to the cent and per payment, both ways round.

    What a bank is still thinking about is in Stripe's balance, and is not ours yet.
    """
    held: defaultdict[str, dict[str, int]] = defaultdict(dict)
    intents = {each["id"]: each for each in world.stripe.everything("payment_intents")}
    for intent, cents in world.stripe.balance_by_intent().items():
        if intents[intent]["amount_received"]:
            held[intents[intent]["metadata"]["booking_id"]][intent] = cents
    for booking in bookings:
        entries = world.list_payments(booking)["entries"]
        ours = {payment: each.at_stripe for payment, each in by_payment(entries).items()}
        assert ours == held[booking], (booking, ours, held[booking], entries)


def refunds_at_stripe(world: World, intent: str) -> list[tuple[int, str]]:
    """Return amount and status of each refund that Stripe has of a payment, oldest first."""
    found = [
        each for each in world.stripe.everything("refunds") if each["payment_intent"] == intent
    ]
    return [(each["amount"], each["status"]) for each in reversed(found)]


def check_times(world: World, booking: str) -> None:
    """Check that no version of the booking is signed with an earlier time than the one before."""
    events = [each for each in world.items(booking) if each["sk"].startswith(keys.EVENT)]
    times = [each["at"] for each in sorted(events, key=lambda each: int(each["version"]))]
    assert times == sorted(times), (booking, times)


def payable(world: World, booking: str) -> list[int]:
    """Return what each intent of a booking asks for that a customer can still pay at Stripe."""
    return [
        each["amount"]
        for each in world.stripe.everything("payment_intents")
        if each["metadata"]["booking_id"] == booking and each["status"] in _PAYABLE
    ]


_PAYABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def kept_by_policy(world: World, booking: str, entries: Iterable[Json]) -> int:
    """Return the most that the cancellation lets us keep: its part of what came before it."""
    record = world.call("getBooking", booking_id=booking, by=ADMIN).body["cancellation"]
    before = [each for each in entries if each["at"] <= record["cancelled_at"]]
    captured = books(before).captured
    percentage: int = record["refund_percentage"]
    return captured - (captured * percentage + 50) // 100
