"""The endpoint at Stripe that sends us events; a local cloud and a stage register it alike."""

import json
from dataclasses import dataclass
from typing import Any, Final

import requests
import stripe
from botocore.client import BaseClient
from stripe import StripeClient

from local.aws.emulator import Aws
from local.aws.stack import STACK, outputs_of
from local.description import Description
from local.fakes.stripe.process import API_KEY
from local.paths import STRIPE_SUBSCRIPTION

# The metadata of Stripe's endpoint that names the AWS secret with its signing secret. It is written
# last, so an endpoint whose signing secret was not stored does not have it.
_STORED_IN: Final = "secret_stored_in"
_TIMEOUT_SECONDS: Final = 20.0

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WebhookLink:
    """The two sides that share a signing secret: Stripe's API and our stack's secret."""

    stripe: StripeClient
    secrets: BaseClient
    secret_arn: str
    url: str
    """The URL to which Stripe sends events."""


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """The endpoint at Stripe; with `new`, its secret has just been stored."""

    id: str
    new: bool


def subscribe(link: WebhookLink, *, renew: bool = False) -> WebhookEndpoint:
    """Register one endpoint at Stripe for the URL, with our events, version and signing secret.

    An endpoint's version and secret cannot change. If one of them must, a new endpoint is created,
    its secret is stored (the old one stays valid as AWSPREVIOUS), and the old endpoint is deleted.
    """
    subscription: Json = json.loads(STRIPE_SUBSCRIPTION.read_text(encoding="utf-8"))
    existing = [each for each in _endpoints(link) if each["url"] == link.url]
    kept = next(
        (each for each in existing if not renew and _may_stay(each, link, subscription)), None
    )
    if kept is None:
        endpoint = WebhookEndpoint(_create(link, subscription), new=True)
    else:
        endpoint = WebhookEndpoint(kept["id"], new=False)
        if not _is_current(kept, subscription):
            changes: Any = {"enabled_events": subscription["enabled_events"], "disabled": False}
            link.stripe.v1.webhook_endpoints.update(kept["id"], changes)
    for each in existing:
        if each["id"] != endpoint.id:
            link.stripe.v1.webhook_endpoints.delete(each["id"])
    return endpoint


def local_link(cloud: Description) -> WebhookLink:
    """Return the sides of a local cloud: the fake Stripe and the emulator's secret."""
    aws = Aws(cloud.aws_endpoint_url, cloud.region)
    return WebhookLink(
        client_of(API_KEY, cloud.stripe_url, use_proxy=False),
        aws.client("secretsmanager"),
        outputs_of(aws.client("cloudformation"), STACK)["StripeWebhookSecretArn"],
        cloud.stripe_webhook_url,
    )


def client_of(api_key: str, base_url: str, *, use_proxy: bool = True) -> StripeClient:
    """Return a client of Stripe's API with the version of our subscription.

    With `use_proxy` it follows the proxy settings of the environment.
    """
    session = requests.Session()
    session.trust_env = use_proxy
    version = json.loads(STRIPE_SUBSCRIPTION.read_text(encoding="utf-8"))["api_version"]
    return StripeClient(
        api_key,
        stripe_version=version,
        base_addresses={"api": base_url},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS, session=session),
    )


def _endpoints(link: WebhookLink) -> list[Json]:
    endpoints = link.stripe.v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter()
    return [each.to_dict() for each in endpoints]


def _may_stay(endpoint: Json, link: WebhookLink, subscription: Json) -> bool:
    stored_in = endpoint["metadata"].get(_STORED_IN)
    return (stored_in, endpoint["api_version"]) == (link.secret_arn, subscription["api_version"])


def _is_current(endpoint: Json, subscription: Json) -> bool:
    return endpoint["status"] == "enabled" and set(endpoint["enabled_events"]) == set(
        subscription["enabled_events"]
    )


def _create(link: WebhookLink, subscription: Json) -> str:
    parameters: Any = {
        "url": link.url,
        "enabled_events": subscription["enabled_events"],
        "api_version": subscription["api_version"],
        "description": "Teppan",
    }
    created = link.stripe.v1.webhook_endpoints.create(parameters)
    link.secrets.put_secret_value(SecretId=link.secret_arn, SecretString=created.secret)
    link.stripe.v1.webhook_endpoints.update(created.id, {"metadata": {_STORED_IN: link.secret_arn}})
    return created.id
