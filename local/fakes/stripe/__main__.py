"""`python -m local.fakes.stripe --port N`: the fake Stripe as a process, for the local cloud."""

import argparse
import secrets
import sys

import uvicorn

from local.arguments import port_number
from local.fakes.stripe.app import app
from local.fakes.stripe.background import repeating
from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.web.connections import server_config
from local.fakes.stripe.webhooks.sender import Sender, SenderPolicy
from local.processes import HOST


def main(arguments: list[str]) -> int:
    """Serve until interrupted; send events to the webhook if its URL is an argument."""
    parser = argparse.ArgumentParser(prog="python -m local.fakes.stripe")
    parser.add_argument("--port", type=port_number, required=True)
    parser.add_argument("--api-key", default="sk_test_fake", help="the secret key to accept")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32), help="of ids and chances")
    parser.add_argument("--webhook-url", help="where events go")
    parser.add_argument("--webhook-secret", help="the secret that signs them: whsec_…")
    parser.add_argument("--webhook-host", help="their Host header; by default the URL's")
    parser.add_argument("--webhook-events", nargs="*", default=["*"], help="all when left out")
    parser.add_argument(
        "--refund-seconds",
        type=float,
        default=5.0,
        help="after which the refund test cards' refunds end by themselves",
    )
    options = parser.parse_args(arguments)
    fake = FakeStripe(api_key=options.api_key, seed=options.seed)
    fake.account.public_url = f"http://{HOST}:{options.port}"
    if options.webhook_url:
        fake.outbox.subscribe(
            options.webhook_url,
            options.webhook_events,
            secret=options.webhook_secret,
            host=options.webhook_host,
        )
    sender = Sender(fake.outbox, SenderPolicy(), seed=options.seed)
    with (
        sender.running(),
        repeating(lambda: fake.end_due_refunds(options.refund_seconds), every_seconds=0.5),
    ):
        uvicorn.Server(server_config(app(fake, sender), options.port)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
