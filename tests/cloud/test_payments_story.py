"""Payments over HTTP: the API, Stripe's page, the webhook at its function URL, stream and jobs."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from local.api import Api
from local.stripe_webhook import local_link, subscribe
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Party, problem_of
from tests.cloud.stripe_side import StripeSide, eventually, run_job, signature_header

RECENT = {"scope": "recent"}
FULL = {"scope": "full"}


@pytest.fixture
def stripe_side(cloud: RunningCloud) -> Iterator[StripeSide]:
    """Return the fake Stripe; its faults end with the test."""
    stripe_side = StripeSide(cloud)
    yield stripe_side
    Api(cloud.description.stripe_url).request("DELETE", "/_fake/faults")


@pytest.fixture
def staff(api: Api, admin_token: str) -> Customer:
    return Customer(api, admin_token)


@pytest.fixture(scope="module")
def free_slots(new_day: Callable[[], str]) -> Iterator[tuple[str, str]]:
    """Return an iterator over free slots."""
    return ((day, at) for day in iter(new_day, "") for at in ("12:00", "15:00", "18:00", "21:00"))


@pytest.fixture
def party(
    api: Api, new_customer: Callable[[], str], free_slots: Iterator[tuple[str, str]]
) -> Party:
    """Return a new customer's booking with its deposit due."""
    customer = Customer(api, new_customer())
    day, at = next(free_slots)
    booked = customer.book(date=day, time=at)
    assert booked.status == 201, booked.body
    return Party(customer, booked.json()["booking_id"])


@pytest.fixture
def paid(party: Party, stripe_side: StripeSide) -> tuple[Party, dict[str, Any]]:
    """Return a booking with a paid deposit, and the payment intent."""
    intent = party.open()
    stripe_side.pay(intent)
    eventually(party.payments, lambda payments: payments["booking_status"] == "confirmed")
    return party, intent


def entries(party: Party) -> list[tuple[str, int]]:
    """Return kind and amount of the ledger entries."""
    return [(each["kind"], each["amount"]) for each in party.payments()["entries"]]


def is_refunded(payments: dict[str, Any]) -> bool:
    """Return whether refunds were owed and all of them have been made."""
    balance = payments["balance"]
    return bool(balance["refunded"]) and not balance["refund_owed"] + balance["refund_sent"]


class TestStory:
    def test_a_payment_works_from_the_deposit_to_the_refund(
        self, party: Party, stripe_side: StripeSide
    ) -> None:
        # Given a booking and a payment intent for its deposit
        intent = party.open()
        assert (intent["amount"], intent["status"]) == (10_000, "requires_payment_method")
        page = stripe_side.page(f"/checkout/{intent['client_secret']}")
        assert "$100.00" in page
        assert party.id in page

        # When she pays on Stripe's page
        assert "Paid. Thank you." in stripe_side.pay(intent)

        # Then Stripe's webhook event confirms the booking
        payments = eventually(party.payments, lambda each: each["booking_status"] == "confirmed")
        assert payments["payment_status"] == "deposit_paid"
        assert (payments["deposit_due"], payments["balance"]["captured"]) == (0, 10_000)
        assert [(each["status"], each["amount"]) for each in payments["payments"]] == [
            ("succeeded", 10_000)
        ]
        assert entries(party) == [("captured", 10_000)]

        # And the shop's page can confirm the payment too
        confirmed = party.confirm(intent)
        assert (confirmed["booking_status"], confirmed["status"]) == ("confirmed", "succeeded")
        assert confirmed["version"] == payments["version"]

        # When she cancels
        cancelled = party.cancel()
        assert (cancelled["refund_amount"], cancelled["refund_status"]) == (9_700, "pending")

        # Then the refund is sent once, and the ledger agrees with Stripe's balance
        payments = eventually(party.payments, is_refunded)
        assert payments["payment_status"] == "partially_refunded"
        assert entries(party) == [
            ("captured", 10_000),
            ("refund_owed", 9_700),
            ("refund_sent", 9_700),
            ("refunded", 9_700),
        ]
        assert stripe_side.run_action("balance")[intent["payment_intent_id"]] == 300
        assert [(each["type"], each["actor"]["role"]) for each in party.audit()][:3] == [
            ("created", "customer"),
            ("confirmed", "system"),
            ("cancelled", "customer"),
        ]

    def test_a_deposit_can_be_paid_with_3d_secure_after_a_decline_and_then_the_balance(
        self, party: Party, stripe_side: StripeSide
    ) -> None:
        # Given a card that is declined
        intent = party.open()
        assert "Your card was declined." in stripe_side.pay(intent, "4000000000000002")
        assert party.confirm(intent)["booking_status"] == "pending"

        # When another card requires 3-D Secure, and she approves
        page = stripe_side.pay(intent, "4000002760003184")
        assert "Your bank asks you to approve this payment." in page
        approved = stripe_side.page(f"/authenticate/{intent['client_secret']}", outcome="approve")

        # Then the same intent is paid
        assert "Paid. Thank you." in approved
        assert party.confirm(intent)["booking_status"] == "confirmed"

        # And the balance payment pays the rest
        balance = party.open("balance")
        stripe_side.pay(balance)
        assert party.confirm(balance)["payment_status"] == "paid"
        payments = party.payments()
        assert payments["balance"]["captured"] == payments["total"]
        assert payments["balance_due"] == 0

    def test_staff_refund_a_part_of_a_payment_once(
        self, paid: tuple[Party, dict[str, Any]], staff: Customer
    ) -> None:
        party, _ = paid
        key = str(uuid.uuid4())

        def refund(amount: int = 2_500, key: str = key) -> Any:
            body = {"booking_id": party.id, "amount": amount, "reason": "The grill was cold."}
            return staff("POST", "/payments/refund", body, Idempotency_Key=key)

        # When staff refund a part twice with the same key, and then more than is left
        first, again, too_much = refund(), refund(), refund(7_501, "another")

        # Then one refund is sent
        assert (first.status, first.json()["amount"]) == (201, 2_500)
        assert again.headers.get("Idempotency-Replayed") == "true", again.body
        assert again.json()["refund_id"] == first.json()["refund_id"]
        assert problem_of(too_much) == (409, "refund_exceeds_captured")
        payments = eventually(party.payments, is_refunded)
        assert (payments["balance"]["refunded"], payments["booking_status"]) == (2_500, "confirmed")
        assert refund().json()["refund_status"] == "succeeded"

    def test_another_customer_cannot_see_or_pay_a_booking(
        self, paid: tuple[Party, dict[str, Any]], api: Api, new_customer: Callable[[], str]
    ) -> None:
        party, intent = paid
        other = Customer(api, new_customer())
        body = {"booking_id": party.id, "payment_type": "balance"}
        answers = [
            other("GET", f"/bookings/{party.id}/payments"),
            other("POST", "/payments/create-payment-intent", body, Idempotency_Key="mine"),
            other(
                "POST",
                "/payments/confirm-payment",
                {"payment_intent_id": intent["payment_intent_id"]},
            ),
        ]
        assert [problem_of(each) for each in answers] == [
            (404, "booking_not_found"),
            (404, "booking_not_found"),
            (404, "payment_not_found"),
        ]


