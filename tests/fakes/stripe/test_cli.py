"""Stripe's command line tool: `stripe trigger` has the same effect on the fake as at Stripe."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local.fakes.stripe.fake import FakeStripe
from local.paths import TOOLS
from tests.fakes.stripe.given import REFUND_FAILS, paid, types_of
from tests.fakes.stripe.serving import served

CLI = TOOLS / "stripe-cli" / "stripe"

pytestmark = pytest.mark.skipif(
    "CI" not in os.environ and (TOOLS / "stripe-cli" / ".ready").exists() and not CLI.exists(),
    reason="Stripe's CLI has no binary for this machine",
)


@pytest.fixture
def url(fake: FakeStripe) -> Iterator[str]:
    with served(fake) as url:
        yield url


def _run(url: str, home: Path, *arguments: str) -> None:
    """Run the tool without the developer's settings and without telemetry."""
    assert CLI.is_file(), "Stripe's CLI is not installed: run `make test`"
    run = subprocess.run(
        [CLI, *arguments, "--api-base", url, "--api-key", "sk_test_fake"],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env={
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "STRIPE_CLI_TELEMETRY_OPTOUT": "1",
            "STRIPE_NO_AUTO_UPDATE": "1",
        },
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize(
    "kind",
    [
        "payment_intent.created",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "payment_intent.processing",
        "payment_intent.requires_action",
        "charge.succeeded",
        "charge.failed",
        "charge.refunded",
        "charge.refund.updated",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
    ],
)
def test_stripe_trigger_emits_the_event(
    fake: FakeStripe, url: str, tmp_path: Path, kind: str
) -> None:
    _run(url, tmp_path, "trigger", kind)

    assert kind in types_of(fake)


_PAYMENT = {"amount": 2_000, "currency": "usd", "confirm": True, "payment_method_types": ["card"]}


def _fixture(name: str, path: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "path": path, "method": "post", "params": params}


@pytest.mark.parametrize(
    ("kinds", "steps"),
    [
        (
            ("refund.created", "refund.updated"),
            (
                _fixture(
                    "paid", "/v1/payment_intents", _PAYMENT | {"payment_method": "pm_card_visa"}
                ),
                _fixture("refund", "/v1/refunds", {"payment_intent": "${paid:id}"}),
                _fixture("updated", "/v1/refunds/${refund:id}", {"metadata": {"a": "1"}}),
            ),
        ),
        (
            ("charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"),
            (
                _fixture(
                    "paid",
                    "/v1/payment_intents",
                    _PAYMENT | {"payment_method": "pm_card_createDispute"},
                ),
                {
                    "name": "disputes",
                    "path": "/v1/disputes",
                    "method": "get",
                    "params": {"payment_intent": "${paid:id}"},
                },
                _fixture(
                    "won",
                    "/v1/disputes/${disputes:data.0.id}",
                    {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True},
                ),
            ),
        ),
    ],
)
def test_stripe_fixtures_from_a_file_emit_the_other_events(
    fake: FakeStripe,
    url: str,
    tmp_path: Path,
    kinds: tuple[str, ...],
    steps: tuple[dict[str, Any], ...],
) -> None:
    fixture = tmp_path / "fixture.json"
    fixture.write_text(json.dumps({"_meta": {"template_version": 0}, "fixtures": steps}))

    _run(url, tmp_path, "fixtures", str(fixture))

    assert set(kinds) <= set(types_of(fake))


def test_a_refund_of_the_failing_test_card_fails_later(fake: FakeStripe) -> None:
    fake.refund(paid(fake, REFUND_FAILS), 100)

    fake.end_due_refunds(0)

    assert types_of(fake)[-1] == "refund.failed"
