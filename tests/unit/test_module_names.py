"""A module name means one thing wherever it occurs (docs/glossary.md has the terms)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from tests.builders import ROOT

MEANINGS: Final[Mapping[str, str]] = {
    # The same thing on several floors.
    "account": "who logs in; in the fake Stripe, the merchant's account there",
    "accounts": "the accounts of the user pool, for events and for operators",
    "booking": "a booking: its rules, its body, its representation",
    "cancellation": "cancelling: its terms, its body",
    "idempotency": "a request with an idempotency key, ours and in the fake Stripe",
    "ledger": "the ledger of a booking",
    "lockout": "the limits of attempts on an account",
    "new_password": "a new password: its body, its strength",
    "party": "the guests and the menu",
    "payment": "a payment: its body, its representation",
    "precondition": "`If-Match`: the header, the check against a booking",
    "second_factor": "an account's authenticator app",
    "session": "a login until it ends",
    "slot": "a date and start time",
    "user_pool": "Cognito's user pool, and the events that it sends",
    "webhook_event": "an event in our inbox",
    # One for each wing, provider or program.
    "app": "the application of a server of the local cloud",
    "callers": "who may call a server of the local cloud",
    "client": "the connection to an outside system",
    "errors": "the errors of a package",
    "events": "Stripe's events, as we read them and as the fake sends them",
    "items": "the items of a wing in the table",
    "leave_out": "what layers leave out; the other layers link to that of runtime",
    "listing": "a list in pages",
    "objects": "Stripe's objects, as we read them and as the fake builds them",
    "parameters": "the parameters of a request, ours and in the fake Stripe",
    "process": "a server of the local cloud, as a process",
    "refusals": "the refusals of an outside system, as our errors",
    "settings": "what a program is told at its start",
    "signature": "the signature of a webhook, as we check it and as the fake signs",
    # In the fake Stripe: an object's life, and its endpoints.
    "charges": "Stripe's charges",
    "disputes": "Stripe's disputes",
    "payment_intents": "Stripe's payment intents",
    "payment_methods": "Stripe's payment methods",
    "payments": "the life of a payment, for events and in the fake Stripe",
    "refunds": "Stripe's refunds",
    "webhook_endpoints": "Stripe's webhook endpoints",
}
"""The only meaning of each name that more than one module has."""


def module_names() -> Iterator[str]:
    for folder in ("layers", "local", "operations"):
        for file in (ROOT / folder).rglob("*.py"):
            yield file.stem


def test_a_module_name_that_occurs_twice_has_one_written_meaning() -> None:
    occurrences = Counter(name for name in module_names() if not name.startswith("__"))

    assert {name for name, count in occurrences.items() if count > 1} == MEANINGS.keys()
