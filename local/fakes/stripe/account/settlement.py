"""What time does by itself in the local cloud: test cards' refunds that end after a while."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.payments import refunds

# By what the card does with refunds: the status that they wait in, and the one they end in.
_ENDS: Final = {"pend": ("pending", "succeeded"), "fail_later": ("succeeded", "failed")}


def settle_due_refunds(account: Account, before: float) -> None:
    """End the refunds of test cards that end by themselves, if made before a unix time."""
    for refund in account.refunds.newest_first():
        status, end = _ENDS.get(account.cards[refund["charge"]].refunds, (None, ""))
        if refund["status"] == status and refund["created"] <= before:
            refunds.change_status(account, refund, end)
