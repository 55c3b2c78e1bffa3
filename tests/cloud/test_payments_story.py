"""Money over HTTP: the API, Stripe's page, its webhook at the function URL, stream and jobs."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from local.api import Api
from operations.webhook import local_side, subscribe
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Party, problem_of
from tests.cloud.till import Till, eventually, run_job, signature_header

RECENT = {"scope": "recent"}
FULL = {"scope": "full"}


@pytest.fixture
def till(cloud: RunningCloud) -> Iterator[Till]:
    """The fake Stripe, in which nothing stays broken."""
    till = Till(cloud)
    yield till
    Api(cloud.description.stripe_url).request("DELETE", "/_fake/faults")


@pytest.fixture
def staff(api: Api, admin_token: str) -> Customer:
    return Customer(api, admin_token)


@pytest.fixture(scope="module")
def free_slots(new_day: Callable[[], str]) -> Iterator[tuple[str, str]]:
    """Dates and times that nobody has booked."""
    return ((day, at) for day in iter(new_day, "") for at in ("12:00", "15:00", "18:00", "21:00"))


@pytest.fixture
def party(
    api: Api, new_customer: Callable[[], str], free_slots: Iterator[tuple[str, str]]
) -> Party:
    """A booking of a customer who has no other; its deposit is due."""
    customer = Customer(api, new_customer())
    day, at = next(free_slots)
    booked = customer.book(date=day, time=at)
    assert booked.status == 201, booked.body
    return Party(customer, booked.json()["booking_id"])


@pytest.fixture
def paid(party: Party, till: Till) -> tuple[Party, dict[str, Any]]:
    """A booking whose deposit is paid, and the intent of that."""
    opened = party.open()
    till.pay(opened)
    eventually(party.account, lambda account: account["booking_status"] == "confirmed")
    return party, opened


def entries(party: Party) -> list[tuple[str, int]]:
    """Return the ledger: what happened, and how much it was."""
    return [(each["kind"], each["amount"]) for each in party.account()["entries"]]


def is_settled(account: dict[str, Any]) -> bool:
    """Whether refunds were promised and nothing of them is under way."""
    balance = account["balance"]
    return bool(balance["refunded"]) and not balance["refund_owed"] + balance["refund_sent"]


class TestStory:
    def test_from_the_deposit_to_the_refund(self, party: Party, till: Till) -> None:
        # Given a booking and a way to pay what is due for it
        opened = party.open()
        assert (opened["amount"], opened["status"]) == (10_000, "requires_payment_method")
        page = till.page(f"/checkout/{opened['client_secret']}")
        assert "$100.00" in page
        assert party.id in page

        # When she pays on Stripe's page
        assert "Paid. Thank you." in till.pay(opened)

        # Then Stripe tells us, and the booking is confirmed without another word of hers
        account = eventually(party.account, lambda each: each["booking_status"] == "confirmed")
        assert account["payment_status"] == "deposit_paid"
        assert (account["deposit_due"], account["balance"]["captured"]) == (0, 10_000)
        assert [(each["status"], each["amount"]) for each in account["payments"]] == [
            ("succeeded", 10_000)
        ]
        assert entries(party) == [("captured", 10_000)]

        # And the shop's page hears the same when she returns to it
        confirmed = party.confirm(opened)
        assert (confirmed["booking_status"], confirmed["status"]) == ("confirmed", "succeeded")
        assert confirmed["version"] == account["version"]

        # When she cancels
        cancelled = party.cancel()
        assert (cancelled["refund_amount"], cancelled["refund_status"]) == (9_700, "pending")

        # Then the refund goes out by itself, once, and the books agree with Stripe's
        account = eventually(party.account, is_settled)
        assert account["payment_status"] == "partially_refunded"
        assert entries(party) == [
            ("captured", 10_000),
            ("refund_owed", 9_700),
            ("refund_sent", 9_700),
            ("refunded", 9_700),
        ]
        assert till.act("balance")[opened["payment_intent_id"]] == 300
        assert [(each["type"], each["actor"]["role"]) for each in party.audit()][:3] == [
            ("created", "customer"),
            ("confirmed", "system"),
            ("cancelled", "customer"),
        ]

    def test_a_decline_then_3d_secure_then_the_balance(self, party: Party, till: Till) -> None:
        # Given a card that is declined
        opened = party.open()
        assert "Your card was declined." in till.pay(opened, "4000000000000002")
        assert party.confirm(opened)["booking_status"] == "pending"

        # When another one asks for 3-D Secure, and she approves
        asked = till.pay(opened, "4000002760003184")
        assert "Your bank asks you to approve this payment." in asked
        approved = till.page(f"/authenticate/{opened['client_secret']}", outcome="approve")

        # Then the same intent is paid
        assert "Paid. Thank you." in approved
        assert party.confirm(opened)["booking_status"] == "confirmed"

        # And the balance pays the rest of it
        balance = party.open("balance")
        till.pay(balance)
        assert party.confirm(balance)["payment_status"] == "paid"
        account = party.account()
        assert account["balance"]["captured"] == account["total"]
        assert account["balance_due"] == 0

    def test_staff_give_something_back(
        self, paid: tuple[Party, dict[str, Any]], staff: Customer
    ) -> None:
        party, _ = paid
        key = str(uuid.uuid4())

        def refund(amount: int = 2_500, key: str = key) -> Any:
            body = {"booking_id": party.id, "amount": amount, "reason": "The grill was cold."}
            return staff("POST", "/payments/refund", body, Idempotency_Key=key)

        # When staff refund a part, twice with the same key, and then more than there is
        first, again, too_much = refund(), refund(), refund(7_501, "another")

        # Then it goes out once
        assert (first.status, first.json()["amount"]) == (201, 2_500)
        assert again.headers.get("Idempotency-Replayed") == "true", again.body
        assert again.json()["refund_id"] == first.json()["refund_id"]
        assert problem_of(too_much) == (409, "refund_exceeds_captured")
        account = eventually(party.account, is_settled)
        assert (account["balance"]["refunded"], account["booking_status"]) == (2_500, "confirmed")
        assert refund().json()["refund_status"] == "succeeded"

    def test_another_customer_sees_and_pays_nothing(
        self, paid: tuple[Party, dict[str, Any]], api: Api, new_customer: Callable[[], str]
    ) -> None:
        party, opened = paid
        other = Customer(api, new_customer())
        body = {"booking_id": party.id, "payment_type": "balance"}
        answers = [
            other("GET", f"/bookings/{party.id}/payments"),
            other("POST", "/payments/create-payment-intent", body, Idempotency_Key="mine"),
            other(
                "POST",
                "/payments/confirm-payment",
                {"payment_intent_id": opened["payment_intent_id"]},
            ),
        ]
        assert [problem_of(each) for each in answers] == [
            (404, "booking_not_found"),
            (404, "booking_not_found"),
            (404, "payment_not_found"),
        ]


class TestEvents:
    """What Stripe sends, on its way to the function URL."""

    def test_twice_and_in_any_order(self, cloud: RunningCloud, party: Party, till: Till) -> None:
        # When a payment, a refund in the dashboard and a dispute come twice and mixed up
        opened = party.open()
        intent = opened["payment_intent_id"]
        with till.sending(duplicate=1.0, reorder=True):
            till.pay(opened)
            till.act("refund", intent=intent, amount=1_000)
            dispute = till.act("dispute", intent=intent)["id"]
            till.act("close_dispute", dispute=dispute, won=True)
            told = [each["id"] for each in till.events(intent)]
            assert len(told) >= 5
            inbox = eventually(
                lambda: [_in_inbox(cloud, each) for each in told],
                lambda items: all(each.get("attempts", 0) >= 2 for each in items),
            )

        # Then each was taken in, and had its effect once
        assert {each["status"] for each in inbox} == {"handled"}
        account = party.account()
        assert (account["booking_status"], account["payment_status"]) == (
            "confirmed",
            "deposit_paid",
        )
        kinds = [kind for kind, _ in entries(party)]
        assert sorted(kinds) == sorted(set(kinds))
        held = account["balance"]["captured"] - account["balance"]["refunded"]
        assert held == till.act("balance")[intent] == 9_000

    def test_lost_for_ever(self, cloud: RunningCloud, party: Party, till: Till) -> None:
        # Given a payment of which we never hear
        opened = party.open()
        with till.sending(drop=1.0):
            till.pay(opened)
            eventually(
                lambda: till.outcomes("payment_intent.succeeded"), lambda all_: all_[0] == "dropped"
            )
            assert party.account()["booking_status"] == "pending"

            # When the job looks at what Stripe has to tell
            run_job(cloud, "reconcile_payments", RECENT)

            # Then the booking is confirmed
            assert party.account()["booking_status"] == "confirmed"

            # And of a refund in the dashboard the daily compare finds out
            till.act("refund", intent=opened["payment_intent_id"], amount=500)
            run_job(cloud, "reconcile_payments", FULL)
            assert party.account()["balance"]["refunded"] == 500

    def test_sent_again_when_we_fail(self, party: Party, till: Till) -> None:
        # Given Stripe's API is gone when we hear of a payment
        opened = party.open()
        path = f"/v1/payment_intents/{opened['payment_intent_id']}"
        till.act("faults", kind="reset", method="GET", path_prefix=path, times=2)
        # When
        till.pay(opened)
        # Then Stripe is told so, and what it sends again has its effect
        eventually(party.account, lambda account: account["booking_status"] == "confirmed")
        assert {"200", "503"} <= set(till.outcomes("payment_intent.succeeded"))

    def test_a_dispute_holds_the_money_until_it_is_decided(
        self, paid: tuple[Party, dict[str, Any]], till: Till
    ) -> None:
        party, opened = paid
        dispute = till.act("dispute", intent=opened["payment_intent_id"])["id"]
        account = eventually(party.account, lambda each: each["payment_status"] == "disputed")
        assert account["balance"]["refundable"] == 0
        till.act("close_dispute", dispute=dispute, won=False)
        account = eventually(party.account, lambda each: each["payment_status"] != "disputed")
        assert account["balance"]["lost"] == 10_000


class TestSignatures:
    """Anybody can call a function URL."""

    EVENT = b'{"id": "evt_1", "type": "charge.refunded", "created": 1, "data": {"object": {}}}'

    @pytest.fixture
    def secret(self, cloud: RunningCloud) -> str:
        side = local_side(cloud.description)
        stored = side.secrets.get_secret_value(SecretId=side.secret_arn)
        return str(stored["SecretString"])

    @staticmethod
    def signature(secret: str, body: bytes = EVENT, age: int = 0) -> str:
        return signature_header(body.decode(), secret, age=age)

    def test_a_new_secret_is_good_at_once(
        self, cloud: RunningCloud, party: Party, till: Till
    ) -> None:
        # Given a function that has used the secret of before
        opened = party.open()
        side = local_side(cloud.description)
        before = subscribe(side)
        assert not before.new
        # When the endpoint gets another one
        after = subscribe(side, renew=True)
        assert after.new
        # Then there is one endpoint, and what it sends is believed
        listed = till.get("/v1/webhook_endpoints")["data"]
        assert [each["id"] for each in listed] == [after.id]
        till.pay(opened)
        eventually(party.account, lambda account: account["booking_status"] == "confirmed")
        stages = side.secrets.describe_secret(SecretId=side.secret_arn)["VersionIdsToStages"]
        assert sorted(stage for each in stages.values() for stage in each) == [
            "AWSCURRENT",
            "AWSPREVIOUS",
        ]

    def test_a_forged_event_is_refused(self, till: Till, secret: str) -> None:
        forged = {
            "none": {},
            "empty": {"Stripe_Signature": ""},
            "another secret": {"Stripe_Signature": self.signature("whsec_guessed")},
            "of another body": {"Stripe_Signature": self.signature(secret, b"{}")},
            "too old": {"Stripe_Signature": self.signature(secret, age=310)},
            "of the future": {"Stripe_Signature": self.signature(secret, age=-310)},
        }
        answers = {
            why: problem_of(till.emit_alarm_metric(self.EVENT, **sent))
            for why, sent in forged.items()
        }
        assert answers == dict.fromkeys(forged, (400, "invalid_signature"))

    def test_a_signed_one_is_accepted(self, till: Till, secret: str) -> None:
        answer = till.emit_alarm_metric(self.EVENT, Stripe_Signature=self.signature(secret))
        assert (answer.status, answer.json()) == (200, {"received": True})

    def test_only_events_of_a_decent_size_are_read(self, cloud: RunningCloud, till: Till) -> None:
        huge = till.emit_alarm_metric(
            b" " * (1024 * 1024 + 1), Stripe_Signature=self.signature("whsec_guessed")
        )
        assert problem_of(huge) == (413, "body_too_large")
        url = Api(cloud.description.stripe_webhook_url)
        assert url.request("GET", "").status == 405

    def test_an_event_as_large_as_a_dispute_is_taken_and_listed_for_staff(
        self, staff: Customer, till: Till, secret: str
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

        answer = till.emit_alarm_metric(body, Stripe_Signature=self.signature(secret, body))

        assert answer.status == 200
        listed = staff("GET", "/webhooks/events?type=charge.dispute.created")
        [found] = [each for each in listed.json()["items"] if each["event_id"] == event["id"]]
        assert (found["status"], found["size"], found["raw_kept"]) == ("ignored", len(body), True)


class TestJobs:
    def test_a_slot_that_nobody_pays_for_is_given_back(
        self, cloud: RunningCloud, party: Party, till: Till
    ) -> None:
        # Given a booking whose time to pay is over, and an open intent
        opened = party.open()
        _let_its_time_pass(cloud, party)
        # When
        run_job(cloud, "release_unpaid_bookings")
        # Then it is cancelled, and can not be paid any more
        booking = party.owner("GET", f"/bookings/{party.id}").json()
        assert booking["status"] == "cancelled"
        record = booking["cancellation"]
        assert (record["by"], record["reason"]) == ("system", "payment_overdue")
        intent = till.get(f"/v1/payment_intents/{opened['payment_intent_id']}")
        assert intent["status"] == "canceled"
        body = {"booking_id": party.id, "payment_type": "deposit"}
        again = party.owner("POST", "/payments/create-payment-intent", body, Idempotency_Key="late")
        assert problem_of(again) == (409, "booking_not_payable")

    def test_stripe_is_asked_before(self, cloud: RunningCloud, party: Party, till: Till) -> None:
        # Given a payment in the last minute of which we have not heard
        opened = party.open()
        with till.sending(drop=1.0):
            till.pay(opened)
            _let_its_time_pass(cloud, party)
            # When
            run_job(cloud, "release_unpaid_bookings")
        # Then it counts
        assert party.account()["booking_status"] == "confirmed"

    def test_a_refund_is_tried_until_stripe_takes_it(
        self, paid: tuple[Party, dict[str, Any]], till: Till
    ) -> None:
        # Given Stripe's API is gone for a while: each call of ours is repeated once
        party, _ = paid
        till.act("faults", kind="reset", method="POST", path_prefix="/v1/refunds", times=4)
        # When
        party.cancel()
        # Then the record of the stream comes again, until the refund is made, once
        eventually(party.account, is_settled)
        assert [kind for kind, _ in entries(party)].count("refunded") == 1

    def test_a_party_of_yesterday_is_completed(
        self, cloud: RunningCloud, paid: tuple[Party, dict[str, Any]]
    ) -> None:
        party, _ = paid
        yesterday = _instant(-timedelta(days=1))
        _change(cloud, party, starts_at=yesterday, gsi3sk=f"{yesterday}#{party.id}")
        run_job(cloud, "complete_past_bookings")
        assert party.account()["booking_status"] == "completed"


def _in_inbox(cloud: RunningCloud, event_id: str) -> dict[str, Any]:
    """Return what the inbox says of an event of Stripe's."""
    key = {"pk": {"S": f"WEBHOOK#stripe#{event_id}"}, "sk": {"S": "WEBHOOK"}}
    found = cloud.client("dynamodb").get_item(TableName=cloud.description.table, Key=key)
    item = found.get("Item", {"attempts": {"N": "0"}, "status": {"S": "unknown"}})
    return {"attempts": int(item["attempts"]["N"]), "status": item["status"]["S"]}


def _let_its_time_pass(cloud: RunningCloud, party: Party) -> None:
    """Put the deadline of a booking into the past."""
    earlier = _instant(-timedelta(minutes=1))
    _change(cloud, party, payment_due_at=earlier, gsi3sk=f"{earlier}#{party.id}")


def _change(cloud: RunningCloud, party: Party, **texts: str) -> None:
    """Change what the table says of a booking, behind the back of its version."""
    cloud.client("dynamodb").update_item(
        TableName=cloud.description.table,
        Key={"pk": {"S": f"BOOKING#{party.id}"}, "sk": {"S": "BOOKING"}},
        UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in texts),
        ExpressionAttributeValues={f":{name}": {"S": text} for name, text in texts.items()},
    )


def _instant(away: timedelta) -> str:
    return (datetime.now(UTC) + away).strftime("%Y-%m-%dT%H:%M:%SZ")
