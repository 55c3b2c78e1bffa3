"""Balance transactions, which record all money that enters or leaves the account's balance."""

from typing import Final

from local.fakes.stripe.account.account import DAY, Account
from local.fakes.stripe.objects import Json

_SETTLEMENT: Final = 2 * DAY
DISPUTE_FEE: Final = 1500


def add_transaction(
    account: Account,
    source: Json,
    *,
    kind: str,
    category: str,
    amount: int,
    description: str | None,
    fee: int = 0,
) -> Json:
    """Add a balance transaction of `amount` cents (gross, signed) less `fee` cents; return it.

    `source` is the object that moves the money. `kind` and `category` are Stripe's `type` and
    `reporting_category`.
    """
    created_at = account.now()
    transaction: Json = {
        "id": account.identifiers.new("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created_at + _SETTLEMENT,
        "balance_type": "payments",
        "created": created_at,
        "currency": source["currency"],
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [_fee(source["currency"], fee, kind)] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }
    account.balance_transactions.add(transaction)
    account.intents_of_transactions[transaction["id"]] = source["payment_intent"]
    return transaction


def _fee(currency: str, amount: int, kind: str) -> Json:
    return {
        "amount": amount,
        "application": None,
        "currency": currency,
        "description": "Dispute fee" if kind == "adjustment" else "Stripe processing fees",
        "type": "stripe_fee",
    }


def processing_fee(amount: int, kind: str) -> int:
    """Return Stripe's fee in cents: 2.9 % + 30, or for a bank debit 0.8 %, at most 500."""
    if kind == "card":
        return (amount * 29 + 500) // 1000 + 30
    return min(500, (amount * 8 + 500) // 1000)


def amounts_by_intent(account: Account) -> dict[str, int]:
    """Return the sum of the gross amounts in cents by payment intent."""
    sums: dict[str, int] = {}
    for transaction in account.balance_transactions.newest_first():
        intent = account.intents_of_transactions[transaction["id"]]
        sums[intent] = sums.get(intent, 0) + transaction["amount"]
    return sums
