"""`python -m local.booking_page --port N …`: the booking page of a running cloud."""

import argparse
import sys
from urllib.parse import urlsplit

import uvicorn

from local.arguments import port_number
from local.booking_page.app import PageConfig, app
from local.demo.users import DEMO_USERS
from local.processes import HOST


def main(arguments: list[str]) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local.booking_page")
    parser.add_argument("--port", type=port_number, required=True)
    parser.add_argument("--api-url", required=True)
    parser.add_argument("--stripe-url", required=True)
    options = parser.parse_args(arguments)
    config = PageConfig(options.api_url, options.stripe_url, DEMO_USERS)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(options.api_url))
    # No access log: on the way back from Stripe the address holds a secret of the payment.
    uvicorn.run(app(config, origin), host=HOST, port=options.port, access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
