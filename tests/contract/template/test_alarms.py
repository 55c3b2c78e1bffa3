"""Alarms use existing metrics and notify the one topic."""

import ast
from typing import Any

import pytest
from local.aws.template import resources_of_type
from tests.builders import ROOT, lambda_context
from tests.contract.documents import SCHEDULE, SECONDS, STREAM, TEMPLATE, called_by, pascal
from tests.functions.emf import dimensions, emitted

from teppan.domain.alarm import Alarm
from teppan.observability.payment_metrics import record_ledger_difference
from teppan.trigger import job

ALARMS = {
    name: resource["Properties"]
    for name, resource in resources_of_type(TEMPLATE, "AWS::CloudWatch::Alarm").items()
}
SERVICE = [{"Name": "service", "Value": "teppan"}]

ALARM_METRICS = {
    "RefundsFailed": ("Sum", 1),
    "DisputesOpened": ("Sum", 1),
    "PaymentsUnmatched": ("Sum", 1),
    "EventsFailed": ("Sum", 1),
    "PaymentRequestsRejected": ("Sum", 1),
    "ForeignPayments": ("Sum", 1),
    "LedgerDifference": ("Maximum", 1),
    "WebhooksMissed": ("Sum", 3),
    "OverdueBookingsLeft": ("Minimum", 1),
}
"""Our metrics with the dimension `service` only: their statistic and their threshold."""

HOUR = 3_600
MISSING_RUNS = {
    "ReleaseUnpaidBookingsRule": ("ReleaseUnpaidBookingsMissingAlarm", HOUR),
    "CompletePastBookingsRule": ("CompletePastBookingsMissingAlarm", 3 * HOUR),
    "ReconcileRecentPaymentsRule": ("ReconcilePaymentsMissingAlarm", HOUR),
    "ReconcileAllPaymentsRule": ("LedgerCompareMissingAlarm", 26 * HOUR),
}
"""The alarm for missing runs of each schedule, and its waiting time."""

MISSING = {alarm for alarm, _ in MISSING_RUNS.values()}

RULES = resources_of_type(TEMPLATE, "AWS::Events::Rule")
RUN_SECONDS = 900
"""The longest time of a run."""

each_alarm = pytest.mark.parametrize("name", ALARMS)
each_rule = pytest.mark.parametrize("rule", RULES)


def function(name: str) -> list[dict[str, Any]]:
    return [{"Name": "FunctionName", "Value": {"Ref": f"{pascal(name)}Function"}}]


def least(alarm: dict[str, Any]) -> float:
    """Return the smallest whole value that raises the alarm."""
    above = alarm["ComparisonOperator"] == "GreaterThanThreshold"
    return float(alarm["Threshold"] + above)


@each_alarm
def test_an_alarm_has_a_description_and_notifies_the_topic(name: str) -> None:
    alarm = ALARMS[name]
    assert alarm["AlarmDescription"].endswith(".")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert alarm["TreatMissingData"] == ("breaching" if name in MISSING else "notBreaching")
    # CloudWatch evaluates at most a day, or a week if a period is an hour or more.
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= (
        604_800 if alarm["Period"] >= 3_600 else 86_400
    )


def test_each_metric_of_money_that_must_alarm_has_its_alarm() -> None:
    ours = [(name, each) for name, each in ALARMS.items() if each["Namespace"] == "Teppan"]
    assert {
        each["MetricName"]: (each["Statistic"], least(each))
        for name, each in ours
        if name not in MISSING
    } == ALARM_METRICS
    facts = [each for _, each in ours if each["MetricName"] in ALARM_METRICS]
    assert [each for each in facts if each["Dimensions"] != SERVICE] == []


