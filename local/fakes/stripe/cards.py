"""Stripe's test cards and test payment methods, and the result of paying with each."""

from dataclasses import dataclass
from typing import Final, Literal

from local.fakes.stripe.errors import StripeError


@dataclass(frozen=True, slots=True)
class Decline:
    """A decline by the issuer: Stripe's error code, decline code, message and advice."""

    code: str
    decline_code: str | None
    message: str
    advice: str | None = "try_again_later"


@dataclass(frozen=True, slots=True)
class Card:
    """A test card or bank account: its number, its ids, and the result of its payments."""

    number: str
    ids: tuple[str, ...]
    kind: Literal["card", "us_bank_account", "sepa_debit"] = "card"
    brand: str = "visa"
    decline: Decline | None = None
    requires_authentication: bool = False
    dispute_type: Literal["", "dispute", "inquiry"] = ""
    refund_result: Literal["succeed", "fail_later", "pend"] = "succeed"

    @property
    def is_delayed(self) -> bool:
        """Whether a payment is `processing` before it ends."""
        return self.kind != "card"


def _declined(decline_code: str, message: str, advice: str = "try_again_later") -> Decline:
    return Decline("card_declined", decline_code, message, advice)


_DECLINED: Final = "Your card was declined."
_GENERIC: Final = _declined("generic_decline", _DECLINED)

CARDS: Final = (
    Card("4242424242424242", ("pm_card_visa", "pm_card_us")),
    Card("5555555555554444", ("pm_card_mastercard",), brand="mastercard"),
    Card("378282246310005", ("pm_card_amex",), brand="amex"),
    Card("4000000000000077", ("pm_card_bypassPending",)),
    Card(
        "4000000000000002",
        ("pm_card_chargeDeclined", "pm_card_visa_chargeDeclined"),
        decline=_GENERIC,
    ),
    Card(
        "4000000000009995",
        ("pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa_chargeDeclinedInsufficientFunds"),
        decline=_declined("insufficient_funds", "Your card has insufficient funds."),
    ),
    Card(
        "4000000000009987",
        ("pm_card_chargeDeclinedLostCard", "pm_card_visa_chargeDeclinedLostCard"),
        decline=_declined("lost_card", _DECLINED, "do_not_try_again"),
    ),
    Card(
        "4000000000009979",
        ("pm_card_chargeDeclinedStolenCard", "pm_card_visa_chargeDeclinedStolenCard"),
        decline=_declined("stolen_card", _DECLINED, "do_not_try_again"),
    ),
    Card(
        "4000000000000069",
        ("pm_card_chargeDeclinedExpiredCard",),
        decline=Decline("expired_card", None, "Your card has expired.", "confirm_card_data"),
    ),
    Card(
        "4000000000000127",
        ("pm_card_chargeDeclinedIncorrectCvc",),
        decline=Decline(
            "incorrect_cvc", None, "Your card's security code is incorrect.", "confirm_card_data"
        ),
    ),
    Card(
        "4000000000000119",
        ("pm_card_chargeDeclinedProcessingError",),
        decline=Decline(
            "processing_error",
            None,
            "An error occurred while processing your card. Try again in a little bit.",
        ),
    ),
    Card("4000002760003184", ("pm_card_authenticationRequired",), requires_authentication=True),
    Card(
        "4000002500003155", ("pm_card_authenticationRequiredOnSetup",), requires_authentication=True
    ),
    Card(
        "4000008260003178",
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",),
        requires_authentication=True,
        decline=_declined("insufficient_funds", "Your card has insufficient funds."),
    ),
    Card("4000000000000259", ("pm_card_createDispute",), dispute_type="dispute"),
    Card("4000000000001976", ("pm_card_createDisputeInquiry",), dispute_type="inquiry"),
    Card("4000000000005126", ("pm_card_refundFail",), refund_result="fail_later"),
    Card("4000000000007726", ("pm_card_pendingRefund",), refund_result="pend"),
    Card("000123456789", ("pm_usBankAccount_success",), kind="us_bank_account", brand=""),
    Card("AT321904300235473204", ("pm_sepaDebit",), kind="sepa_debit", brand=""),
)
_BY_NUMBER: Final = {card.number: card for card in CARDS}
_BY_ID: Final = {identifier: card for card in CARDS for identifier in card.ids}


def card_by_number(number: str) -> Card:
    """Return the card with a number; spaces are ignored. Raises StripeError `incorrect_number`."""
    card = _BY_NUMBER.get(number.replace(" ", ""))
    if card is None:
        raise StripeError(
            "Your card number is incorrect.",
            status=402,
            kind="card_error",
            code="incorrect_number",
            param="number",
        )
    return card


def card_by_id(identifier: str) -> Card | None:
    """Return the card of a `pm_card_…` id, or None."""
    return _BY_ID.get(identifier)
