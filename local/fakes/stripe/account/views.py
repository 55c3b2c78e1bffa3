"""What of an object depends on the moment it is looked at."""

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.objects import Json


def view(account: Account, thing: Json) -> Json:
    """Return the object as it shows now; the same object when time does not change it."""
    kind = thing["object"]
    if kind == "balance_transaction":
        return _balance_transaction(account, thing)
    if kind == "dispute":
        return _dispute(account, thing)
    return thing


def _balance_transaction(account: Account, transaction: Json) -> Json:
    settled = account.clock() >= transaction["available_on"]
    return transaction | {"status": "available" if settled else "pending"}


def _dispute(account: Account, dispute: Json) -> Json:
    details = dispute["evidence_details"]
    due_by = details["due_by"]
    late = due_by is not None and account.clock() > due_by
    return dispute | {
        "balance_transactions": [
            _balance_transaction(account, each) for each in dispute["balance_transactions"]
        ],
        "evidence_details": details | {"past_due": late},
    }
