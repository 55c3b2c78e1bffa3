"""Create refunds and change their status; each change also updates the charge and the balance."""

from typing import Final

from local.fakes.stripe.account import balance
from local.fakes.stripe.account.account import DAY, Account
from local.fakes.stripe.account.events import emit
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json, merge_metadata

_NEXT_STATUSES: Final = {
    "pending": {"requires_action", "succeeded", "failed", "canceled"},
    "requires_action": {"pending", "succeeded", "failed", "canceled"},
    "succeeded": {"failed"},
}
_ACTION_DAYS: Final = 45
_DEBIT_DAYS: Final = 180
"""The days in which a bank debit can be refunded (Stripe's documentation of ACH Direct Debit)."""


def create(account: Account, charge: Json, parameters: Json) -> Json:
    """Refund a charge and return the refund. Emits `refund.created` and `charge.refunded`.

    The default `amount` is what is left of the charge. A pending refund counts as refunded.
    Raises StripeError.
    """
    left = charge["amount"] - charge["amount_refunded"]
    amount = parameters.get("amount", left)
    _require_refundable(account, charge, amount, left)
    refund = account.refunds.add(_new_refund(account, charge, amount, parameters))
    is_card = account.cards[charge["id"]].kind == "card"
    transaction = balance.add_transaction(
        account,
        refund,
        kind="refund" if is_card else "payment_refund",
        category="refund",
        amount=-amount,
        description="REFUND FOR CHARGE" if is_card else "REFUND FOR PAYMENT",
    )
    refund["balance_transaction"] = transaction["id"]
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    _add_to_refunded(charge, amount)
    emit(account, "refund.created", refund)
    emit(account, "charge.refunded", charge, previous)
    return refund


def _new_refund(account: Account, charge: Json, amount: int, parameters: Json) -> Json:
    card = account.cards[charge["id"]]
    is_card = card.kind == "card"
    refund: Json = {
        "id": account.identifiers.new("re" if is_card else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": account.now(),
        "currency": charge["currency"],
        "metadata": merge_metadata({}, parameters.get("metadata", {})),
        "payment_intent": charge["payment_intent"],
        "reason": parameters.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if card.refund_result == "pend" else "succeeded",
        "transfer_reversal": None,
    }
    if refund["status"] == "pending":
        refund["pending_reason"] = "processing"
    if is_card:
        refund["destination_details"] = {"card": dict(_CARD_DESTINATION), "type": "card"}
    return refund


def change_status(account: Account, refund: Json, status: str) -> None:
    """Set a refund's status. Raises StripeError when Stripe never makes that change."""
    previous: Json = {"status": refund["status"]}
    if status not in _NEXT_STATUSES.get(refund["status"], ()):
        raise StripeError(f"A refund that is {refund['status']} does not become {status}.")
    refund["status"] = status
    refund.pop("pending_reason", None)
    refund.pop("next_action", None)
    if status == "pending":
        refund["pending_reason"] = "processing"
    elif status == "requires_action":
        refund["next_action"] = _next_action(account)
    elif status != "succeeded":
        _return_to_balance(account, refund)
        previous["failure_reason"] = None
    _emit_updated(account, refund, previous)
    if status == "failed":
        emit(account, "refund.failed", refund)


def update(account: Account, refund: Json, metadata: Json | str) -> None:
    """Update a refund's metadata. Emits `refund.updated` and `charge.refund.updated`."""
    previous = {"metadata": refund["metadata"]}
    refund["metadata"] = merge_metadata(refund["metadata"], metadata)
    _emit_updated(account, refund, previous)


def cancel(account: Account, refund: Json) -> None:
    """Cancel a refund. Raises StripeError unless it is in `requires_action`."""
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


def _return_to_balance(account: Account, refund: Json) -> None:
    is_failed = refund["status"] == "failed"
    refund["failure_reason"] = "declined" if is_failed else "merchant_request"
    transaction = balance.add_transaction(
        account,
        refund,
        kind="refund_failure",
        category="refund_failure",
        amount=refund["amount"],
        description=f"REFUND FAILURE ({refund['id']})",
    )
    refund["failure_balance_transaction"] = transaction["id"]
    _add_to_refunded(account.charges[refund["charge"]], -refund["amount"])


def _add_to_refunded(charge: Json, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    charge.update(amount_refunded=refunded, refunded=refunded == charge["amount"])


def _emit_updated(account: Account, refund: Json, previous: Json) -> None:
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
