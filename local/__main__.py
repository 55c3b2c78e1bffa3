"""`make dev`: run the local cloud until Ctrl-C, and redeploy each saved change."""

import argparse
import signal
import sys
import traceback
from pathlib import Path
from threading import Event
from types import FrameType

from botocore.exceptions import BotoCoreError, ClientError

from local.arguments import Parser, port_number
from local.cloud import Cloud, local_cloud
from local.console import Console
from local.description import DEFAULT_PORT, Description, cloud_file, directory_of
from local.errors import CommandError
from local.paths import ROOT
from local.processes import require_running_servers
from local.watch import saved_sources

_READY = """
Teppan runs on this machine. Ctrl-C stops it; what you save is deployed at once.

  API            {api_url}
  Documentation  {api_url}/docs   every operation, to be tried in the browser
  AWS endpoint   {aws_endpoint_url}   region {region}, credentials test / test
  Table          {table}
  User pool      {user_pool_id}   client {client_id}
  Stripe (fake)  {stripe_url}   payments, refunds, disputes and webhooks, with buttons
  Booking page   {booking_page}
  For scripts    {path}

  Demo user      E-mail                       Password
{users}

Try, in another terminal:

  API={api_url}
  TOKEN=$(make -s token)    # the customer's, for 15 minutes; USER=admin: the admin's
  curl "$API/health"
  curl -H "Authorization: Bearer $TOKEN" "$API/api/v1/bookings"
  make invoke F=create_booking
  make invoke F=create_payment_intent     # then pay it: Checkout, on the fake Stripe's page
"""


_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """Run the local cloud; return the exit status."""
    options = _parse(arguments)
    console = Console()
    _stop_on_signals(console)
    directory = directory_of(options.port)
    try:
        console.line("Starting the local cloud")
        with local_cloud(
            options.port,
            directory,
            console,
            stripe_port=options.stripe_port,
            demo_port=options.demo_port,
            keep=options.keep,
        ) as (cloud, described):
            console.line(ready(described))
            _redeploy_on_save(cloud, console)
    except KeyboardInterrupt:
        kept = f"Its state is kept in {directory.relative_to(ROOT)}." if options.keep else ""
        console.line(f"The local cloud has stopped. {kept}".rstrip())
    except (CommandError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = Parser(prog="make dev")
    parser.add_argument("--port", type=port_number, default=DEFAULT_PORT)
    parser.add_argument("--stripe-port", type=port_number, help="the next free one when left out")
    parser.add_argument("--demo-port", type=port_number, help="the next free one when left out")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep users, bookings and settings; the fake Stripe forgets its payments",
    )
    return parser.parse_args(arguments)


def _stop_on_signals(console: Console) -> None:
    """Interrupt the program at the first signal; a second one does not interrupt the stop."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in _STOPPING:
            signal.signal(number, signal.SIG_IGN)
        console.interrupt("Stopping the local cloud")
        raise KeyboardInterrupt

    for number in _STOPPING:
        signal.signal(number, stop)


def ready(description: Description) -> str:
    """Return what `make dev` prints about a running cloud."""
    users = [
        f"  {role:<14} {user.email:<28} {user.password}" for role, user in description.users.items()
    ]
    return _READY.format(
        api_url=description.api_url,
        aws_endpoint_url=description.aws_endpoint_url,
        region=description.region,
        table=description.table,
        user_pool_id=description.user_pool_id,
        client_id=description.client_id,
        stripe_url=description.stripe_url,
        booking_page=description.booking_page_url
        or "not served: it needs Node.js and packages of npm",
        path=cloud_file(Path(description.directory)).relative_to(ROOT),
        users="\n".join(users),
    )


def _redeploy_on_save(cloud: Cloud, console: Console) -> None:
    """Redeploy after each save until interrupted; print an error and wait for the next save.

    Raises CommandError when the emulator or the fake Stripe has ended.
    """
    for saved in saved_sources(Event(), require_running_servers):
        console.line(f"Saved {', '.join(str(path.relative_to(ROOT)) for path in saved)}")
        try:
            with console.step("Redeploying"):
                changed = cloud.redeploy(saved)
        except (CommandError, BotoCoreError, ClientError) as error:
            console.line(f"{error}\nThe previous version keeps running.")
        except Exception:  # noqa: BLE001 - no error in the sources stops the running cloud
            console.line(f"{traceback.format_exc()}The previous version keeps running.")
        else:
            console.line(f"  Now new: {', '.join(changed) or 'nothing'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
