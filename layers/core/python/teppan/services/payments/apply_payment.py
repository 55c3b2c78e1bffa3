"""Make the ledger say what Stripe says of a payment: the one way money gets into a booking.

Webhooks, `confirm-payment`, the stream and the jobs all end here (`domain.md §7`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.errors import BookingNotFound
from teppan.domain.caller import Caller
from teppan.domain.ledger import LedgerEntry
from teppan.domain.payments.settlement import settle
from teppan.domain.payments.statement import Statement
from teppan.services.bookings.revision import revise
from teppan.services.payments.gateway import Gateway
from teppan.store.bookings import bookings
from teppan.store.payments import payments
from teppan.store.table import Put, Table, Update


@dataclass(frozen=True, slots=True)
class Applied:
    """The booking with all that is known of the payment, and the entries that this added."""

    booking: Booking
    statement: Statement
    entries: tuple[LedgerEntry, ...]


def apply_payment(
    table: Table,
    gateway: Gateway,
    payment: str,
    caller: Caller,
    also: Sequence[Put | Update] = (),
) -> Applied | None:
    """Ask Stripe about the payment and enter what is new; None when it is not one of ours.

    `also` is written in the same transaction. Raises what `revise` and the gateway raise.
    """
    statement = gateway.statement(payment)
    if statement is None:
        return None
    try:
        return apply_statement(table, statement, caller, also)
    except BookingNotFound:
        return None


def apply_statement(
    table: Table, statement: Statement, caller: Caller, also: Sequence[Put | Update] = ()
) -> Applied:
    """Enter what `statement` tells and the booking lacks; raises what `revise` raises."""
    entries: list[LedgerEntry] = []
    while True:
        decision = _Decision(table, statement)
        booking = revise(
            table,
            statement.booking_id,
            decision.decide,
            caller,
            if_slot_taken=decision.decide_without_slot,
            also=lambda step: () if step.is_full else also,
        )
        entries += decision.step.entries
        if not decision.step.is_full:
            break
    payments.note(
        table,
        statement.booking_id,
        statement.type,
        statement.attempt,
        intent=statement.payment,
        status=statement.status,
    )
    return Applied(booking, statement, tuple(entries))


class _Decision:
    """What `statement` does to a booking; `step` is the one decided last."""

    step: Step

    def __init__(self, table: Table, statement: Statement) -> None:
        self._table = table
        self._statement = statement

    def decide(self, booking: Booking, signer: Caller, *, slot_taken: bool = False) -> Step:
        """Decide by the ledger as it is now; where no money has moved, there is nothing to do."""
        self.step = Step(booking)
        if self._statement.tells_of_money:
            ledger = bookings.ledger(self._table, booking.id)
            self.step = settle(booking, ledger, self._statement, signer, slot_taken=slot_taken)
        return self.step

    def decide_without_slot(self, booking: Booking, signer: Caller) -> Step:
        """Decide for a booking whose slot others have by now."""
        return self.decide(booking, signer, slot_taken=True)