class TestEvents:
    """Webhook events from Stripe to the function URL."""

    def test_duplicate_and_reordered_webhook_events_count_once(
        self, cloud: RunningCloud, party: Party, stripe_side: StripeSide
    ) -> None:
        # When the events of a payment, a dashboard refund and a dispute arrive twice and reordered
        opened = party.open()
        intent = opened["payment_intent_id"]
        with stripe_side.sender_policy(duplicate=1.0, reorder=True):
            stripe_side.pay(opened)
            stripe_side.run_action("refund", intent=intent, amount=1_000)
            dispute = stripe_side.run_action("dispute", intent=intent)["id"]
            stripe_side.run_action("close_dispute", dispute=dispute, won=True)
            event_ids = [each["id"] for each in stripe_side.events(intent)]
            assert len(event_ids) >= 5
            inbox = eventually(
                lambda: [_in_inbox(cloud, each) for each in event_ids],
                lambda items: all(each.get("attempts", 0) >= 2 for each in items),
            )

        # Then each is in the inbox, and has taken effect once
        assert {each["status"] for each in inbox} == {"handled"}
        payments = party.payments()
        assert (payments["booking_status"], payments["payment_status"]) == (
            "confirmed",
            "deposit_paid",
        )
        kinds = [kind for kind, _ in entries(party)]
        assert sorted(kinds) == sorted(set(kinds))
        net_captured = payments["balance"]["captured"] - payments["balance"]["refunded"]
        assert net_captured == stripe_side.run_action("balance")[intent] == 9_000

    def test_reconciliation_finds_payments_and_refunds_whose_events_are_lost(
        self, cloud: RunningCloud, party: Party, stripe_side: StripeSide
    ) -> None:
        # Given a payment whose events are all lost
        intent = party.open()
        with stripe_side.sender_policy(drop=1.0):
            stripe_side.pay(intent)
            eventually(
                lambda: stripe_side.outcomes("payment_intent.succeeded"),
                lambda all_: all_[0] == "dropped",
            )
            assert party.payments()["booking_status"] == "pending"

            # When the job reads Stripe's events
            run_job(cloud, "reconcile_payments", RECENT)

            # Then the booking is confirmed
            assert party.payments()["booking_status"] == "confirmed"

            # And the daily comparison finds a refund in the dashboard
            stripe_side.run_action("refund", intent=intent["payment_intent_id"], amount=500)
            run_job(cloud, "reconcile_payments", FULL)
            assert party.payments()["balance"]["refunded"] == 500

    def test_a_webhook_event_that_fails_is_sent_again_and_takes_effect(
        self, party: Party, stripe_side: StripeSide
    ) -> None:
        # Given Stripe's API fails when the event of a payment arrives
        intent = party.open()
        path = f"/v1/payment_intents/{intent['payment_intent_id']}"
        stripe_side.run_action("faults", kind="reset", method="GET", path_prefix=path, times=2)
        # When
        stripe_side.pay(intent)
        # Then the webhook answers with an error, and the event that Stripe sends again takes effect
        eventually(party.payments, lambda payments: payments["booking_status"] == "confirmed")
        assert {"200", "503"} <= set(stripe_side.outcomes("payment_intent.succeeded"))

    def test_a_booking_is_disputed_until_the_dispute_is_decided(
        self, paid: tuple[Party, dict[str, Any]], stripe_side: StripeSide
    ) -> None:
        party, intent = paid
        dispute = stripe_side.run_action("dispute", intent=intent["payment_intent_id"])["id"]
        payments = eventually(party.payments, lambda each: each["payment_status"] == "disputed")
        assert payments["balance"]["refundable"] == 0
        stripe_side.run_action("close_dispute", dispute=dispute, won=False)
        payments = eventually(party.payments, lambda each: each["payment_status"] != "disputed")
        assert payments["balance"]["lost"] == 10_000


