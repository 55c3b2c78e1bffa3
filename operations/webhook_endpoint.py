"""`make webhook STAGE=prod`: register the stack's webhook at Stripe and store its signing secret.

The subscription is events/payments/stripe_subscription.json; a test compares it with the events
that the function handles. A second run changes only what differs. Without STAGE the command
registers the running local cloud, as `make dev` does with the same code. No secret is printed.
"""

import re
import sys
from typing import Final

import stripe
from botocore.exceptions import BotoCoreError, ClientError
from local.arguments import Parser, add_port
from local.description import running_cloud
from local.errors import CommandError
from local.stripe_webhook import WebhookLink, client_of, local_link, subscribe

from operations.stages import deployed

_STRIPE: Final = "https://api.stripe.com"
_KEY: Final = re.compile(r"(?:sk|rk)_(test|live)_\w+")
# The only stage with live payments.
_LIVE: Final = "prod"


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
