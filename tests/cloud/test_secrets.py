"""Passwords, codes, tokens and keys are in no log, no metric and no item of the table.

Personal data of bookings and the client secrets of payments are in the table only.

The local cloud has no traces, no Sentry and no access log of the gateway. For these, the settings
are tested.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from local.api import Answer, Api
from local.aws.stack import STACK, outputs_of
from local.aws.template import resources_of_type
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Party, Person
from tests.cloud.stripe_side import StripeSide, eventually, signature_header
from tests.contract.documents import TEMPLATE

ANONYMOUS_FIELDS = {
    "error.responseType",
    "httpMethod",
    "integration.latency",
    "integration.status",
    "requestId",
    "requestTime",
    "resourcePath",
    "responseLatency",
    "responseLength",
    "stage",
    "status",
    "xrayTraceId",
}
"""The fields of the access log, which contain neither content nor caller of a request."""


@dataclass
class Story:
    """The secrets that were sent or received, and the ids of their requests."""

    secrets: dict[str, str] = field(default_factory=dict)
    """The secret texts by name."""
    private: dict[str, str] = field(default_factory=dict)
    """The texts that only the table may hold, by name."""
    request_ids: set[str] = field(default_factory=set)

    def answered(self, answer: Answer, expected: int) -> Answer:
        assert answer.status == expected, answer.body
        self.request_ids.add(answer.headers["X-Request-Id"])
        return answer

    def keep_tokens(self, session: str, answer: Answer) -> dict[str, str]:
        """Keep the tokens of an answer; its claims and its signatures are secrets too."""
        tokens: dict[str, str] = self.answered(answer, 200).json()
        for name in ("access_token", "id_token", "refresh_token"):
            _, claims, signature = tokens[name].split(".")
            self.secrets[f"claims of the {name} of the {session}"] = claims
            self.secrets[f"signature of the {name} of the {session}"] = signature
        return tokens


@pytest.fixture(scope="module")
def story(cloud: RunningCloud) -> Story:
    """Use an account with typical mistakes; all its texts are unique."""
    story, person = Story(), Person(cloud.description)
    email, password = person.email, person.password
    guess, new_password = "guess of a passphrase", "renewed passphrase"
    story.secrets |= {
        "address": email,
        "password": password,
        "guess": guess,
        "new password": new_password,
    }

    story.answered(person.register(), 202)
    story.secrets["confirmation code"] = person.newest_code
    story.answered(person.log_in(), 401)
    story.answered(
        person.post("/register/confirm", email=email, code="918273", password=password), 400
    )
    story.secrets["wrong code"] = "918273"
    story.answered(person.confirm(), 204)

    story.answered(person.log_in(guess), 401)
    session = story.keep_tokens("login", person.log_in())
    session = story.keep_tokens(
        "refresh", person.post("/refresh", refresh_token=session["refresh_token"])
    )
    story.answered(_me(cloud, session["access_token"]), 200)
    story.answered(_me(cloud, session["access_token"], access_token=session["access_token"]), 422)
    story.answered(
        person.post("/logout", session["access_token"], refresh_token=session["refresh_token"]),
        204,
    )
    story.answered(person.post("/refresh", refresh_token=session["refresh_token"]), 401)

    story.answered(person.post("/reset-password", email=email), 202)
    story.secrets["reset code"] = person.newest_code
    fields = {"email": email, "code": person.newest_code}
    story.answered(person.post("/reset-password/confirm", **fields, new_password=new_password), 204)

    _put_secrets_into_wrong_fields(story, cloud.api, person, session["refresh_token"])
    return story


def _put_secrets_into_wrong_fields(
    story: Story, api: Api, person: Person, refresh_token: str
) -> None:
    email, password = person.email, person.password
    more = {story.secrets["guess"]: story.secrets["new password"]}
    story.answered(person.post("/login", email=password, password=email), 422)
    story.answered(person.post("/login", email=email, password=password, **more), 422)
    story.answered(person.post("/register", email=email, password=[password]), 422)
    story.answered(person.post("/refresh", refresh_token=f"{refresh_token} "), 422)
    cut_off = json.dumps({"email": email, "password": password})[:-1].encode()
    story.answered(api.request("POST", "/api/v1/auth/login", body=cut_off), 400)


@pytest.fixture(scope="module")
def payment(
    cloud: RunningCloud, story: Story, new_customer: Callable[[], str], new_day: Callable[[], str]
) -> Story:
    """Book, pay, cancel and refund a party, with typical mistakes."""
    stripe_side, outputs = StripeSide(cloud), outputs_of(cloud.client("cloudformation"), STACK)
    secrets = cloud.client("secretsmanager")
    for what in ("ApiKey", "Webhook"):
        secret = secrets.get_secret_value(SecretId=outputs[f"Stripe{what}SecretArn"])
        story.secrets[what] = secret["SecretString"]
    customer = Customer(cloud.api, new_customer())
    contact = {"name": "Yumiko Nakagawara", "email": "yumiko@nakagawara.example"}
    venue = {"address_line1": "77 Persimmon Terrace", "city": "Ojai", "state": "CA"}
    booked = customer.book(
        date=new_day(),
        contact=contact | {"phone": "+13105557731"},
        venue=venue | {"postal_code": "93023"},
        special_requests="Grandfather cannot climb stairs.",
    )
    party = Party(customer, story.answered(booked, 201).json()["booking_id"])
    intent = party.open()
    del venue["state"]
    story.private |= {**contact, **venue} | {
        "phone": "+13105557731",
        "request": "cannot climb stairs",
        "client secret": intent["client_secret"],
    }
    stripe_side.pay(intent, "4000000000000002")
    stripe_side.pay(intent)
    eventually(party.payments, lambda account: account["booking_status"] == "confirmed")
    party.cancel()
    eventually(party.payments, lambda account: account["balance"]["refunded"])
    # Refused requests, with secrets in the wrong fields
    forged = signature_header(intent["client_secret"], "whsec_guessed")
    story.secrets["signature"] = forged.rpartition("=")[2]
    story.answered(
        stripe_side.send_event(intent["client_secret"].encode(), Stripe_Signature=forged), 400
    )
    body = {"payment_intent_id": intent["client_secret"]}
    story.answered(customer("POST", "/payments/confirm-payment", body), 422)
    return story


def test_no_log_metric_or_item_contains_a_secret(cloud: RunningCloud, payment: Story) -> None:
    found = {
        (what, sink)
        for sink, text in sinks(cloud)
        for what, secret in (payment.secrets | payment.private).items()
        if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text)
        if what not in payment.private or sink != "the table"
    }
    assert found == set()


def test_the_searched_logs_metrics_and_items_are_not_empty(
    cloud: RunningCloud, payment: Story
) -> None:
    texts = dict(sinks(cloud))
    logged = "".join(texts.values())
    assert {each for each in payment.request_ids if each not in logged} == set()
    # Our metrics are log lines, from which AWS makes metrics
    assert "AccountsConfirmed" in texts[f"/aws/lambda/{STACK}-confirm_registration"]
    assert "PaymentsCaptured" in texts[f"/aws/lambda/{STACK}-stripe_webhook"]
    assert "RefundsArrived" in texts[f"/aws/lambda/{STACK}-follow_up_payments"]
    assert "ADDRESS#" in texts["the table"]
    assert payment.private["address_line1"] in texts["the table"]


def test_the_access_log_format_has_no_field_with_a_secret() -> None:
    api = resources_of_type(TEMPLATE, "AWS::Serverless::Api")["Api"]["Properties"]
    logged = re.findall(r"\$context\.([\w.]+)", api["AccessLogSetting"]["Format"])
    assert logged
    assert set(logged) <= ANONYMOUS_FIELDS
    for settings in api["MethodSettings"]:
        assert settings.get("LoggingLevel", "OFF") == "OFF"
        assert not settings.get("DataTraceEnabled", False)


def sinks(cloud: RunningCloud) -> Iterator[tuple[str, str]]:
    """Yield each place and everything that is stored there."""
    logs = cloud.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            name = group["logGroupName"]
            events = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            yield name, "\n".join(each["message"] for part in events for each in part["events"])
    metrics = cloud.client("cloudwatch").get_paginator("list_metrics").paginate()
    yield "the metrics", json.dumps([each["Metrics"] for each in metrics])
    items = (
        cloud.client("dynamodb").get_paginator("scan").paginate(TableName=cloud.description.table)
    )
    # Stripe's events are stored unchanged; a bank's code in them has six digits like ours.
    table = "\n".join(str(each["Items"]) for each in items)
    yield "the table", re.sub(r"(authorization_code\W+)\d{6}", r"\1", table)


def _me(cloud: RunningCloud, token: str, **query: str) -> Answer:
    return Api(cloud.description.api_url).request(
        "GET", "/api/v1/auth/me", token=token, query=query
    )
