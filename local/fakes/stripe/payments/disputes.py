"""Disputes: the bank opens them, we answer or accept them, the bank closes them."""

from typing import Final

from local.fakes.stripe.account import balance
from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.events import emit
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json, deep_copy, merge_metadata
from local.fakes.stripe.payments.dispute_objects import dispute_of

OPEN_STATUSES: Final = ("needs_response", "under_review")
INQUIRY_STATUSES: Final = ("warning_needs_response", "warning_under_review")


def open_dispute(
    account: Account,
    charge: Json,
    *,
    amount: int | None = None,
    inquiry: bool = False,
    withdrawn: bool = True,
) -> Json:
    """Open and return a dispute of a succeeded charge, by default of the part not refunded.

    A charge may have several disputes if each has an `amount`. Emits `charge.dispute.created`; also
    `charge.dispute.funds_withdrawn` if the money is `withdrawn` now and it is not an inquiry.
    """
    takes_money = withdrawn and not inquiry
    other_disputes = account.disputes.newest_first({"charge": charge["id"]})
    if (
        any(each["status"] in (*OPEN_STATUSES, *INQUIRY_STATUSES) for each in other_disputes)
        and amount is None
    ):
        raise StripeError(f"Charge {charge['id']} has a dispute already.")
    disputed_amount = amount or charge["amount"] - charge["amount_refunded"] or charge["amount"]
    if not 0 < disputed_amount <= charge["amount"] - sum(map(_withdrawn_amount, other_disputes)):
        raise StripeError("A dispute is about a part of the charge, or all of it.", param="amount")
    dispute = dispute_of(account, charge, disputed_amount, inquiry=inquiry)
    account.disputes.add(dispute)
    charge["disputed"] = True
    if takes_money:
        _withdraw(account, dispute, dispute["amount"])
    emit(account, "charge.dispute.created", dispute)
    if takes_money:
        emit(account, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def update(account: Account, dispute: Json, parameters: Json) -> None:
    """Add evidence or metadata, and submit the evidence. Emits `charge.dispute.updated`.

    If the submitted text is `winning_evidence` or `losing_evidence`, the dispute is decided at
    once, as in Stripe's test mode.
    """
    evidence = parameters.get("evidence")
    if evidence is not None and dispute["status"] not in (*OPEN_STATUSES, *INQUIRY_STATUSES):
        raise StripeError("This dispute is already closed", code="dispute_closed")
    previous: Json = {}
    if "metadata" in parameters:
        previous["metadata"] = dispute["metadata"]
        dispute["metadata"] = merge_metadata(dispute["metadata"], parameters["metadata"])
    text = None
    if evidence is not None:
        text = evidence["uncategorized_text"] or None
        previous["evidence"] = deep_copy(dispute["evidence"])
        dispute["evidence"]["uncategorized_text"] = text
        dispute["evidence_details"]["has_evidence"] = text is not None
        if parameters.get("submit", True):
            previous["status"] = dispute["status"]
            _submit(dispute)
    emit(account, "charge.dispute.updated", dispute, previous)
    if parameters.get("submit", True) and text in _VERDICTS:
        close(account, dispute, won=_VERDICTS[text])


def close(account: Account, dispute: Json, *, won: bool, reinstated: int | None = None) -> None:
    """Decide a dispute as the bank. Emits `….closed`, then `….funds_reinstated` if money came back.

    A dispute is won by evidence only, so missing evidence is submitted first (`….updated`).
    A won inquiry ends as `warning_closed`; a lost one becomes a dispute first. `reinstated` cents
    are given back, by default all of a won dispute and nothing of a lost one. A dispute that is
    won in part ends as `lost` with a part given back (support.stripe.com, "Dispute for full charge
    amount after a partial refund was issued").
    """
    if dispute["status"] in INQUIRY_STATUSES:
        if won:
            _finish(account, dispute, "warning_closed")
            return
        escalate(account, dispute)
    if dispute["status"] not in OPEN_STATUSES:
        raise StripeError("This dispute is already closed", code="dispute_closed")
    returned = (_withdrawn_amount(dispute) if won else 0) if reinstated is None else reinstated
    _require_withdrawn(dispute, returned)
    if won and dispute["status"] == "needs_response":
        _submit(dispute)
        emit(account, "charge.dispute.updated", dispute, {"status": "needs_response"})
    dispute["is_charge_refundable"] = won
    _finish(account, dispute, "won" if won else "lost")
    if returned:
        _reinstate(account, dispute, returned)


def withdraw(account: Account, dispute: Json, amount: int) -> None:
    """Withdraw more money for the dispute. Emits `charge.dispute.funds_withdrawn`."""
    if dispute["status"] in INQUIRY_STATUSES:
        raise StripeError("An inquiry withdraws nothing.")
    if not 0 < amount <= account.charges[dispute["charge"]]["amount"] - _withdrawn_amount(dispute):
        raise StripeError("A dispute takes no more than the charge.", param="amount")
    _withdraw(account, dispute, amount)
    emit(account, "charge.dispute.funds_withdrawn", dispute)


def reinstate(account: Account, dispute: Json, amount: int) -> None:
    """Give back money of a closed dispute. Emits `charge.dispute.funds_reinstated`."""
    if dispute["status"] not in ("won", "lost"):
        raise StripeError("Only a closed dispute gives money back.")
    _require_withdrawn(dispute, amount)
    _reinstate(account, dispute, amount)


def _withdrawn_amount(dispute: Json) -> int:
    """Return the amount withdrawn and not given back, without fees."""
    moved: int = sum(each["amount"] for each in dispute["balance_transactions"])
    return -moved


def _require_withdrawn(dispute: Json, amount: int) -> None:
    if not 0 <= amount <= _withdrawn_amount(dispute):
        raise StripeError("No more comes back than was withdrawn.", param="amount")


def escalate(account: Account, dispute: Json) -> None:
    """Turn an inquiry into a dispute, and withdraw the money."""
    previous = {"status": dispute["status"]}
    if dispute["status"] not in INQUIRY_STATUSES:
        raise StripeError("Only an open inquiry becomes a dispute.")
    dispute.update(status="needs_response", is_charge_refundable=False)
    if "card" in dispute.get("payment_method_details", {}):
        dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    _withdraw(account, dispute, dispute["amount"])
    emit(account, "charge.dispute.updated", dispute, previous)
    emit(account, "charge.dispute.funds_withdrawn", dispute)


def accept(account: Account, dispute: Json) -> None:
    """Accept a dispute, which is then lost, or an inquiry, which is then closed."""
    close(account, dispute, won=dispute["status"] in INQUIRY_STATUSES)


def _finish(account: Account, dispute: Json, status: str) -> None:
    previous = {"status": dispute["status"]}
    dispute["status"] = status
    dispute["evidence_details"]["due_by"] = None
    emit(account, "charge.dispute.closed", dispute, previous)


def _submit(dispute: Json) -> None:
    is_inquiry = dispute["status"] in INQUIRY_STATUSES
    dispute["status"] = "warning_under_review" if is_inquiry else "under_review"
    dispute["evidence_details"]["submission_count"] += 1


def _withdraw(account: Account, dispute: Json, amount: int) -> None:
    is_first = not dispute["balance_transactions"]
    transaction = balance.add_transaction(
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
    transaction = balance.add_transaction(
        account,
        dispute,
        kind="adjustment",
        category="dispute_reversal",
        amount=amount,
        description=f"Chargeback reversal for {dispute['charge']}",
    )
    dispute["balance_transactions"].append(transaction)
    if not _withdrawn_amount(dispute):
        dispute["is_charge_refundable"] = True
    emit(account, "charge.dispute.funds_reinstated", dispute)


_VERDICTS: Final[dict[str | None, bool]] = {"winning_evidence": True, "losing_evidence": False}
