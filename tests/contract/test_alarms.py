"""Alarms watch metrics that there are, and tell the one topic."""

import ast
from typing import Any

import pytest
from local.template import resources_of_type
from tests.builders import ROOT
from tests.contract.documents import SCHEDULE, STREAM, TEMPLATE, called_by, pascal

ALARMS = {
    name: resource["Properties"]
    for name, resource in resources_of_type(TEMPLATE, "AWS::CloudWatch::Alarm").items()
}
SERVICE = [{"Name": "service", "Value": "teppan"}]

FACTS = {
    "RefundsFailed": ("Sum", 1),
    "DisputesOpened": ("Sum", 1),
    "PaymentsUnmatched": ("Sum", 1),
    "LedgerDifference": ("Maximum", 1),
    "WebhooksRefused": ("Sum", 5),
}
"""The facts that our code tells with the dimension `service` alone: statistic, least value."""

COMPARED = "LedgerCompareMissingAlarm"

each_alarm = pytest.mark.parametrize("name", ALARMS)


def function(name: str) -> list[dict[str, Any]]:
    return [{"Name": "FunctionName", "Value": {"Ref": f"{pascal(name)}Function"}}]


def least(alarm: dict[str, Any]) -> float:
    """The least value, of those that are whole, at which it goes off."""
    above = alarm["ComparisonOperator"] == "GreaterThanThreshold"
    return float(alarm["Threshold"] + above)


@each_alarm
def test_an_alarm_says_what_it_is_about_and_tells_the_topic(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmDescription"].endswith(".")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert name == COMPARED or alarm["TreatMissingData"] == "notBreaching"
    # CloudWatch looks back a day at most, a week when a period is an hour or more.
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= (
        604_800 if alarm["Period"] >= 3_600 else 86_400
    )


def test_each_alarming_fact_has_its_alarm() -> None:
    ours = [(name, each) for name, each in ALARMS.items() if each["Namespace"] == "Teppan"]
    assert {
        each["MetricName"]: (each["Statistic"], least(each))
        for name, each in ours
        if name != COMPARED
    } == FACTS
    assert [name for name, each in ours if each["Dimensions"] != SERVICE] == []


def test_each_alarming_fact_is_told_by_our_code() -> None:
    # Alone, that is: `metrics.tell` sets no other dimension.
    sources = [*ROOT.glob("layers/*/python/**/*.py"), *ROOT.glob("functions/*/*/app.py")]
    texts = {
        node.value
        for source in sources
        if "tell(" in (text := source.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant)
    }
    assert texts >= FACTS.keys()


def test_the_compare_is_missed_after_26_hours() -> None:
    alarm = ALARMS[COMPARED]
    assert (alarm["MetricName"], alarm["Dimensions"]) == ("LedgerDifference", SERVICE)
    assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "SampleCount",
        "LessThanThreshold",
        1,
    )
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["DatapointsToAlarm"] == alarm["EvaluationPeriods"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 26 * 3_600


def test_each_job_that_fails_is_told() -> None:
    watched = [
        each["Dimensions"]
        for each in ALARMS.values()
        if (each["Namespace"], each["MetricName"], least(each)) == ("AWS/Lambda", "Errors", 1)
    ]
    jobs = [*called_by(STREAM), *called_by(SCHEDULE)]
    assert sorted(watched, key=str) == sorted(map(function, jobs), key=str)


def test_a_webhook_that_fails_is_told() -> None:
    # It answers its own failures: they are no Errors of Lambda's.
    alarm = ALARMS["StripeWebhookErrorsAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Url5xxCount")
    assert (alarm["Statistic"], alarm["Dimensions"]) == ("Sum", function("stripeWebhook"))


def test_a_stream_that_lags_is_told() -> None:
    alarm = ALARMS["SettleRefundsLagAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "IteratorAge")
    assert (alarm["Statistic"], alarm["Dimensions"]) == ("Maximum", function("settleRefunds"))
    assert alarm["Threshold"] == 600_000


def test_what_is_given_up_on_is_told() -> None:
    alarm = ALARMS["FailuresAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
    )
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": ["FailureQueue", "QueueName"]}}
    ]
    assert (alarm["Statistic"], least(alarm)) == ("Maximum", 1)


def test_alarms_are_mailed_to_whom_the_owner_names() -> None:
    assert TEMPLATE["Parameters"]["AlarmEmail"]["Default"] == ""
    assert TEMPLATE["Conditions"]["HasAlarmEmail"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]
    }
    subscription = TEMPLATE["Resources"]["AlarmSubscription"]
    assert subscription["Condition"] == "HasAlarmEmail"
    assert subscription["Properties"] == {
        "TopicArn": {"Ref": "AlarmTopic"},
        "Protocol": "email",
        "Endpoint": {"Ref": "AlarmEmail"},
    }
