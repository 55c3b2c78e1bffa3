"""`make webhook STAGE=prod`: have Stripe send its events to the stack, signed with a known secret.

The subscription is events/payments/stripe_subscription.json; a test holds it against what the
function handles. Run again it changes what differs and nothing else. Without STAGE it is the
running local cloud's, whose `make dev` has done it already, by the same code. No secret is printed.
"""

import argparse
import json
import re
import sys
from dataclasses import dataclass
from typing import Any, Final

import stripe
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError
from local.aws.deployment import STACK
from local.aws.emulator import Aws
from local.description import Description, running_cloud
from local.errors import LocalCloudError
from local.fakes.stripe.process import API_KEY
from local.paths import EVENTS
from local.processes import port_number
from stripe import StripeClient

from operations.stages import deployed, outputs_of

_STRIPE: Final = "https://api.stripe.com"
_SUBSCRIPTION: Final = EVENTS / "payments" / "stripe_subscription.json"
_KEY: Final = re.compile(r"(?:sk|rk)_(test|live)_\w+")
# The one stage whose customers pay with money.
_LIVE: Final = "prod"
# Of the endpoint at Stripe: in which secret its own is. Written last, so that an endpoint whose
# secret was lost on the way has none.
_STORED_IN: Final = "secret_stored_in"
_TIMEOUT_SECONDS: Final = 20.0

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """The two sides that share a signing secret: Stripe, and the secret of our stack."""

    stripe: StripeClient
    secrets: BaseClient
    secret_arn: str
    url: str
    """Where events go."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is registered at Stripe now; `new` has a secret that was just stored."""

    id: str
    new: bool


def main(arguments: list[str]) -> int:
    """Register the endpoint and say so; return the exit status."""
    parser = argparse.ArgumentParser(prog="make webhook")
    parser.add_argument("--stage", help="of the deployed stack; the local cloud when left out")
    parser.add_argument(
        "--port", type=port_number, help="of the local cloud; the one started last when left out"
    )
    parser.add_argument("--renew", action="store_true", help="make a new endpoint and secret")
    options = parser.parse_args(arguments)
    try:
        side = (
            _deployed(options.stage) if options.stage else local_side(running_cloud(options.port))
        )
        endpoint = subscribe(side, renew=options.renew)
    except (LocalCloudError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except stripe.AuthenticationError:
        sys.stderr.write("Stripe does not take the API key in the stack's secret.\n")
        return 1
    except stripe.StripeError as error:
        sys.stderr.write(f"Stripe refuses: {error.user_message or type(error).__name__}\n")
        return 1
    secret = "its new secret is stored" if endpoint.new else "its secret stays"
    sys.stdout.write(f"Stripe sends events to {side.url} ({endpoint.id}); {secret}.\n")
    return 0


def subscribe(side: Side, *, renew: bool = False) -> Endpoint:
    """Have one endpoint at Stripe for the URL, with our events, version and a secret we know.

    An endpoint's version and secret can not be changed: for others there is a new endpoint, its
    secret is stored (the one before stays good as AWSPREVIOUS), and the old endpoint goes last.
    """
    wanted: Json = json.loads(_SUBSCRIPTION.read_text(encoding="utf-8"))
    found = [each for each in _endpoints(side) if each["url"] == side.url]
    kept = next((each for each in found if not renew and _is_good(each, side, wanted)), None)
    if kept is None:
        endpoint = Endpoint(_make(side, wanted), new=True)
    else:
        endpoint = Endpoint(kept["id"], new=False)
        if not _is_right(kept, wanted):
            changed: Any = {"enabled_events": wanted["enabled_events"], "disabled": False}
            side.stripe.v1.webhook_endpoints.update(kept["id"], changed)
    for each in found:
        if each["id"] != endpoint.id:
            side.stripe.v1.webhook_endpoints.delete(each["id"])
    return endpoint


def local_side(cloud: Description) -> Side:
    """Return the sides of a local cloud: the fake, and the emulator's secret."""
    aws = Aws(cloud.aws_endpoint_url, cloud.region)
    return Side(
        client_of(API_KEY, cloud.stripe_url),
        aws.client("secretsmanager"),
        outputs_of(aws.client("cloudformation"), STACK)["StripeWebhookSecretArn"],
        cloud.stripe_webhook_url,
    )


def client_of(api_key: str, base_url: str) -> StripeClient:
    """Return a client of Stripe's API in the version that we subscribe to."""
    version = json.loads(_SUBSCRIPTION.read_text(encoding="utf-8"))["api_version"]
    return StripeClient(
        api_key,
        stripe_version=version,
        base_addresses={"api": base_url},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS),
    )


def require_key(api_key: str, stage: str, arn: str) -> None:
    """Raise LocalCloudError unless it is an API key of the mode that the stage pays in."""
    mode = "live" if stage == _LIVE else "test"
    found = _KEY.fullmatch(api_key)
    if found is None:
        raise LocalCloudError(
            "The stack has no API key of Stripe yet: put it with `aws secretsmanager "
            f"put-secret-value --secret-id {arn} --secret-string file://key.txt`: docs/payments.md."
        )
    if found.group(1) != mode:
        raise LocalCloudError(
            f"The API key of {stage} is one of Stripe's {found.group(1)} mode: put one of its "
            f"{mode} mode, see docs/payments.md."
        )


def _deployed(stage: str) -> Side:
    stack = deployed(stage)
    secrets, arn = stack.client("secretsmanager"), stack.outputs["StripeApiKeySecretArn"]
    api_key = secrets.get_secret_value(SecretId=arn)["SecretString"].strip()
    require_key(api_key, stage, arn)
    return Side(
        client_of(api_key, _STRIPE),
        secrets,
        stack.outputs["StripeWebhookSecretArn"],
        stack.outputs["StripeWebhookUrl"],
    )


def _endpoints(side: Side) -> list[Json]:
    listed = side.stripe.v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter()
    return [each.to_dict() for each in listed]


def _is_good(endpoint: Json, side: Side, wanted: Json) -> bool:
    stored_in = endpoint["metadata"].get(_STORED_IN)
    return (stored_in, endpoint["api_version"]) == (side.secret_arn, wanted["api_version"])


def _is_right(endpoint: Json, wanted: Json) -> bool:
    return endpoint["status"] == "enabled" and set(endpoint["enabled_events"]) == set(
        wanted["enabled_events"]
    )


def _make(side: Side, wanted: Json) -> str:
    given: Any = {
        "url": side.url,
        "enabled_events": wanted["enabled_events"],
        "api_version": wanted["api_version"],
        "description": "Teppan",
    }
    made = side.stripe.v1.webhook_endpoints.create(given)
    side.secrets.put_secret_value(SecretId=side.secret_arn, SecretString=made.secret)
    side.stripe.v1.webhook_endpoints.update(made.id, {"metadata": {_STORED_IN: side.secret_arn}})
    return made.id


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
