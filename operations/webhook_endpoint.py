"""`make webhook STAGE=prod`: register the stack's webhook at Stripe and store its signing secret.

The subscription is events/payments/stripe_subscription.json; a test compares it with the events
that the function handles. A second run changes only what differs. Without STAGE the command
registers the running local cloud, as `make dev` does with the same code. No secret is printed.
"""

import json
import re
import sys
from dataclasses import dataclass
from typing import Any, Final

import requests
import stripe
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from local.arguments import Parser, add_port
from local.aws.deployment import STACK
from local.aws.emulator import Aws
from local.description import Description, running_cloud
from local.errors import CommandError
from local.fakes.stripe.process import API_KEY
from local.paths import EVENTS
from stripe import StripeClient

from operations.stages import deployed, outputs_of

_STRIPE: Final = "https://api.stripe.com"
_SUBSCRIPTION: Final = EVENTS / "payments" / "stripe_subscription.json"
_KEY: Final = re.compile(r"(?:sk|rk)_(test|live)_\w+")
# The only stage with live payments.
_LIVE: Final = "prod"
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


def main(arguments: list[str]) -> int:
    """Register the endpoint and print the result; return the exit status."""
    parser = Parser(prog="make webhook")
    parser.add_argument("--stage", help="of the deployed stack; by default the local cloud")
    add_port(parser)
    parser.add_argument("--renew", action="store_true", help="make a new endpoint and secret")
    options = parser.parse_args(arguments)
    try:
        link = (
            _deployed(options.stage) if options.stage else local_link(running_cloud(options.port))
        )
        endpoint = subscribe(link, renew=options.renew)
    except (CommandError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except stripe.AuthenticationError:
        sys.stderr.write("Stripe rejects the API key in the stack's secret.\n")
        return 1
    except stripe.StripeError as error:
        sys.stderr.write(f"Stripe refused this: {error.user_message or type(error).__name__}\n")
        return 1
    secret = "its new secret is stored" if endpoint.new else "its secret stays"
    sys.stdout.write(f"Stripe sends events to {link.url} ({endpoint.id}); {secret}.\n")
    return 0


def subscribe(link: WebhookLink, *, renew: bool = False) -> WebhookEndpoint:
    """Register one endpoint at Stripe for the URL, with our events, version and signing secret.

    An endpoint's version and secret cannot change. If one of them must, a new endpoint is created,
    its secret is stored (the old one stays valid as AWSPREVIOUS), and the old endpoint is deleted.
    """
    subscription: Json = json.loads(_SUBSCRIPTION.read_text(encoding="utf-8"))
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
    version = json.loads(_SUBSCRIPTION.read_text(encoding="utf-8"))["api_version"]
    return StripeClient(
        api_key,
        stripe_version=version,
        base_addresses={"api": base_url},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS, session=session),
    )


def require_key(api_key: str, stage: str, arn: str) -> None:
    """Raise CommandError unless `api_key` is of the stage's mode, live or test."""
    mode = "live" if stage == _LIVE else "test"
    match = _KEY.fullmatch(api_key)
    if match is None:
        raise CommandError(
            "The stack has no API key of Stripe yet: store it with `aws secretsmanager "
            f"put-secret-value --secret-id {arn} --secret-string file://key.txt`; docs/payments.md "
            "describes the key (Going live with Stripe, Key)."
        )
    if match.group(1) != mode:
        raise CommandError(
            f"The API key of {stage} is a {match.group(1)} key; {stage} needs a {mode} key: "
            "store it as docs/payments.md says (Going live with Stripe, Key)."
        )


def _deployed(stage: str) -> WebhookLink:
    stack = deployed(stage)
    secrets, arn = stack.client("secretsmanager"), stack.outputs["StripeApiKeySecretArn"]
    api_key = secrets.get_secret_value(SecretId=arn)["SecretString"].strip()
    require_key(api_key, stage, arn)
    return WebhookLink(
        client_of(api_key, _STRIPE),
        secrets,
        stack.outputs["StripeWebhookSecretArn"],
        stack.outputs["StripeWebhookUrl"],
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
