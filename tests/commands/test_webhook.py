"""`make webhook` checks the stage's API key before it sends anything to Stripe."""

from types import SimpleNamespace
from typing import Any

import pytest
from operations import webhook_endpoint

OUTPUTS = {
    "StripeApiKeySecretArn": "arn:key",
    "StripeWebhookSecretArn": "arn:webhook",
    "StripeWebhookUrl": "https://webhook.example",
}


def stage_with_key(api_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every stage be a stack whose secrets have this text."""
    secrets = SimpleNamespace(get_secret_value=lambda **_: {"SecretString": api_key})
    stack = SimpleNamespace(outputs=OUTPUTS, client=lambda _service: secrets)
    monkeypatch.setattr(webhook_endpoint, "deployed", lambda _stage: stack)


@pytest.mark.parametrize(
    ("key", "stage", "message"),
    [
        ("sk_live_4eC39HqLyjWD", "dev", "is a live key; dev needs a test key"),
        ("sk_test_4eC39HqLyjWD", "prod", "is a test key; prod needs a live key"),
        ("RxK3vB7nQ2", "dev", "no API key of Stripe yet"),
    ],
)
def test_a_key_of_the_other_mode_is_not_used(
    key: str,
    stage: str,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage_with_key(key, monkeypatch)

    def subscribe(*_: Any, **__: Any) -> None:
        pytest.fail("Stripe was called")

    monkeypatch.setattr(webhook_endpoint, "subscribe", subscribe)

    assert webhook_endpoint.main(["--stage", stage]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert key not in error
