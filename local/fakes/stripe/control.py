"""What only Stripe's side or the customer can do, by name and with JSON: `/_fake/<name>`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from local.fakes.stripe.api.parameters import Boolean, Choice, Integer, Listed, Table, Text, read
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.objects import Json


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to the fake: what may be given, and what is done with it."""

    parameters: Table
    run: Callable[[FakeStripe, Json], Any]


def act(fake: FakeStripe, name: str, given: Json) -> Any:
    """Do what is called `name`. Raises StripeError, and KeyError when there is no such thing."""
    action = ACTIONS[name]
    return action.run(fake, read(action.parameters, {k: _text(v) for k, v in given.items()}))


def _text(value: Any) -> Any:
    """Return a JSON value as a form would bring it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_text(each) for each in value]
    return str(value)


def _set_keys(fake: FakeStripe, given: Json) -> Json:
    fake.api_keys = set(given["keys"])
    return {"keys": sorted(fake.api_keys)}


def _set_livemode(fake: FakeStripe, given: Json) -> Json:
    fake.set_livemode(live=given["live"])
    return {"live": given["live"]}


def _roll(fake: FakeStripe, given: Json) -> Json:
    secret = fake.outbox.roll_secret(given["endpoint"], given.get("expires_in", 86_400))
    return {"secret": secret}


def _subscribe(fake: FakeStripe, given: Json) -> Json:
    events = given.get("enabled_events", ["*"])
    return fake.outbox.subscribe(
        given["url"], events, secret=given.get("secret"), host=given.get("host")
    )


_INTENT: Final = {"intent": Text(required=True)}
_DISPUTE: Final = {"dispute": Text(required=True)}
_AMOUNT: Final = {"amount": Integer(least=1, required=True)}
_OUTCOME: Final = _INTENT | {"succeed": Boolean()}
_STATUSES: Final = ("pending", "requires_action", "succeeded", "failed", "canceled")

ACTIONS: Final[dict[str, Action]] = {
    "pay": Action(
        _INTENT | {"card": Text(), "return_url": Text()},
        lambda fake, given: fake.pay(given.pop("intent"), **given),
    ),
    "authenticate": Action(
        _OUTCOME, lambda fake, given: fake.authenticate(given.pop("intent"), **given)
    ),
    "settle": Action(_OUTCOME, lambda fake, given: fake.settle(given.pop("intent"), **given)),
    "dispute": Action(
        _INTENT | {"amount": Integer(least=1), "inquiry": Boolean(), "withdrawn": Boolean()},
        lambda fake, given: fake.dispute(given.pop("intent"), **given),
    ),
    "close_dispute": Action(
        _DISPUTE | {"won": Boolean(required=True), "reinstated": Integer(least=0)},
        lambda fake, given: fake.close_dispute(given.pop("dispute"), **given),
    ),
    "withdraw": Action(
        {**_DISPUTE, **_AMOUNT},
        lambda fake, given: fake.withdraw(given["dispute"], given["amount"]),
    ),
    "reinstate": Action(
        {**_DISPUTE, **_AMOUNT},
        lambda fake, given: fake.reinstate(given["dispute"], given["amount"]),
    ),
    "escalate_inquiry": Action(
        _DISPUTE, lambda fake, given: fake.escalate_inquiry(given["dispute"])
    ),
    "refund": Action(
        {**_INTENT, **_AMOUNT},
        lambda fake, given: fake.refund(given["intent"], given["amount"]),
    ),
    "settle_refund": Action(
        {"refund": Text(required=True), "status": Choice(words=_STATUSES, required=True)},
        lambda fake, given: fake.settle_refund(given["refund"], given["status"]),
    ),
    "livemode": Action({"live": Boolean(required=True)}, _set_livemode),
    "thin_event": Action(
        {"type": Text(required=True)}, lambda fake, given: fake.thin_event(given["type"])
    ),
    "balance": Action({}, lambda fake, _given: fake.balance_by_intent()),
    "api_keys": Action({"keys": Listed(item=Text(), required=True)}, _set_keys),
    "roll_secret": Action({"endpoint": Text(required=True), "expires_in": Integer(least=0)}, _roll),
    "subscribe": Action(
        {
            "url": Text(required=True),
            "enabled_events": Listed(item=Text()),
            "secret": Text(),
            "host": Text(),
        },
        _subscribe,
    ),
}