class TestSignatures:
    """The signatures of webhook events; the function URL is public."""

    EVENT = b'{"id": "evt_1", "type": "charge.refunded", "created": 1, "data": {"object": {}}}'

    @pytest.fixture
    def secret(self, cloud: RunningCloud) -> str:
        link = local_link(cloud.description)
        stored = link.secrets.get_secret_value(SecretId=link.secret_arn)
        return str(stored["SecretString"])

    @staticmethod
    def signature(secret: str, body: bytes = EVENT, age: int = 0) -> str:
        return signature_header(body.decode(), secret, age=age)

    def test_a_renewed_webhook_secret_is_accepted_at_once(
        self, cloud: RunningCloud, party: Party, stripe_side: StripeSide
    ) -> None:
        # Given a function that has used the old secret
        intent = party.open()
        link = local_link(cloud.description)
        before = subscribe(link)
        assert not before.new
        # When the endpoint gets another one
        after = subscribe(link, renew=True)
        assert after.new
        # Then there is one endpoint, and its events are accepted
        listed = stripe_side.get("/v1/webhook_endpoints")["data"]
        assert [each["id"] for each in listed] == [after.id]
        stripe_side.pay(intent)
        eventually(party.payments, lambda payments: payments["booking_status"] == "confirmed")
        stages = link.secrets.describe_secret(SecretId=link.secret_arn)["VersionIdsToStages"]
        assert sorted(stage for each in stages.values() for stage in each) == [
            "AWSCURRENT",
            "AWSPREVIOUS",
        ]

    def test_a_webhook_event_with_a_forged_signature_is_refused(
        self, stripe_side: StripeSide, secret: str
    ) -> None:
        forged = {
            "none": {},
            "empty": {"Stripe_Signature": ""},
            "another secret": {"Stripe_Signature": self.signature("whsec_guessed")},
            "of another body": {"Stripe_Signature": self.signature(secret, b"{}")},
            "too old": {"Stripe_Signature": self.signature(secret, age=310)},
            "of the future": {"Stripe_Signature": self.signature(secret, age=-310)},
        }
        answers = {
            why: problem_of(stripe_side.send_event(self.EVENT, **headers))
            for why, headers in forged.items()
        }
        assert answers == dict.fromkeys(forged, (400, "invalid_signature"))

    def test_a_signed_webhook_event_is_accepted(self, stripe_side: StripeSide, secret: str) -> None:
        answer = stripe_side.send_event(self.EVENT, Stripe_Signature=self.signature(secret))
        assert (answer.status, answer.json()) == (200, {"received": True})

    def test_a_webhook_event_above_the_size_limit_is_refused(
        self, cloud: RunningCloud, stripe_side: StripeSide
    ) -> None:
        huge = stripe_side.send_event(
            b" " * (1024 * 1024 + 1), Stripe_Signature=self.signature("whsec_guessed")
        )
        assert problem_of(huge) == (413, "body_too_large")
        url = Api(cloud.description.stripe_webhook_url)
        assert url.request("GET", "").status == 405

    def test_a_webhook_event_as_large_as_a_disputes_is_accepted_and_listed_for_staff(
        self, staff: Customer, stripe_side: StripeSide, secret: str
    ) -> None:
        # Given 150,000 characters of evidence, of which 20,000 are Chinese
        evidence = "Cold noodles. " * 9_300 + "\u5bff\u53f8" * 10_000
        event = {
            "id": f"evt_{uuid.uuid4().hex}",
            "type": "charge.dispute.created",
            "created": int(time.time()),
            "data": {"object": {"id": "dp_1", "evidence": {"uncategorized_text": evidence}}},
        }
        body = json.dumps(event, ensure_ascii=False).encode()

        answer = stripe_side.send_event(body, Stripe_Signature=self.signature(secret, body))

        assert answer.status == 200
        listed = staff("GET", "/webhooks/events?type=charge.dispute.created")
        [found] = [each for each in listed.json()["items"] if each["event_id"] == event["id"]]
        assert (found["status"], found["size"], found["raw_kept"]) == ("ignored", len(body), True)


