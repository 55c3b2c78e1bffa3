"""`make webhook` registers our endpoint at Stripe, locally and on AWS with the same code."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from local.aws.stack import STACK, outputs_of
from local.errors import CommandError
from local.stripe_webhook import local_link, subscribe
from operations import webhook_endpoint
from operations.webhook_endpoint import require_key
from tests.cloud.commands import run_module, stand_in_for_a_stage
from tests.cloud.conftest import RunningCloud
from tests.cloud.stripe_side import StripeSide
from tests.contract.documents import SUBSCRIPTION


def test_make_webhook_restores_a_changed_endpoint_and_keeps_its_secret(cloud: RunningCloud) -> None:
    # Given the endpoint that the start has registered
    stripe_side = StripeSide(cloud)
    [before] = stripe_side.get("/v1/webhook_endpoints")["data"]
    wanted = json.loads(SUBSCRIPTION.read_text())
    assert before["url"] == cloud.description.stripe_webhook_url
    assert before["api_version"] == wanted["api_version"]
    assert sorted(before["enabled_events"]) == sorted(wanted["enabled_events"])
    # When it has been changed, and make webhook runs again
    link = local_link(cloud.description)
    changed: Any = {"enabled_events": ["charge.refunded"], "disabled": True}
    link.stripe.v1.webhook_endpoints.update(before["id"], changed)
    output = run_module("operations.webhook_endpoint", cloud=cloud)
    # Then it is as before, with the same secret, which is not printed
    assert stripe_side.get("/v1/webhook_endpoints")["data"] == [before]
    assert output.stdout == (
        f"Stripe sends events to {before['url']} ({before['id']}); its secret stays.\n"
    )


def test_make_webhook_replaces_an_endpoint_whose_secret_was_not_stored(cloud: RunningCloud) -> None:
    # Given an endpoint whose secret could not be stored
    link, stripe_side = local_link(cloud.description), StripeSide(cloud)
    [before] = stripe_side.get("/v1/webhook_endpoints")["data"]
    broken = replace(link, secret_arn="arn:aws:secretsmanager:us-west-2:0:secret:gone")
    with pytest.raises(ClientError):
        subscribe(broken, renew=True)
    link.stripe.v1.webhook_endpoints.delete(before["id"])
    # When make webhook runs again
    output = run_module("operations.webhook_endpoint", cloud=cloud)
    # Then there is a new endpoint, whose secret is stored and not printed
    [endpoint] = stripe_side.get("/v1/webhook_endpoints")["data"]
    stored = link.secrets.get_secret_value(SecretId=link.secret_arn)["SecretString"]
    assert f"({endpoint['id']}); its new secret is stored." in output.stdout
    assert stored.startswith("whsec_")
    assert stored not in output.stdout + output.stderr


@pytest.mark.parametrize(
    ("key", "stage", "message"),
    [
        ("RxK3vB7nQ2", "dev", "no API key of Stripe yet"),
        ("sk_test_4eC39HqLyjWD", "prod", "is a test key; prod needs a live key"),
        ("rk_live_4eC39HqLyjWD", "staging", "is a live key; staging needs a test key"),
    ],
    ids=["random", "test key in prod", "live key elsewhere"],
)
def test_make_webhook_refuses_a_stripe_key_of_the_other_mode(
    key: str, stage: str, message: str
) -> None:
    with pytest.raises(CommandError, match=message) as error:
        require_key(key, stage, "arn:of:the:secret")
    assert key not in str(error.value)


@pytest.mark.parametrize(("key", "stage"), [("sk_test_a", "dev"), ("rk_live_a", "prod")])
def test_make_webhook_accepts_a_stripe_key_of_the_stages_mode(key: str, stage: str) -> None:
    require_key(key, stage, "arn:of:the:secret")


def test_make_webhook_registers_a_deployed_stage(
    cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given the local stack in place of the deployed one, and the fake in place of Stripe
    stand_in_for_a_stage(cloud, monkeypatch)
    monkeypatch.setattr("operations.webhook_endpoint._STRIPE", cloud.description.stripe_url)
    # When
    assert webhook_endpoint.main(["--stage", "dev"]) == 0
    # Then the stack's own URL is registered beside the local one
    listed = StripeSide(cloud).get("/v1/webhook_endpoints")["data"]
    [deployed] = [each for each in listed if ".lambda-url." in urlsplit(each["url"]).netloc]
    assert f"({deployed['id']})" in capsys.readouterr().out
    link = local_link(cloud.description)
    link.stripe.v1.webhook_endpoints.delete(deployed["id"])
    subscribe(link, renew=True)


def test_make_webhook_reports_a_refused_stripe_key_in_one_line(
    cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in_for_a_stage(cloud, monkeypatch)
    monkeypatch.setattr("operations.webhook_endpoint._STRIPE", cloud.description.stripe_url)
    monkeypatch.setattr("operations.webhook_endpoint.require_key", lambda *_: None)
    outputs = outputs_of(cloud.client("cloudformation"), STACK)
    monkeypatch.setattr(
        "operations.stages.outputs_of",
        lambda *_: outputs | {"StripeApiKeySecretArn": outputs["CursorSecretArn"]},
    )
    assert webhook_endpoint.main(["--stage", "dev"]) == 1
    error = capsys.readouterr().err
    assert error == "Stripe rejects the API key in the stack's secret.\n"
