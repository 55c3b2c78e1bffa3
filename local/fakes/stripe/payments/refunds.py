"""Refunds: made, settled, failed, cancelled; each moves the charge and the balance with it."""

from typing import Final

from local.fakes.stripe.account import balance
from local.fakes.stripe.account.account import DAY, Account
from local.fakes.stripe.account.events import emit
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json, merged

_STEPS: Final = {
    "pending": {"requires_action", "succeeded", "failed", "canceled"},
    "requires_action": {"pending", "succeeded", "failed", "canceled"},
    "succeeded": {"failed"},
}
_ACTION_DAYS: Final = 45
_DEBIT_DAYS: Final = 180
"""How long a debit of a bank account can be refunded, by Stripe's document of ACH Direct Debit."""


def create(account: Account, charge: Json, given: Json) -> Json:
    """Give money of a charge back. Emits `refund.created` and `charge.refunded`.

    Without `amount` all that is left goes back. A pending refund counts at once.
    """
    left = charge["amount"] - charge["amount_refunded"]
    amount = given.get("amount", left)
    _require_refundable(account, charge, amount, left)
    card = account.cards[charge["id"]]
    status = "pending" if card.refunds == "pend" else "succeeded"
    is_card = card.kind == "card"
    refund: Json = {
        "id": account.identifiers.new("re" if is_card else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": account.now(),
        "currency": charge["currency"],
        "metadata": merged({}, given.get("metadata", {})),
        "payment_intent": charge["payment_intent"],
        "reason": given.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    if status == "pending":
        refund["pending_reason"] = "processing"
    if is_card:
        refund["destination_details"] = {"card": dict(_CARD_DESTINATION), "type": "card"}
    account.refunds.add(refund)
    transaction = balance.add(
        account,
        refund,
        kind="refund" if is_card else "payment_refund",
        category="refund",
        amount=-amount,
        description="REFUND FOR CHARGE" if is_card else "REFUND FOR PAYMENT",
    )
    refund["balance_transaction"] = transaction["id"]
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    _count(charge, amount)
    emit(account, "refund.created", refund)
    emit(account, "charge.refunded", charge, previous)
    return refund


def change_status(account: Account, refund: Json, status: str) -> None:
    """Let a refund go on to `status`. Raises StripeError when Stripe never does that."""
    previous: Json = {"status": refund["status"]}
    if status not in _STEPS.get(refund["status"], ()):
        raise StripeError(f"A refund that is {refund['status']} does not become {status}.")
    refund["status"] = status
    refund.pop("pending_reason", None)
    refund.pop("next_action", None)
    if status == "pending":
        refund["pending_reason"] = "processing"
    elif status == "requires_action":
        refund["next_action"] = _next_action(account)
    elif status != "succeeded":
        _give_back(account, refund)
        previous["failure_reason"] = None
    _updated(account, refund, previous)
    if status == "failed":
        emit(account, "refund.failed", refund)


def update(account: Account, refund: Json, metadata: Json | str) -> None:
    """Change a refund's metadata. Emits `refund.updated`."""
    previous = {"metadata": refund["metadata"]}
    refund["metadata"] = merged(refund["metadata"], metadata)
    _updated(account, refund, previous)


def cancel(account: Account, refund: Json) -> None:
    """Cancel a refund at our own request: only while it waits for the customer."""
    if refund["status"] != "requires_action":
        raise StripeError(
            f"You cannot cancel this refund because it has a status of {refund['status']}. Only a "
            "refund with a status of requires_action may be canceled.",
        )
    change_status(account, refund, "canceled")


def _require_refundable(account: Account, charge: Json, amount: int, left: int) -> None:
    identifier = charge["id"]
    if any(
        not dispute["is_charge_refundable"]
        for dispute in account.disputes.newest_first({"charge": identifier})
    ):
        raise StripeError(
            f"Charge {identifier} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    if left == 0:
        raise StripeError(
            f"Charge {identifier} has already been refunded.", code="charge_already_refunded"
        )
    is_debit = account.cards[identifier].kind == "us_bank_account"
    if is_debit and account.now() > charge["created"] + _DEBIT_DAYS * DAY:
        raise StripeError(
            f"Charge {identifier} is too old to be refunded.", code="charge_not_refundable"
        )
    if amount > left:
        raise StripeError(
            f"Refund amount (${amount / 100:,.2f}) is greater than unrefunded amount on charge "
            f"(${left / 100:,.2f})",
            param="amount",
        )


def _give_back(account: Account, refund: Json) -> None:
    is_failed = refund["status"] == "failed"
    refund["failure_reason"] = "declined" if is_failed else "merchant_request"
    transaction = balance.add(
        account,
        refund,
        kind="refund_failure",
        category="refund_failure",
        amount=refund["amount"],
        description=f"REFUND FAILURE ({refund['id']})",
    )
    refund["failure_balance_transaction"] = transaction["id"]
    _count(account.charges[refund["charge"]], -refund["amount"])


def _count(charge: Json, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    charge.update(amount_refunded=refunded, refunded=refunded == charge["amount"])


def _updated(account: Account, refund: Json, previous: Json) -> None:
    emit(account, "refund.updated", refund, previous)
    emit(account, "charge.refund.updated", refund, previous)


def _next_action(account: Account) -> Json:
    return {
        "display_details": {
            "email_sent": {"email_sent_at": account.now(), "email_sent_to": "guest@example.com"},
            "expires_at": account.now() + _ACTION_DAYS * DAY,
        },
        "type": "display_details",
    }


_CARD_DESTINATION: Final[Json] = {
    "reference_status": "pending",
    "reference_type": "acquirer_reference_number",
    "type": "refund",
}
