"""Webhook endpoints in Stripe's API."""

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe.given import Caller, intent

PATH = "/v1/webhook_endpoints"
PARAMETERS = {"url": "https://example.com/hooks", "enabled_events[]": "payment_intent.created"}


def test_the_signing_secret_is_only_in_the_answer_that_creates_the_endpoint(stripe: Caller) -> None:
    created = stripe.post(
        PATH, PARAMETERS | {"description": "Ours", "api_version": "2026-05-27.dahlia"}
    )

    assert created["secret"].startswith("whsec_")
    assert created["status"] == "enabled"
    assert "secret" not in stripe.get(f"{PATH}/{created['id']}")
    assert "secret" not in stripe.get(PATH)["data"][0]


def test_a_webhook_endpoint_can_be_updated(fake: FakeStripe, stripe: Caller) -> None:
    path = f"{PATH}/{stripe.post(PATH, PARAMETERS)['id']}"

    updated = stripe.post(
        path,
        {
            "url": "https://example.com/new",
            "enabled_events[]": ["charge.refunded", "refund.created"],
            "metadata[a]": "1",
            "description": "",
        },
    )

    assert updated["url"] == "https://example.com/new"
    assert updated["enabled_events"] == ["charge.refunded", "refund.created"]
    intent(stripe)
    assert fake.outbox.pending() == []


def test_a_disabled_webhook_endpoint_receives_no_events(fake: FakeStripe, stripe: Caller) -> None:
    path = f"{PATH}/{stripe.post(PATH, PARAMETERS)['id']}"

    assert stripe.post(path, {"disabled": "true"})["status"] == "disabled"
    intent(stripe)
    assert fake.outbox.pending() == []
    assert stripe.post(path, {"disabled": "false"})["status"] == "enabled"
    intent(stripe)
    assert len(fake.outbox.pending()) == 1


def test_a_deleted_webhook_endpoint_is_not_found(fake: FakeStripe, stripe: Caller) -> None:
    kept, deleted = (stripe.post(PATH, PARAMETERS)["id"] for _ in range(2))

    assert stripe.delete(f"{PATH}/{deleted}") == {
        "id": deleted,
        "object": "webhook_endpoint",
        "deleted": True,
    }

    assert [each["id"] for each in stripe.get(PATH)["data"]] == [kept]
    stripe.refused("DELETE", f"{PATH}/{deleted}", status=404)
    intent(stripe)
    assert len(fake.outbox.pending()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "example.com/hooks"},
        {"url": ""},
        {"enabled_events[]": "Charge Refunded"},
        {"enabled_events[]": ""},
        {"api_version": "2020-08-27"},
        {"connect": "true"},
    ],
)
def test_an_invalid_webhook_endpoint_is_refused(stripe: Caller, changes: dict[str, str]) -> None:
    stripe.refused("POST", PATH, PARAMETERS | changes)