def test_each_metric_of_an_alarm_is_emitted_by_our_code() -> None:
    # `emit_alarm_metric` sets no other dimension. `raise_alarm` raises those of `Alarm`.
    sources = [*ROOT.glob("layers/*/python/**/*.py"), *ROOT.glob("functions/*/*/app.py")]
    nodes = [
        node
        for source in sources
        if "emit_alarm_metric(" in (text := source.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
    ]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    named = {
        Alarm[node.attr].value
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Alarm"
    }
    assert texts | named | set(Alarm) >= ALARM_METRICS.keys()


def test_a_refused_webhook_of_a_stranger_raises_no_alarm() -> None:
    # The webhook's URL is public, so strangers' requests are refused and counted.
    assert "WebhooksRefused" not in {each["MetricName"] for each in ALARMS.values()}
    # Refused events of Stripe are missing elsewhere too, and there are few events a day.
    assert ALARMS["WebhooksMissedAlarm"]["Period"] == 24 * HOUR


def test_each_schedule_has_an_alarm_for_missing_runs() -> None:
    assert MISSING_RUNS.keys() == RULES.keys()


@each_rule
def test_the_alarm_for_missing_runs_waits_longer_than_a_late_run(rule: str) -> None:
    name, after = MISSING_RUNS[rule]
    alarm, schedule = ALARMS[name], RULES[rule]["Properties"]["ScheduleExpression"]
    assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
        "SampleCount",
        "LessThanThreshold",
        1,
    )
    assert alarm["DatapointsToAlarm"] == alarm["EvaluationPeriods"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == after
    # A start may be late, or wait for the end of another run.
    assert after >= SECONDS[schedule] + RUN_SECONDS


@each_rule
def test_a_run_emits_the_metric_whose_absence_raises_the_alarm(
    rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given
    alarm = ALARMS[MISSING_RUNS[rule][0]]
    watched = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    [called] = [name for name in called_by(SCHEDULE) if _is_started_by(rule, name)]
    # When
    if "operation" in watched:
        job(called)(lambda _event, _caller, _time_left: None)({}, lambda_context())
    else:
        record_ledger_difference({}, {})
    # Then
    [line] = [each for each in emitted(capsys.readouterr().out) if alarm["MetricName"] in each]
    assert dimensions(line, alarm["MetricName"]) == [sorted(watched)]
    assert {name: line[name] for name in watched} == watched


def test_a_failed_run_of_each_job_raises_an_alarm() -> None:
    watched = [
        each["Dimensions"]
        for each in ALARMS.values()
        if (each["Namespace"], each["MetricName"], least(each)) == ("AWS/Lambda", "Errors", 1)
    ]
    jobs = [*called_by(STREAM), *called_by(SCHEDULE)]
    assert sorted(watched, key=str) == sorted(map(function, jobs), key=str)


def test_failures_of_the_stripe_webhook_raise_an_alarm() -> None:
    # The function answers its own failures, so Lambda does not count them as Errors.
    alarm = ALARMS["StripeWebhookErrorsAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Url5xxCount")
    assert (alarm["Statistic"], alarm["Dimensions"]) == ("Sum", function("stripeWebhook"))


def test_a_lag_of_the_stream_of_ten_minutes_raises_an_alarm() -> None:
    alarm = ALARMS["FollowUpPaymentsLagAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "IteratorAge")
    assert (alarm["Statistic"], alarm["Dimensions"]) == ("Maximum", function("followUpPayments"))
    assert alarm["Threshold"] == 600_000


def test_a_message_in_the_failure_queue_raises_an_alarm() -> None:
    alarm = ALARMS["FailuresAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
    )
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": ["FailureQueue", "QueueName"]}}
    ]
    assert (alarm["Statistic"], least(alarm)) == ("Maximum", 1)


def test_alarms_are_mailed_to_the_address_of_the_parameter() -> None:
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


def _is_started_by(rule: str, job: str) -> bool:
    [target] = RULES[rule]["Properties"]["Targets"]
    return bool(target["Arn"]["Fn::GetAtt"][0] == f"{pascal(job)}Function")
