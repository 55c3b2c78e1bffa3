"""A booking, its payments at Stripe, and everything that can happen to them, on the domain's code.

A `BookingModel` has no table and no network. Its `PaymentSnapshot`s are the payments as Stripe has
them; its ledger is what we know. A delivery (a webhook, `confirm-payment`, a job) is `post_payment`
with the present or an older snapshot. After every step the rules of `domain.md §7` are checked by
sums that share only types with the code.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from tests.builders import admin, caller, snapshot, system

from teppan.domain.bookings.booking import Booking, Step
from teppan.domain.bookings.cancellation import CancellationRequest, cancel, expire
from teppan.domain.bookings.change import complete
from teppan.domain.bookings.dues import PaymentType
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import DomainError
from teppan.domain.ledger import EntryKind, LedgerEntry, RefundReason
from teppan.domain.ledger_balance import Balance, balance_of, post_entries
from teppan.domain.payments.attempt import IntentStatus, amount_due
from teppan.domain.payments.dispute import Dispute, DisputeMovement, DisputeStatus
from teppan.domain.payments.posting import post_payment
from teppan.domain.payments.refund import open_obligations
from teppan.domain.payments.snapshot import PaymentSnapshot, ProviderRefund, ProviderRefundStatus
from teppan.domain.refund_obligation import refund_obligations, total_refundable
from teppan.store.bookings.bookings import MAX_STEP_ENTRIES

SENT_REFUNDS = {ProviderRefundStatus.PENDING, ProviderRefundStatus.REQUIRES_ACTION}
FAILED_REFUNDS = {ProviderRefundStatus.FAILED, ProviderRefundStatus.CANCELED}
LEAST_CHARGE = 50
"""The smallest amount, in cents, that a card accepts (`domain.md §3`)."""


class RuleBroken(AssertionError):
    """A business rule does not hold."""


@dataclass(frozen=True)
class BookingModel:
    """A booking with its ledger, and the payments at Stripe by intent (`stripe`)."""

    booking: Booking
    ledger: tuple[LedgerEntry, ...] = ()
    stripe: Mapping[str, PaymentSnapshot] = field(default_factory=dict)

    @property
    def balance(self) -> Balance:
        return self.booking.balance

    def after_step(self, step: Step) -> "BookingModel":
        """Return the model after a step of the domain; raises `RuleBroken`."""
        after = replace(self, booking=step.after, ledger=(*self.ledger, *step.entries))
        check_step(self, step, after)
        check_books(after)
        return after

    # Actions of the customer, staff and our jobs.

    def cancelled(self, at: datetime) -> "BookingModel":
        return self.after_step(cancel(self.booking, CancellationRequest(), caller(at=at)))

    def cancelled_by_staff(self, percentage: int, at: datetime) -> "BookingModel":
        """Return the model after a cancellation by staff; a pending booking is refunded in full."""
        if self.booking.status is Status.PENDING:
            percentage = 100
        return self.after_step(
            cancel(self.booking, CancellationRequest("x", percentage), admin(at))
        )

    def expired(self, at: datetime) -> "BookingModel":
        return self.after_step(expire(self.booking, system(at)))

    def completed(self, at: datetime) -> "BookingModel":
        return self.after_step(complete(self.booking, system(at)))

    def goodwill_granted(self, amount: int, at: datetime) -> "BookingModel":
        """Return the model after staff refund `amount`, as `services.refund_payment` does."""
        before = self.booking
        owed = refund_obligations(
            before.payments,
            amount,
            reference=f"ref_{before.version}",
            reason=RefundReason.STAFF,
            at=at,
            kind=EntryKind.GOODWILL_OWED,
        )
        after = replace(
            before, version=before.version + 1, payments=post_entries(before.payments, owed)
        )
        return self.after_step(Step(after, owed))

    def delivered(
        self, payment: PaymentSnapshot, at: datetime, *, slot_taken: bool = False
    ) -> "BookingModel":
        """Return the model after a delivery; `slot_taken` is true if other bookings fill the slot.

        As in `services.apply_payment`, the payment is posted again if the claim of the slot is
        refused.
        """
        before = self.booking
        try:
            step = post_payment(
                before, self.ledger, payment, system(at), max_entries=MAX_STEP_ENTRIES
            )
            if slot_taken and step.after.holds_slot and not before.holds_slot:
                step = post_payment(
                    before,
                    self.ledger,
                    payment,
                    system(at),
                    slot_taken=True,
                    max_entries=MAX_STEP_ENTRIES,
                )
        except DomainError as refusal:
            raise RuleBroken(f"what Stripe says is refused: {refusal}") from refusal
        after = self.after_step(step)
        check_known(after, payment)
        check_late(self, after, at, slot_taken=slot_taken)
        again = post_payment(
            after.booking,
            after.ledger,
            payment,
            system(at),
            slot_taken=slot_taken,
            max_entries=MAX_STEP_ENTRIES,
        )
        if again != Step(after.booking):
            raise RuleBroken(f"a second delivery adds entries: {again.entries}")
        return after

    # Events at Stripe.

    def with_stripe_payment(self, payment: PaymentSnapshot) -> "BookingModel":
        return replace(self, stripe={**self.stripe, payment.payment: payment})

    def intent_opened(self, amount: int | None, at: datetime) -> "BookingModel":
        """Return the model with a new intent for `amount`, or for what is due."""
        asked = amount_due(self.booking, PaymentType.DEPOSIT, at) if amount is None else amount
        name = f"pi_{len(self.stripe) + 1}"
        return self.with_stripe_payment(
            snapshot(0, payment=name, amount=asked, captured_at=at, attempt=len(self.stripe) + 1)
        )

    def payment_captured(self, name: str, at: datetime) -> "BookingModel":
        intent = self.stripe[name]
        return self.with_stripe_payment(
            replace(intent, captured=intent.amount, captured_at=at, status=IntentStatus.SUCCEEDED)
        )

    def refunds_sent(
        self, status: ProviderRefundStatus = ProviderRefundStatus.SUCCEEDED
    ) -> "BookingModel":
        """Return the model after our job sends all owed refunds that Stripe accepts."""
        model = self
        for each in open_obligations(self.ledger):
            payment = model.stripe[each.payment]
            if each.amount <= left_at_stripe(payment):
                model = model.with_stripe_payment(
                    with_refund(payment, each.amount, status, each.reference)
                )
        return model

    def dashboard_refund_made(
        self, name: str, amount: int, status: ProviderRefundStatus = ProviderRefundStatus.PENDING
    ) -> "BookingModel":
        return self.with_stripe_payment(with_refund(self.stripe[name], amount, status))

    def refund_became(self, name: str, index: int, status: ProviderRefundStatus) -> "BookingModel":
        refunds = list(self.stripe[name].refunds)
        refunds[index] = replace(refunds[index], status=status)
        return self.with_stripe_payment(replace(self.stripe[name], refunds=tuple(refunds)))

    def disputed(self, name: str, amount: int) -> "BookingModel":
        """Return the model after a bank contests a part of the payment, and Stripe withdraws it."""
        payment = self.stripe[name]
        dispute = Dispute(f"dp_{name}_{len(payment.disputes)}", amount, DisputeStatus.OPEN)
        model = self.with_stripe_payment(replace(payment, disputes=(*payment.disputes, dispute)))
        return model.dispute_moved(name, len(payment.disputes), -amount)

    def dispute_moved(self, name: str, index: int, amount: int) -> "BookingModel":
        """Return the model after Stripe withdraws (negative) or reinstates money of a dispute."""
        dispute = self.stripe[name].disputes[index]
        movement = DisputeMovement(f"txn_{dispute.id}_{len(dispute.movements)}", amount)
        return self._with_dispute(
            name, index, replace(dispute, movements=(*dispute.movements, movement))
        )

    def dispute_became(
        self, name: str, index: int, status: DisputeStatus, percent_back: int | None = None
    ) -> "BookingModel":
        """Return the model after the bank decides and `percent_back` of the money is reinstated."""
        dispute = self.stripe[name].disputes[index]
        percent = (
            (100 if status is DisputeStatus.WON else 0) if percent_back is None else percent_back
        )
        model = self._with_dispute(name, index, replace(dispute, status=status))
        back = withdrawn_by(dispute) * percent // 100
        return model.dispute_moved(name, index, back) if back else model

    def _with_dispute(self, name: str, index: int, dispute: Dispute) -> "BookingModel":
        disputes = list(self.stripe[name].disputes)
        disputes[index] = dispute
        return self.with_stripe_payment(replace(self.stripe[name], disputes=tuple(disputes)))


def withdrawn_by(dispute: Dispute) -> int:
    """Return what Stripe has withdrawn for the dispute and not reinstated."""
    return -sum(each.amount for each in dispute.movements)


def is_decided(dispute: Dispute) -> bool:
    """Return whether the withdrawn money is lost; a won dispute waits for a reinstatement."""
    came_back = any(each.amount > 0 for each in dispute.movements)
    return dispute.status is DisputeStatus.LOST or (
        dispute.status is DisputeStatus.WON and came_back
    )


def with_refund(
    payment: PaymentSnapshot, amount: int, status: ProviderRefundStatus, owed: str | None = None
) -> PaymentSnapshot:
    refund = ProviderRefund(f"re_{payment.payment}_{len(payment.refunds)}", amount, status, owed)
    return replace(payment, refunds=(*payment.refunds, refund))


def left_at_stripe(payment: PaymentSnapshot) -> int:
    """Return what Stripe still refunds: no lost money, and nothing while a dispute is open."""
    if not all(map(is_decided, payment.disputes)):
        return 0
    gone = [each.amount for each in payment.refunds if each.status not in FAILED_REFUNDS]
    return max(0, payment.captured - sum(gone) - sum(map(withdrawn_by, payment.disputes)))


# The rules, computed independently of the domain.


def check_known(model: BookingModel, payment: PaymentSnapshot) -> None:
    """Check that our balance equals the payment at Stripe after the newest snapshot."""
    if model.stripe.get(payment.payment) != payment or not payment.captured:
        return
    known = model.booking.payments[payment.payment]
    by_status: Counter[ProviderRefundStatus] = Counter()
    for each in payment.refunds:
        by_status[each.status] += each.amount
    out = {
        decided: sum(withdrawn_by(each) for each in payment.disputes if is_decided(each) is decided)
        for decided in (True, False)
    }
    at_stripe = {
        "captured": payment.captured,
        "refund_sent": sum(by_status[status] for status in SENT_REFUNDS),
        "refunded": by_status[ProviderRefundStatus.SUCCEEDED],
        "disputed": out[False],
        "lost": out[True],
    }
    ours = {name: getattr(known, name) for name in at_stripe}
    if ours != at_stripe:
        raise RuleBroken(f"Stripe has {at_stripe}, our ledger {ours}")
    if not known.at_risk and known.refund_owed > left_at_stripe(payment):
        left = left_at_stripe(payment)
        raise RuleBroken(f"{known.refund_owed} are owed, and Stripe has {left} left to refund")


def check_books(model: BookingModel) -> None:
    """Check that the ledger adds up, no sum is negative, and no more is owed than there is."""
    booking = model.booking
    by_payment: dict[str, list[LedgerEntry]] = {}
    for entry in model.ledger:
        by_payment.setdefault(entry.payment, []).append(entry)
    if {name: balance_of(each) for name, each in by_payment.items()} != booking.payments:
        raise RuleBroken("the ledger does not add up to the booking's balances")
    names = [(entry.reference, entry.kind, entry.refund) for entry in model.ledger]
    if len(set(names)) < len(names):
        raise RuleBroken(f"an entry is made twice: {names}")
    for name, balance in booking.payments.items():
        sums = {each: getattr(balance, each) for each in Balance.__slots__}
        if min(sums.values()) < 0:
            raise RuleBroken(f"a sum of {name} is negative: {sums}")
        # While a dispute is open nothing is sent, because the money that is left is unknown.
        if not balance.at_risk and balance.refunded + balance.in_flight > balance.captured:
            raise RuleBroken(f"more is owed of {name} than was captured: {sums}")
        if not (balance.lost or balance.at_risk) and balance.uncommitted < 0:
            raise RuleBroken(f"more of {name} goes than came: {sums}")
    kept = sum(each.kept for each in booking.payments.values())
    flow = booking.balance
    if flow.captured - flow.refunded - flow.lost != kept + flow.in_flight:
        raise RuleBroken("captured - refunded - lost is not kept + in flight (`domain.md §7`)")


def check_step(before: BookingModel, step: Step, after: BookingModel) -> None:
    """Check that a step confirms and keeps money by the rules, and that it makes a new version."""
    old, new = before.booking, after.booking
    if (new != old or step.entries) and new.version != old.version + 1:
        raise RuleBroken("a change without a version of its own")
    paid = sum(each.captured - each.lost - each.uncredited for each in new.payments.values())
    lacking = new.due_to_confirm - paid
    if new.status is Status.CONFIRMED is not old.status and lacking >= LEAST_CHARGE:
        raise RuleBroken(f"confirmed with {paid} paid of {new.due_to_confirm}")
    if step.entries and new.status is Status.PENDING and lacking < LEAST_CHARGE:
        raise RuleBroken(f"{paid} paid of {new.due_to_confirm} and not confirmed")
    owed = sum(each.in_flight for each in new.payments.values())
    captured = sum(each.captured for each in new.payments.values())
    if not new.balance.at_risk and total_refundable(new.payments) + owed > captured:
        raise RuleBroken("more can be refunded than was captured")
    if old.status is not Status.CANCELLED and new.status is not Status.CANCELLED:
        excess = paid - new.price.total
        obligated = sum(each.amount for each in step.entries if each.kind is EntryKind.REFUND_OWED)
        if obligated and excess < 0:
            raise RuleBroken(f"{obligated} owed back, and only {paid} of {new.price.total} paid")
    check_kept(after)
    if old.status is Status.PENDING and new.status is Status.CANCELLED:
        check_nothing_kept(new)


def check_nothing_kept(ended: Booking) -> None:
    """Check that a booking that was never confirmed refunds all that is refundable.

    See `domain.md §6`.
    """
    record = ended.cancellation
    if record is None or record.refund_percentage != 100:
        raise RuleBroken("a booking that was never confirmed does not refund all")
    if any(each.refundable for each in ended.payments.values()):
        raise RuleBroken("something is kept of a booking that was never confirmed")


def check_late(
    before: BookingModel, after: BookingModel, at: datetime, *, slot_taken: bool
) -> None:
    """Check that late money reinstates an expired booking with a free slot (`domain.md §6`)."""
    old, new = before.booking, after.booking
    came = new.balance.captured - old.balance.captured - new.balance.lost
    could_live = old.has_expired and not slot_taken and at < old.slot.starts_at
    lacking = old.due_to_confirm - came
    if could_live and lacking < LEAST_CHARGE and new.status is not Status.CONFIRMED:
        raise RuleBroken("paid late, with the slot still free, and not brought back")
    if old.status is Status.CANCELLED and slot_taken and new.holds_slot:
        raise RuleBroken("a cancelled booking takes a slot that others have")


def check_kept(model: BookingModel) -> None:
    """Check that we keep money only for a live booking or by the policy (`domain.md §6, §7`)."""
    booking, record = model.booking, model.booking.cancellation
    stays = booking.balance.kept - booking.balance.disputed
    if record is None:
        # A live booking keeps at most its price.
        if stays > booking.price.total:
            raise RuleBroken(f"{stays} kept of a booking that costs {booking.price.total}")
        return
    base = base_of(model, record.at)
    most = base - half_up_of(base, record.refund_percentage)
    if stays > most:
        raise RuleBroken(
            f"{stays} kept of a cancelled booking; {record.refund_percentage} % are to be"
            f" refunded, so the policy keeps {most} of {base}"
        )
    if stays < most and not may_refund_more(model):
        raise RuleBroken(f"{stays} kept of a cancelled booking, {most} are ours by the policy")


def base_of(model: BookingModel, cancelled_at: datetime) -> int:
    """Return the base of the refund: paid before the cancellation, not lost and not refunded."""
    in_time = {
        entry.payment
        for entry in model.ledger
        if entry.kind is EntryKind.CAPTURED and entry.at <= cancelled_at
    } - late_payments(model)
    sums = [model.booking.payments[name] for name in in_time]
    for_good = {
        entry.refund
        for entry in model.ledger
        if entry.reason in {RefundReason.OVERPAYMENT, RefundReason.STAFF, RefundReason.DASHBOARD}
        or (entry.kind is EntryKind.REFUND_OWED and entry.at < cancelled_at)
    }
    signs = {
        EntryKind.REFUND_OWED: 1,
        EntryKind.GOODWILL_OWED: 1,
        EntryKind.REFUND_WAIVED: -1,
        EntryKind.GOODWILL_WAIVED: -1,
        EntryKind.GOODWILL_RESTORED: 1,
    }
    given = sum(
        signs.get(entry.kind, 0) * entry.amount
        for entry in model.ledger
        if entry.refund in for_good and entry.payment in in_time
    )
    left = sum(each.captured - each.disputed - each.lost for each in sums) - given
    return max(0, left)


def late_payments(model: BookingModel) -> set[str]:
    """Return the payments that arrived too late and are refunded in full."""
    return {entry.payment for entry in model.ledger if entry.reason is RefundReason.LATE_PAYMENT}


def may_refund_more(model: BookingModel) -> bool:
    """Return whether staff or a bank may have refunded more than the policy says."""
    kinds = {entry.kind for entry in model.ledger}
    return bool(kinds & {EntryKind.GOODWILL_OWED, EntryKind.DISPUTE_OPENED} or late_payments(model))


def half_up_of(amount: int, percentage: int) -> int:
    """Return the percentage of the amount, rounded half up, computed independently of `money`."""
    whole, rest = divmod(amount * percentage, 100)
    return whole + (rest >= 50)