class TestJobs:
    def test_the_job_cancels_an_unpaid_booking_and_frees_its_slot(
        self, cloud: RunningCloud, party: Party, stripe_side: StripeSide
    ) -> None:
        # Given a booking after its payment deadline, with an open payment intent
        intent = party.open()
        _move_deadline_to_the_past(cloud, party)
        # When
        run_job(cloud, "release_unpaid_bookings")
        # Then it is cancelled, and cannot be paid
        booking = party.owner("GET", f"/bookings/{party.id}").json()
        assert booking["status"] == "cancelled"
        record = booking["cancellation"]
        assert (record["by"], record["reason"]) == ("system", "payment_overdue")
        intent = stripe_side.get(f"/v1/payment_intents/{intent['payment_intent_id']}")
        assert intent["status"] == "canceled"
        body = {"booking_id": party.id, "payment_type": "deposit"}
        again = party.owner("POST", "/payments/create-payment-intent", body, Idempotency_Key="late")
        assert problem_of(again) == (409, "booking_not_payable")

    def test_the_job_reads_the_payment_at_stripe_before_it_cancels_a_booking(
        self, cloud: RunningCloud, party: Party, stripe_side: StripeSide
    ) -> None:
        # Given a payment in the last minute whose events are lost
        intent = party.open()
        with stripe_side.sender_policy(drop=1.0):
            stripe_side.pay(intent)
            _move_deadline_to_the_past(cloud, party)
            # When
            run_job(cloud, "release_unpaid_bookings")
        # Then the payment confirms the booking
        assert party.payments()["booking_status"] == "confirmed"

    def test_a_refund_is_retried_until_stripe_accepts_it_and_made_once(
        self, paid: tuple[Party, dict[str, Any]], stripe_side: StripeSide
    ) -> None:
        # Given Stripe's API fails for some time; our client repeats each call once
        party, _ = paid
        stripe_side.run_action(
            "faults", kind="reset", method="POST", path_prefix="/v1/refunds", times=4
        )
        # When
        party.cancel()
        # Then the stream's record is delivered again until the refund is made, once
        eventually(party.payments, is_refunded)
        assert [kind for kind, _ in entries(party)].count("refunded") == 1

    def test_the_job_completes_yesterdays_booking(
        self, cloud: RunningCloud, paid: tuple[Party, dict[str, Any]]
    ) -> None:
        party, _ = paid
        yesterday = _instant(-timedelta(days=1))
        _change(cloud, party, starts_at=yesterday, gsi3sk=f"{yesterday}#{party.id}")
        run_job(cloud, "complete_past_bookings")
        assert party.payments()["booking_status"] == "completed"


def _in_inbox(cloud: RunningCloud, event_id: str) -> dict[str, Any]:
    """Return the state of a Stripe event in the inbox."""
    key = {"pk": {"S": f"WEBHOOK#stripe#{event_id}"}, "sk": {"S": "WEBHOOK"}}
    found = cloud.client("dynamodb").get_item(TableName=cloud.description.table, Key=key)
    item = found.get("Item", {"attempts": {"N": "0"}, "status": {"S": "unknown"}})
    return {"attempts": int(item["attempts"]["N"]), "status": item["status"]["S"]}


def _move_deadline_to_the_past(cloud: RunningCloud, party: Party) -> None:
    """Set a booking's payment deadline to a time in the past."""
    earlier = _instant(-timedelta(minutes=1))
    _change(cloud, party, payment_due_at=earlier, gsi3sk=f"{earlier}#{party.id}")


def _change(cloud: RunningCloud, party: Party, **texts: str) -> None:
    """Change a booking's item in the table without a new version."""
    cloud.client("dynamodb").update_item(
        TableName=cloud.description.table,
        Key={"pk": {"S": f"BOOKING#{party.id}"}, "sk": {"S": "BOOKING"}},
        UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in texts),
        ExpressionAttributeValues={f":{name}": {"S": text} for name, text in texts.items()},
    )


def _instant(away: timedelta) -> str:
    return (datetime.now(UTC) + away).strftime("%Y-%m-%dT%H:%M:%SZ")
