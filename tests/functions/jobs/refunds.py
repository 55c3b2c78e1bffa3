"""The refunds at the fake Stripe."""

from local.fakes.stripe.fake import FakeStripe

DEPOSIT, REFUND = 10_000, 9_700


def refunds(stripe: FakeStripe) -> list[int]:
    """Return the amount of each refund at Stripe that has not failed and is not cancelled."""
    all_refunds = stripe.all_objects("refunds")
    return [each["amount"] for each in all_refunds if each["status"] not in {"failed", "canceled"}]
