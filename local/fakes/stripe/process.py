"""The fake Stripe as a process beside the emulator."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import urllib3

from local.errors import CommandError
from local.processes import HOST, module_environment, server

# Public: only this fake accepts them, from programs of this machine and from containers.
API_KEY: Final = "sk_test_fake"
PUBLISHABLE_KEY: Final = "pk_test_fake"


@contextmanager
def fake_stripe(port: int, workdir: Path) -> Iterator[str]:
    """Run an empty fake on `port` until the block ends; yield its URL.

    Its ids are new each time, because a kept table may hold ids of an earlier fake. It stops when
    the block or this process ends. Raises CommandError when it does not start.
    """
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "local.fakes.stripe",
        "--port",
        str(port),
        "--api-key",
        API_KEY,
        "--seed",
        str(secrets.randbits(32)),
    ]
    with server(
        "stripe",
        command,
        port=port,
        workdir=workdir,
        ready_path="/_fake/health",
        env=module_environment(),
    ):
        yield f"http://{HOST}:{port}"


def pay(stripe_url: str, client_secret: str, card: str = "pm_card_visa") -> None:
    """Pay an intent as a browser does, with the publishable key and a test payment method.

    Raises CommandError when the fake refuses the payment.
    """
    intent_id = client_secret.partition("_secret_")[0]
    fields = {"client_secret": client_secret, "payment_method": card, "return_url": stripe_url}
    answer = urllib3.request(
        "POST",
        f"{stripe_url}/v1/payment_intents/{intent_id}/confirm",
        body=urlencode(fields),
        headers={
            "Authorization": f"Bearer {PUBLISHABLE_KEY}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    if answer.status != 200:
        raise CommandError(f"Paying answered {answer.status}: {answer.data.decode()}")
