"""Jobs start on their schedules, and runs that finally fail go to the failure queue."""

import json
from datetime import datetime
from typing import Any

import pytest
from local.aws.template import resources_of_type
from local.live_events.live_event import event_paths
from tests.contract.documents import (
    SCHEDULE,
    SECONDS,
    TEMPLATE,
    called_by,
    pascal,
    snake,
)

type Json = dict[str, Any]

QUEUE = {"Fn::GetAtt": ["FailureQueue", "Arn"]}
RULES = resources_of_type(TEMPLATE, "AWS::Events::Rule")
SCHEDULED = called_by(SCHEDULE)

each_rule = pytest.mark.parametrize("name", RULES)
each_scheduled = pytest.mark.parametrize("job", SCHEDULED)


def event(job: str) -> Json:
    text = event_paths()[snake(job)].read_text(encoding="utf-8")
    read: Json = json.loads(text)
    return read


def test_every_scheduled_job_has_its_schedule_and_input() -> None:
    assert {
        (target["Arn"]["Fn::GetAtt"][0], rule["Properties"]["ScheduleExpression"], told)
        for rule in RULES.values()
        for target in rule["Properties"]["Targets"]
        for told in [target.get("Input")]
    } == {
        ("ReleaseUnpaidBookingsFunction", "rate(5 minutes)", None),
        ("CompletePastBookingsFunction", "rate(1 hour)", None),
        ("ReconcilePaymentsFunction", "rate(5 minutes)", '{"scope": "recent"}'),
        ("ReconcilePaymentsFunction", "cron(0 11 * * ? *)", '{"scope": "full"}'),
    }
    assert {pascal(job) + "Function" for job in SCHEDULED} == {
        rule["Properties"]["Targets"][0]["Arn"]["Fn::GetAtt"][0] for rule in RULES.values()
    }


@each_rule
def test_a_start_of_a_job_that_fails_goes_to_the_failure_queue(name: str) -> None:
    rule = RULES[name]["Properties"]
    [target] = rule["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": QUEUE}
    assert target["RetryPolicy"]["MaximumRetryAttempts"] >= 1
    # A start waits at most until the next one.
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= SECONDS[rule["ScheduleExpression"]]


def test_only_the_schedules_may_send_to_the_failure_queue() -> None:
    [statement] = TEMPLATE["Resources"]["FailureQueuePolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {
            "ArnEquals": {"aws:SourceArn": [{"Fn::GetAtt": [name, "Arn"]} for name in RULES]}
        },
    }


@each_scheduled
def test_a_run_of_a_job_that_fails_goes_to_the_failure_queue(job: str, stack: Json) -> None:
    function = pascal(job) + "Function"
    config = stack["Resources"][function + "EventInvokeConfig"]["Properties"]
    assert config["FunctionName"] == {"Ref": function}
    assert config["DestinationConfig"] == {"OnFailure": {"Destination": QUEUE}}
    assert may_send(stack, function)


@pytest.mark.parametrize("job", ["releaseUnpaidBookings", "completePastBookings"])
def test_the_sample_event_of_a_job_comes_from_its_schedule(job: str) -> None:
    told = event(job)
    assert (told["source"], told["detail-type"], told["detail"]) == (
        "aws.events",
        "Scheduled Event",
        {},
    )
    assert datetime.fromisoformat(told["time"]).tzinfo
    assert f"-{pascal(job)}Rule-" in told["resources"][0]


def test_the_sample_event_of_reconcile_payments_is_the_input_of_a_schedule() -> None:
    told = [target.get("Input") for rule in RULES.values() for target in _targets(rule)]
    assert event("reconcilePayments") in [json.loads(each) for each in told if each]


def may_send(stack: Json, function: str) -> bool:
    """Return whether the role that SAM makes for `function` may send to the failure queue."""
    role = stack["Resources"][function + "Role"]["Properties"]
    return any(
        "sqs:SendMessage" in statement["Action"] and statement["Resource"] == QUEUE
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    )


def _targets(rule: Json) -> list[Json]:
    targets: list[Json] = rule["Properties"]["Targets"]
    return targets
