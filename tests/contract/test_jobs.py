"""Jobs start when they should, and what they give up on goes where somebody is told of it."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from local.aws.template import resources_of_type
from local.events.live import event_paths
from tests.contract.documents import (
    FUNCTIONS,
    SCHEDULE,
    SECONDS,
    STREAM,
    TEMPLATE,
    called_by,
    pascal,
    snake,
)

from teppan.domain.alarm import alarm_of
from teppan.domain.ledger import OBLIGATION_KINDS, EntryKind, RefundReason, RefusalReason
from teppan.store import keys
from teppan.store.attributes import from_attributes
from teppan.store.ledger import entry_of
from teppan.store.payments.stream import Change
from teppan.store.payments.stream import records as read_records

type Json = dict[str, Any]

QUEUE = {"Fn::GetAtt": ["FailureQueue", "Arn"]}
RULES = resources_of_type(TEMPLATE, "AWS::Events::Rule")
SOURCES = resources_of_type(TEMPLATE, "AWS::Lambda::EventSourceMapping")
[STREAMED], SCHEDULED = called_by(STREAM), called_by(SCHEDULE)

each_rule = pytest.mark.parametrize("name", RULES)
each_scheduled = pytest.mark.parametrize("job", SCHEDULED)


def event(job: str) -> Json:
    read: Json = json.loads(event_paths()[snake(job)].read_text(encoding="utf-8"))
    return read


def properties(job: str) -> Json:
    found: Json = FUNCTIONS[pascal(job) + "Function"]["Properties"]
    return found


# ---- Schedules


def test_every_scheduled_job_has_its_times() -> None:
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
def test_a_start_that_fails_is_given_up_on_into_the_queue(name: str) -> None:
    rule = RULES[name]["Properties"]
    [target] = rule["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": QUEUE}
    assert target["RetryPolicy"]["MaximumRetryAttempts"] >= 1
    # No start waits for longer than until the next one.
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= SECONDS[rule["ScheduleExpression"]]


def test_the_queue_takes_what_the_schedules_could_not_start_and_from_nobody_else() -> None:
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
def test_a_run_that_fails_is_given_up_on_into_the_queue(job: str, stack: Json) -> None:
    function = pascal(job) + "Function"
    config = stack["Resources"][function + "EventInvokeConfig"]["Properties"]
    assert config["FunctionName"] == {"Ref": function}
    assert config["DestinationConfig"] == {"OnFailure": {"Destination": QUEUE}}
    assert may_send(stack, function)


@each_scheduled
def test_a_scheduled_job_never_meets_itself(job: str) -> None:
    assert properties(job)["ReservedConcurrentExecutions"] == 1


def test_jobs_have_the_time_they_need() -> None:
    assert {job: properties(job)["Timeout"] for job in (STREAMED, *SCHEDULED)} == {
        "followUpPayments": 120,
        "releaseUnpaidBookings": 300,
        "completePastBookings": 300,
        "reconcilePayments": 900,
    }


def test_the_queue_keeps_what_it_gets() -> None:
    queue = TEMPLATE["Resources"]["FailureQueue"]["Properties"]
    assert queue == {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": 14 * 86_400}


@pytest.mark.parametrize("job", ["releaseUnpaidBookings", "completePastBookings"])
def test_the_event_of_a_job_is_one_of_its_schedule(job: str) -> None:
    told = event(job)
    assert (told["source"], told["detail-type"], told["detail"]) == (
        "aws.events",
        "Scheduled Event",
        {},
    )
    assert datetime.fromisoformat(told["time"]).tzinfo
    assert f"-{pascal(job)}Rule-" in told["resources"][0]


def test_the_event_of_the_reconciliation_is_what_a_schedule_tells_it() -> None:
    told = [target.get("Input") for rule in RULES.values() for target in _targets(rule)]
    assert event("reconcilePayments") in [json.loads(each) for each in told if each]


# ---- The stream


def test_the_stream_is_read_from_its_start_and_to_its_end() -> None:
    [source] = SOURCES.values()
    settings = dict(source["Properties"])
    settings.pop("FilterCriteria")
    assert settings == {
        "FunctionName": {"Ref": pascal(STREAMED) + "Function"},
        "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 10,
        "BisectBatchOnFunctionError": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumRetryAttempts": 8,
        "MaximumRecordAgeInSeconds": 86_400,
        "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
    }


def test_a_record_that_fails_is_given_up_on_into_the_queue(stack: Json) -> None:
    assert may_send(stack, pascal(STREAMED) + "Function")


def test_the_job_may_read_the_stream_and_no_other() -> None:
    streams = [
        statement["Resource"]
        for policy in properties(STREAMED)["Policies"]
        for statement in policy["Statement"]
        if "dynamodb:GetRecords" in statement["Action"]
    ]
    assert streams == [{"Fn::GetAtt": ["Table", "StreamArn"]}]


def test_the_stream_has_both_images() -> None:
    stream = TEMPLATE["Resources"]["Table"]["Properties"]["StreamSpecification"]
    assert stream == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_records_of_the_event_are_what_a_cancellation_leaves_to_do() -> None:
    mark, promise = (each.change() for each in read_records(event(STREAMED)))
    entry = entry_of(from_attributes(records()[1]["dynamodb"]["NewImage"]))
    assert (mark.booking_id, mark.alarm) == (promise.booking_id, None)
    assert mark.closing_mark
    assert mark.closing_mark.startswith(f"{entry.at:%Y-%m-%dT%H:%M:%SZ}#{mark.booking_id}#")
    assert promise == Change(mark.booking_id)
    assert entry.kind in OBLIGATION_KINDS
    for record in records():
        assert record["dynamodb"]["Keys"].items() <= record["dynamodb"]["NewImage"].items()


def test_each_record_of_the_event_passes_one_filter() -> None:
    assert [[passes(record, pattern) for pattern in patterns()] for record in records()] == [
        [False, True],
        [True, False],
    ]


@pytest.mark.parametrize("kind", EntryKind)
def test_of_the_ledger_new_promises_and_what_is_alarming_pass(kind: EntryKind) -> None:
    [_, record] = records()
    record["dynamodb"]["NewImage"]["kind"] = {"S": kind.value}
    entry = replace(entry_of(from_attributes(record["dynamodb"]["NewImage"])), kind=kind)
    reasons = (None, *RefundReason, *RefusalReason)
    is_alarming = any(alarm_of(replace(entry, reason=each)) for each in reasons)
    obligations = {*OBLIGATION_KINDS, EntryKind.GOODWILL_RESTORED}
    assert any_passes(record) == (kind in obligations or is_alarming)


@pytest.mark.parametrize("event_name", ["MODIFY", "REMOVE"])
def test_a_promise_that_is_not_new_does_not_pass(event_name: str) -> None:
    [_, record] = records()
    assert not any_passes(record | {"eventName": event_name})


@pytest.mark.parametrize("event_name", ["INSERT", "MODIFY"])
def test_a_mark_to_close_payments_passes(event_name: str) -> None:
    [record, _] = records()
    assert any_passes(record | {"eventName": event_name})


@pytest.mark.parametrize("attribute", [None, {"S": keys.UNSETTLED}, {"S": keys.ALARMS}])
def test_an_open_payment_without_that_mark_does_not_pass(attribute: Json | None) -> None:
    [record, _] = records()
    del record["dynamodb"]["NewImage"]["gsi4pk"]
    if attribute:
        record["dynamodb"]["NewImage"]["gsi4pk"] = attribute
    assert not any_passes(record)


@pytest.mark.parametrize(
    "sk", ["BOOKING", "EVENT#0000000003", "PAYMENT#deposit#0001", "REQUEST", "WEBHOOK"]
)
def test_other_items_do_not_pass(sk: str) -> None:
    for record in records():
        record["dynamodb"]["Keys"]["sk"] = {"S": sk}
        assert not any_passes(record)


def records() -> list[Json]:
    found: list[Json] = event(STREAMED)["Records"]
    return found


def patterns() -> list[Json]:
    [source] = SOURCES.values()
    filters = source["Properties"]["FilterCriteria"]["Filters"]
    return [json.loads(each["Pattern"]) for each in filters]


def any_passes(record: Json) -> bool:
    return any(passes(record, pattern) for pattern in patterns())


def passes(value: Any, pattern: Any) -> bool:
    """Whether Lambda's filter `pattern` lets `value` through: what ours use of its language."""
    match pattern:
        case dict():
            return isinstance(value, dict) and all(
                name in value and passes(value[name], each) for name, each in pattern.items()
            )
        case list():
            return any(_equals(value, each) for each in pattern)
        case _:
            raise TypeError(pattern)


def _equals(value: Any, allowed: Any) -> bool:
    match allowed:
        case {"prefix": prefix}:
            return isinstance(value, str) and value.startswith(prefix)
        case str():
            return bool(value == allowed)
        case _:
            raise TypeError(allowed)


def may_send(stack: Json, function: str) -> bool:
    """Whether the role that SAM makes for `function` may send to the failure queue."""
    role = stack["Resources"][function + "Role"]["Properties"]
    return any(
        "sqs:SendMessage" in statement["Action"] and statement["Resource"] == QUEUE
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    )


def _targets(rule: Json) -> list[Json]:
    targets: list[Json] = rule["Properties"]["Targets"]
    return targets
