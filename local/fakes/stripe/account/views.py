"""The fields of an object that depend on the present time."""

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.objects import Json


def current_view(account: Account, stored: Json) -> Json:
    """Return the object with the fields of now; the same object if none of them changed."""
    kind = stored["object"]
    if kind == "balance_transaction":
        return _balance_transaction(account, stored)
    if kind == "dispute":
        return _dispute(account, stored)
    return stored


def _balance_transaction(account: Account, transaction: Json) -> Json:
    is_available = account.clock() >= transaction["available_on"]
    return transaction | {"status": "available" if is_available else "pending"}


def _dispute(account: Account, dispute: Json) -> Json:
    details = dispute["evidence_details"]
    due_by = details["due_by"]
    is_past_due = due_by is not None and account.clock() > due_by
    return dispute | {
        "balance_transactions": [
            _balance_transaction(account, each) for each in dispute["balance_transactions"]
        ],
        "evidence_details": details | {"past_due": is_past_due},
    }
