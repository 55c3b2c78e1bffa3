"""Passwords, codes, tokens and keys reach no log, no metric and no item of the table.

What a booking says of people, and what lets its customer pay, is in the table and nowhere else.

The local cloud has no traces and no Sentry, and its gateway writes no access log: of that, the
settings are held against what they may hold.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from local.api import Answer, Api
from local.aws.deployment import STACK
from local.aws.template import resources_of_type
from operations.stages import outputs_of
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Party, Person
from tests.cloud.till import Till, eventually, signature_header
from tests.contract.documents import TEMPLATE

OF_NOBODY = {
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
"""What the gateway can say of a request without saying anything of what was sent, or by whom."""


@dataclass
class Story:
    """What was said in confidence, and the ids of the requests in which it was."""

    secrets: dict[str, str] = field(default_factory=dict)
    """The text by what it is."""
    private: dict[str, str] = field(default_factory=dict)
    """What the table may hold."""
    request_ids: set[str] = field(default_factory=set)

    def told(self, answer: Answer, expected: int) -> Answer:
        assert answer.status == expected, answer.body
        self.request_ids.add(answer.headers["X-Request-Id"])
        return answer

    def given(self, session: str, answer: Answer) -> dict[str, str]:
        """Keep the tokens of an answer; a claim set or a signature alone is as telling."""
        tokens: dict[str, str] = self.told(answer, 200).json()
        for name in ("access_token", "id_token", "refresh_token"):
            _, claims, signature = tokens[name].split(".")
            self.secrets[f"claims of the {name} of the {session}"] = claims
            self.secrets[f"signature of the {name} of the {session}"] = signature
        return tokens


@pytest.fixture(scope="module")
def story(cloud: RunningCloud) -> Story:
    """The life of an account with its mistakes, all of it in words that appear nowhere else."""
    story, somebody = Story(), Person(cloud.description)
    email, password = somebody.email, somebody.password
    guess, renewed = "guess of a passphrase", "renewed passphrase"
    story.secrets |= {
        "address": email,
        "password": password,
        "guess": guess,
        "new password": renewed,
    }

    story.told(somebody.register(), 202)
    story.secrets["confirmation code"] = somebody.newest_code
    story.told(somebody.log_in(), 401)
    story.told(
        somebody.post("/register/confirm", email=email, code="918273", password=password), 400
    )
    story.secrets["wrong code"] = "918273"
    story.told(somebody.confirm(), 204)

    story.told(somebody.log_in(guess), 401)
    session = story.given("login", somebody.log_in())
    session = story.given(
        "refresh", somebody.post("/refresh", refresh_token=session["refresh_token"])
    )
    story.told(_me(cloud, session["access_token"]), 200)
    story.told(_me(cloud, session["access_token"], access_token=session["access_token"]), 422)
    story.told(
        somebody.post("/logout", session["access_token"], refresh_token=session["refresh_token"]),
        204,
    )
    story.told(somebody.post("/refresh", refresh_token=session["refresh_token"]), 401)

    story.told(somebody.post("/reset-password", email=email), 202)
    story.secrets["reset code"] = somebody.newest_code
    fields = {"email": email, "code": somebody.newest_code}
    story.told(somebody.post("/reset-password/confirm", **fields, new_password=renewed), 204)

    # Everything where it does not belong
    story.told(somebody.post("/login", email=password, password=email), 422)
    story.told(somebody.post("/login", email=email, password=password, **{guess: renewed}), 422)
    story.told(somebody.post("/register", email=email, password=[password]), 422)
    story.told(somebody.post("/refresh", refresh_token=f"{session['refresh_token']} "), 422)
    cut_off = json.dumps({"email": email, "password": password})[:-1].encode()
    story.told(cloud.api.request("POST", "/api/v1/auth/login", body=cut_off), 400)
    return story


@pytest.fixture(scope="module")
def payment(
    cloud: RunningCloud, story: Story, new_customer: Callable[[], str], new_day: Callable[[], str]
) -> Story:
    """A party that is booked, paid for, cancelled and refunded; and what goes wrong with that."""
    till, outputs = Till(cloud), outputs_of(cloud.client("cloudformation"), STACK)
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
    party = Party(customer, story.told(booked, 201).json()["booking_id"])
    opened = party.open()
    del venue["state"]
    story.private |= {**contact, **venue} | {
        "phone": "+13105557731",
        "request": "cannot climb stairs",
        "client secret": opened["client_secret"],
    }
    till.pay(opened, "4000000000000002")
    till.pay(opened)
    eventually(party.account, lambda account: account["booking_status"] == "confirmed")
    party.cancel()
    eventually(party.account, lambda account: account["balance"]["refunded"])
    # Refused, and where it does not belong
    forged = signature_header(opened["client_secret"], "whsec_guessed")
    story.secrets["signature"] = forged.rpartition("=")[2]
    story.told(
        till.emit_alarm_metric(opened["client_secret"].encode(), Stripe_Signature=forged), 400
    )
    body = {"payment_intent_id": opened["client_secret"]}
    story.told(customer("POST", "/payments/confirm-payment", body), 422)
    return story


def test_no_sink_knows_a_secret(cloud: RunningCloud, payment: Story) -> None:
    found = {
        (what, sink)
        for sink, text in sinks(cloud)
        for what, secret in (payment.secrets | payment.private).items()
        if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text)
        if what not in payment.private or sink != "the table"
    }
    assert found == set()


def test_the_sinks_were_not_dry(cloud: RunningCloud, payment: Story) -> None:
    texts = dict(sinks(cloud))
    logged = "".join(texts.values())
    assert {each for each in payment.request_ids if each not in logged} == set()
    # Our metrics are log lines, which AWS makes metrics of
    assert "AccountsConfirmed" in texts[f"/aws/lambda/{STACK}-confirm_registration"]
    assert "PaymentsCaptured" in texts[f"/aws/lambda/{STACK}-stripe_webhook"]
    assert "RefundsSettled" in texts[f"/aws/lambda/{STACK}-follow_up_payments"]
    assert "PERSON#" in texts["the table"]
    assert payment.private["address_line1"] in texts["the table"]


def test_the_access_log_has_no_room_for_a_secret() -> None:
    api = resources_of_type(TEMPLATE, "AWS::Serverless::Api")["Api"]["Properties"]
    logged = re.findall(r"\$context\.([\w.]+)", api["AccessLogSetting"]["Format"])
    assert logged
    assert set(logged) <= OF_NOBODY
    for settings in api["MethodSettings"]:
        assert settings.get("LoggingLevel", "OFF") == "OFF"
        assert not settings.get("DataTraceEnabled", False)


def sinks(cloud: RunningCloud) -> Iterator[tuple[str, str]]:
    """Yield everything that is kept, by where."""
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
    # Stripe's events are kept as they came; the code that a bank gives has six digits like ours.
    table = "\n".join(str(each["Items"]) for each in items)
    yield "the table", re.sub(r"(authorization_code\W+)\d{6}", r"\1", table)


def _me(cloud: RunningCloud, token: str, **query: str) -> Answer:
    return Api(cloud.description.api_url).request(
        "GET", "/api/v1/auth/me", token=token, query=query
    )
