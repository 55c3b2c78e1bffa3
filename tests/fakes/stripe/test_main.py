"""The fake as a process, as in the local cloud."""

import json
import sys
import time
from pathlib import Path

import urllib3
from local.paths import ROOT
from local.processes import free_port, server
from stripe import WebhookSignature
from tests.fakes.stripe.given import REFUND_FAILS
from tests.fakes.stripe.serving import sink, until

KEY = "sk_test_of_the_cloud"
SECRET = "whsec_of_the_cloud"
HOST = "abc.lambda-url.us-west-2.on.aws"


def test_a_payment_and_its_refund_reach_the_webhook(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with sink() as receiver:
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "local.fakes.stripe",
            "--port",
            str(port),
        ]
        command += ["--api-key", KEY, "--refund-seconds", "0"]
        command += ["--webhook-url", receiver.url, "--webhook-secret", SECRET]
        command += ["--webhook-host", HOST]
        with server(
            "stripe",
            command,
            port=port,
            workdir=tmp_path,
            ready_path="/_fake/health",
            env={"PYTHONPATH": str(ROOT)},
        ):
            created = urllib3.request(
                "POST",
                f"{url}/v1/payment_intents",
                body="amount=5000&currency=usd",
                headers={"Authorization": f"Bearer {KEY}"},
            ).json()
            _act(url, "pay", intent=created["id"], card=REFUND_FAILS)
            _act(url, "refund", intent=created["id"], amount=5_000)
            until(
                lambda: "refund.failed" in [json.loads(r.body)["type"] for r in receiver.received]
            )
            page = urllib3.request("GET", url).data.decode()

    assert "<td>200</td>" in page
    assert {request.headers["Host"] for request in receiver.received} == {HOST}
    for request in receiver.received:
        header = request.headers["Stripe-Signature"]
        assert WebhookSignature.verify_header(request.body.decode(), header, SECRET, 300)
        assert abs(json.loads(request.body)["created"] - time.time()) < 60


def _act(url: str, action: str, **parameters: object) -> None:
    assert urllib3.request("POST", f"{url}/_fake/{action}", json=parameters).status == 200
