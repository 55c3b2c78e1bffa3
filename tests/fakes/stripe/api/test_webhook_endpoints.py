"""Webhook endpoints through the API."""

import pytest
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe.given import Caller, intent

PATH = "/v1/webhook_endpoints"
GIVEN = {"url": "https://example.com/hooks", "enabled_events[]": "payment_intent.created"}


def test_the_secret_is_told_once(stripe: Caller) -> None:
    made = stripe.post(PATH, GIVEN | {"description": "Ours", "api_version": "2026-05-27.dahlia"})

    assert made["secret"].startswith("whsec_")
    assert made["status"] == "enabled"
    assert "secret" not in stripe.get(f"{PATH}/{made['id']}")
    assert "secret" not in stripe.get(PATH)["data"][0]


def test_an_endpoint_changes(fake: FakeStripe, stripe: Caller) -> None:
    path = f"{PATH}/{stripe.post(PATH, GIVEN)['id']}"

    changed = stripe.post(
        path,
        {
            "url": "https://example.com/new",
            "enabled_events[]": ["charge.refunded", "refund.created"],
            "metadata[a]": "1",
            "description": "",
        },
    )

    assert changed["url"] == "https://example.com/new"
    assert changed["enabled_events"] == ["charge.refunded", "refund.created"]
    intent(stripe)
    assert fake.outbox.pending() == []


def test_a_disabled_endpoint_receives_nothing(fake: FakeStripe, stripe: Caller) -> None:
    path = f"{PATH}/{stripe.post(PATH, GIVEN)['id']}"

    assert stripe.post(path, {"disabled": "true"})["status"] == "disabled"
    intent(stripe)
    assert fake.outbox.pending() == []
    assert stripe.post(path, {"disabled": "false"})["status"] == "enabled"
    intent(stripe)
    assert len(fake.outbox.pending()) == 1


def test_a_deleted_endpoint_is_gone(fake: FakeStripe, stripe: Caller) -> None:
    kept, gone = (stripe.post(PATH, GIVEN)["id"] for _ in range(2))

    assert stripe.delete(f"{PATH}/{gone}") == {
        "id": gone,
        "object": "webhook_endpoint",
        "deleted": True,
    }

    assert [each["id"] for each in stripe.get(PATH)["data"]] == [kept]
    stripe.refused("DELETE", f"{PATH}/{gone}", status=404)
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
def test_a_bad_endpoint_is_refused(stripe: Caller, changes: dict[str, str]) -> None:
    stripe.refused("POST", PATH, GIVEN | changes)
