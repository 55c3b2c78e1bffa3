"""Webhook endpoints: where events go."""

from local.fakes.stripe.account.account import Account
from local.fakes.stripe.objects import Json, merged
from local.fakes.stripe.version import API_VERSION


def create(account: Account, given: Json, secret: str | None = None) -> Json:
    """Register an endpoint for the given events, with a new signing secret or the given one."""
    endpoint: Json = {
        "id": account.identifiers.new("we"),
        "object": "webhook_endpoint",
        "api_version": given.get("api_version", API_VERSION),
        "application": None,
        "created": account.now(),
        "description": given.get("description") or None,
        "enabled_events": given["enabled_events"],
        "livemode": account.livemode,
        "metadata": merged({}, given.get("metadata", {})),
        "status": "enabled",
        "url": given["url"],
    }
    account.secrets.set(endpoint["id"], secret or new_secret(account))
    return account.webhook_endpoints.add(endpoint)


def new_secret(account: Account) -> str:
    """Return a signing secret that nobody has."""
    return account.identifiers.new("whsec", 32)


def update(endpoint: Json, given: Json) -> None:
    """Change where, what and whether an endpoint receives."""
    for name in ("enabled_events", "url"):
        if name in given:
            endpoint[name] = given[name]
    if "description" in given:
        endpoint["description"] = given["description"] or None
    if "disabled" in given:
        endpoint["status"] = "disabled" if given["disabled"] else "enabled"
    if "metadata" in given:
        endpoint["metadata"] = merged(endpoint["metadata"], given["metadata"])


def wants(endpoint: Json, kind: str) -> bool:
    """Tell whether the endpoint receives events of that kind."""
    events = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in events or kind in events)
