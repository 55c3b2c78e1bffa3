"""Webhook endpoints, to which events are sent."""

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.objects import Json, merge_metadata
from local.fakes.stripe.version import API_VERSION


def create(account: Account, parameters: Json, secret: str | None = None) -> Json:
    """Create and return an endpoint; without `secret` it gets a new signing secret."""
    endpoint: Json = {
        "id": account.identifiers.new("we"),
        "object": "webhook_endpoint",
        "api_version": parameters.get("api_version", API_VERSION),
        "application": None,
        "created": account.now(),
        "description": parameters.get("description") or None,
        "enabled_events": parameters["enabled_events"],
        "livemode": account.livemode,
        "metadata": merge_metadata({}, parameters.get("metadata", {})),
        "status": "enabled",
        "url": parameters["url"],
    }
    account.secrets.set(endpoint["id"], secret or new_secret(account))
    return account.webhook_endpoints.add(endpoint)


def new_secret(account: Account) -> str:
    """Return a new signing secret."""
    return account.identifiers.new("whsec", 32)


def update(endpoint: Json, parameters: Json) -> None:
    """Update an endpoint's URL, events, description, status and metadata."""
    for name in ("enabled_events", "url"):
        if name in parameters:
            endpoint[name] = parameters[name]
    if "description" in parameters:
        endpoint["description"] = parameters["description"] or None
    if "disabled" in parameters:
        endpoint["status"] = "disabled" if parameters["disabled"] else "enabled"
    if "metadata" in parameters:
        endpoint["metadata"] = merge_metadata(endpoint["metadata"], parameters["metadata"])


def is_subscribed(endpoint: Json, kind: str) -> bool:
    """Return whether the endpoint receives events of that kind."""
    events = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in events or kind in events)
