"""The payment intents at the fake Stripe."""

from local.fakes.stripe.fake import FakeStripe

TOTAL, DEPOSIT = 71_445, 10_000
KEY_HEADER: dict[str, str | None] = {"Idempotency-Key": "first"}


def intents(stripe: FakeStripe) -> dict[str, str]:
    """Return the status of each intent at Stripe, oldest first."""
    all_intents = reversed(stripe.all_objects("payment_intents"))
    return {each["id"]: each["status"] for each in all_intents}


def open_at(stripe: FakeStripe) -> list[str]:
    """Return the intents that could still be paid."""
    return [name for name, status in intents(stripe).items() if status != "canceled"]
