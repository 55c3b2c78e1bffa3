"""Refunds of test cards that end after some time in the local cloud."""

from typing import Final

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.payments import refunds

# The first and the last status of a refund, by the card's kind of refunds.
_ENDS: Final = {"pend": ("pending", "succeeded"), "fail_later": ("succeeded", "failed")}


def end_due_refunds(account: Account, before: float) -> None:
    """End the refunds of such test cards that were created before a Unix time."""
    for refund in account.refunds.newest_first():
        status, end = _ENDS.get(account.cards[refund["charge"]].refund_result, (None, ""))
        if refund["status"] == status and refund["created"] <= before:
            refunds.change_status(account, refund, end)
