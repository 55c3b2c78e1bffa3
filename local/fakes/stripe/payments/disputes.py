"""Disputes: opened by the cardholder's bank, answered or accepted by us, closed by the bank."""

from typing import Final

from local.fakes.stripe.account import balance
from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.events import emit
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json, copied, merged
from local.fakes.stripe.payments.dispute_objects import dispute_of

OPEN: Final = ("needs_response", "under_review")
INQUIRY: Final = ("warning_needs_response", "warning_under_review")


def open_dispute(
    account: Account,
    charge: Json,
    *,
    amount: int | None = None,
    inquiry: bool = False,
    withdrawn: bool = True,
) -> Json:
    """Open a dispute of a succeeded charge, by default of what is not refunded.

    A charge may have several, of amounts that are given. Emits `charge.dispute.created`, and
    `charge.dispute.funds_withdrawn` unless it is an inquiry, or the money is not `withdrawn` yet.
    """
    takes_money = withdrawn and not inquiry
    others = account.disputes.newest_first({"charge": charge["id"]})
    if any(each["status"] in (*OPEN, *INQUIRY) for each in others) and amount is None:
        raise StripeError(f"Charge {charge['id']} has a dispute already.")
    disputed = amount or charge["amount"] - charge["amount_refunded"] or charge["amount"]
    if not 0 < disputed <= charge["amount"] - sum(map(_out, others)):
        raise StripeError("A dispute is about a part of the charge, or all of it.", param="amount")
    dispute = dispute_of(account, charge, disputed, inquiry=inquiry)
    account.disputes.add(dispute)
    charge["disputed"] = True
    if takes_money:
        _withdraw(account, dispute, dispute["amount"])
    emit(account, "charge.dispute.created", dispute)
    if takes_money:
        emit(account, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def update(account: Account, dispute: Json, given: Json) -> None:
    """Add evidence or metadata, and submit it. Emits `charge.dispute.updated`.

    Submitted, the texts `winning_evidence` and `losing_evidence` decide at once, as in Stripe's
    test mode.
    """
    evidence = given.get("evidence")
    if evidence is not None and dispute["status"] not in (*OPEN, *INQUIRY):
        raise StripeError("This dispute is already closed", code="dispute_closed")
    previous: Json = {}
    if "metadata" in given:
        previous["metadata"] = dispute["metadata"]
        dispute["metadata"] = merged(dispute["metadata"], given["metadata"])
    text = None
    if evidence is not None:
        text = evidence["uncategorized_text"] or None
        previous["evidence"] = copied(dispute["evidence"])
        dispute["evidence"]["uncategorized_text"] = text
        dispute["evidence_details"]["has_evidence"] = text is not None
        if given.get("submit", True):
            previous["status"] = dispute["status"]
            _submit(dispute)
    emit(account, "charge.dispute.updated", dispute, previous)
    if given.get("submit", True) and text in _VERDICTS:
        close(account, dispute, won=_VERDICTS[text])


def close(account: Account, dispute: Json, *, won: bool, reinstated: int | None = None) -> None:
    """Let the bank decide. Emits `charge.dispute.closed`, then `….funds_reinstated` if money came.

    A dispute is won by evidence only, so a missing submission (`….updated`) comes first. An
    inquiry that is won ends as `warning_closed`; lost, it becomes a dispute first. `reinstated`
    cents come back, by default all that is out of a won dispute and nothing of a lost one: one
    that is won in part is called `lost` and gives a part back (support.stripe.com, "Dispute for
    full charge amount after a partial refund was issued").
    """
    if dispute["status"] in INQUIRY:
        if won:
            _finish(account, dispute, "warning_closed")
            return
        escalate(account, dispute)
    if dispute["status"] not in OPEN:
        raise StripeError("This dispute is already closed", code="dispute_closed")
    back = (_out(dispute) if won else 0) if reinstated is None else reinstated
    _require_out(dispute, back)
    if won and dispute["status"] == "needs_response":
        _submit(dispute)
        emit(account, "charge.dispute.updated", dispute, {"status": "needs_response"})
    dispute["is_charge_refundable"] = won
    _finish(account, dispute, "won" if won else "lost")
    if back:
        _reinstate(account, dispute, back)


def withdraw(account: Account, dispute: Json, amount: int) -> None:
    """Take money for the dispute once more. Emits `charge.dispute.funds_withdrawn`."""
    if dispute["status"] in INQUIRY:
        raise StripeError("An inquiry withdraws nothing.")
    if not 0 < amount <= account.charges[dispute["charge"]]["amount"] - _out(dispute):
        raise StripeError("A dispute takes no more than the charge.", param="amount")
    _withdraw(account, dispute, amount)
    emit(account, "charge.dispute.funds_withdrawn", dispute)


def reinstate(account: Account, dispute: Json, amount: int) -> None:
    """Give money of a closed dispute back. Emits `charge.dispute.funds_reinstated`."""
    if dispute["status"] not in ("won", "lost"):
        raise StripeError("Only a closed dispute gives money back.")
    _require_out(dispute, amount)
    _reinstate(account, dispute, amount)


def _out(dispute: Json) -> int:
    """Return what was withdrawn and not given back, fees apart."""
    moved: int = sum(each["amount"] for each in dispute["balance_transactions"])
    return -moved


def _require_out(dispute: Json, amount: int) -> None:
    if not 0 <= amount <= _out(dispute):
        raise StripeError("No more comes back than was withdrawn.", param="amount")


def escalate(account: Account, dispute: Json) -> None:
    """Turn an inquiry into a dispute: the money is withdrawn now."""
    previous = {"status": dispute["status"]}
    if dispute["status"] not in INQUIRY:
        raise StripeError("Only an open inquiry becomes a dispute.")
    dispute.update(status="needs_response", is_charge_refundable=False)
    if "card" in dispute.get("payment_method_details", {}):
        dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    _withdraw(account, dispute, dispute["amount"])
    emit(account, "charge.dispute.updated", dispute, previous)
    emit(account, "charge.dispute.funds_withdrawn", dispute)


def accept(account: Account, dispute: Json) -> None:
    """Give in: the dispute is lost, an inquiry is closed."""
    close(account, dispute, won=dispute["status"] in INQUIRY)


def _finish(account: Account, dispute: Json, status: str) -> None:
    previous = {"status": dispute["status"]}
    dispute["status"] = status
    dispute["evidence_details"]["due_by"] = None
    emit(account, "charge.dispute.closed", dispute, previous)


def _submit(dispute: Json) -> None:
    is_inquiry = dispute["status"] in INQUIRY
    dispute["status"] = "warning_under_review" if is_inquiry else "under_review"
    dispute["evidence_details"]["submission_count"] += 1


def _withdraw(account: Account, dispute: Json, amount: int) -> None:
    is_first = not dispute["balance_transactions"]
    transaction = balance.add(
        account,
        dispute,
        kind="adjustment",
        category="dispute",
        amount=-amount,
        description=f"Chargeback withdrawal for {dispute['charge']}",
        fee=balance.DISPUTE_FEE if is_first else 0,
    )
    dispute["balance_transactions"].append(transaction)


def _reinstate(account: Account, dispute: Json, amount: int) -> None:
    transaction = balance.add(
        account,
        dispute,
        kind="adjustment",
        category="dispute_reversal",
        amount=amount,
        description=f"Chargeback reversal for {dispute['charge']}",
    )
    dispute["balance_transactions"].append(transaction)
    if not _out(dispute):
        dispute["is_charge_refundable"] = True
    emit(account, "charge.dispute.funds_reinstated", dispute)


_VERDICTS: Final[dict[str | None, bool]] = {"winning_evidence": True, "losing_evidence": False}
