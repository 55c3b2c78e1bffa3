"""The actions of Stripe, the banks and the customer, by name with JSON: `/_fake/<name>`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from local.fakes.stripe.api.parameters import (
    Array,
    Boolean,
    Choice,
    Integer,
    ParameterTable,
    Text,
    read_parameters,
)
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.objects import Json


@dataclass(frozen=True, slots=True)
class Action:
    """An action on the fake: its parameters, and the function that runs it."""

    parameters: ParameterTable
    run: Callable[[FakeStripe, Json], Any]


def run_action(fake: FakeStripe, name: str, parameters: Json) -> Any:
    """Run the action `name`. Raises StripeError, and KeyError when there is no such action."""
    action = ACTIONS[name]
    return action.run(
        fake, read_parameters(action.parameters, {k: _text(v) for k, v in parameters.items()})
    )


def _text(value: Any) -> Any:
    """Return a JSON value as a form would encode it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_text(each) for each in value]
    return str(value)


def _set_keys(fake: FakeStripe, parameters: Json) -> Json:
    fake.api_keys = set(parameters["keys"])
    return {"keys": sorted(fake.api_keys)}


def _set_livemode(fake: FakeStripe, parameters: Json) -> Json:
    fake.set_livemode(live=parameters["live"])
    return {"live": parameters["live"]}


def _roll(fake: FakeStripe, parameters: Json) -> Json:
    secret = fake.outbox.roll_secret(parameters["endpoint"], parameters.get("expires_in", 86_400))
    return {"secret": secret}


def _subscribe(fake: FakeStripe, parameters: Json) -> Json:
    events = parameters.get("enabled_events", ["*"])
    return fake.outbox.subscribe(
        parameters["url"], events, secret=parameters.get("secret"), host=parameters.get("host")
    )


_INTENT: Final = {"intent": Text(required=True)}
_DISPUTE: Final = {"dispute": Text(required=True)}
_AMOUNT: Final = {"amount": Integer(minimum=1, required=True)}
_OUTCOME: Final = _INTENT | {"succeed": Boolean()}
_STATUSES: Final = ("pending", "requires_action", "succeeded", "failed", "canceled")

ACTIONS: Final[dict[str, Action]] = {
    "pay": Action(
        _INTENT | {"card": Text(), "return_url": Text()},
        lambda fake, parameters: fake.pay(parameters.pop("intent"), **parameters),
    ),
    "authenticate": Action(
        _OUTCOME, lambda fake, parameters: fake.authenticate(parameters.pop("intent"), **parameters)
    ),
    "finish_processing": Action(
        _OUTCOME,
        lambda fake, parameters: fake.finish_processing(parameters.pop("intent"), **parameters),
    ),
    "dispute": Action(
        _INTENT | {"amount": Integer(minimum=1), "inquiry": Boolean(), "withdrawn": Boolean()},
        lambda fake, parameters: fake.dispute(parameters.pop("intent"), **parameters),
    ),
    "close_dispute": Action(
        _DISPUTE | {"won": Boolean(required=True), "reinstated": Integer(minimum=0)},
        lambda fake, parameters: fake.close_dispute(parameters.pop("dispute"), **parameters),
    ),
    "withdraw": Action(
        {**_DISPUTE, **_AMOUNT},
        lambda fake, parameters: fake.withdraw(parameters["dispute"], parameters["amount"]),
    ),
    "reinstate": Action(
        {**_DISPUTE, **_AMOUNT},
        lambda fake, parameters: fake.reinstate(parameters["dispute"], parameters["amount"]),
    ),
    "escalate_inquiry": Action(
        _DISPUTE, lambda fake, parameters: fake.escalate_inquiry(parameters["dispute"])
    ),
    "refund": Action(
        {**_INTENT, **_AMOUNT},
        lambda fake, parameters: fake.refund(parameters["intent"], parameters["amount"]),
    ),
    "set_refund_status": Action(
        {"refund": Text(required=True), "status": Choice(values=_STATUSES, required=True)},
        lambda fake, parameters: fake.set_refund_status(parameters["refund"], parameters["status"]),
    ),
    "livemode": Action({"live": Boolean(required=True)}, _set_livemode),
    "thin_event": Action(
        {"type": Text(required=True)},
        lambda fake, parameters: fake.send_thin_event(parameters["type"]),
    ),
    "balance": Action({}, lambda fake, _given: fake.balance_by_intent()),
    "api_keys": Action({"keys": Array(item=Text(), required=True)}, _set_keys),
    "roll_secret": Action(
        {"endpoint": Text(required=True), "expires_in": Integer(minimum=0)}, _roll
    ),
    "subscribe": Action(
        {
            "url": Text(required=True),
            "enabled_events": Array(item=Text()),
            "secret": Text(),
            "host": Text(),
        },
        _subscribe,
    ),
}
